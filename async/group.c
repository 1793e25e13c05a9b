/* SPDX-License-Identifier: ISC */
/* Groups of promises: a then in each. */
#include <fata/group.h>

#include "internal.h"

static void decide(struct fata_group *group, const struct fata_input *input,
                   int error, void *value)
{
    group->decided = (size_t)(input - group->inputs);
    fata_group_leave(group);
    if (error == 0)
        fata_promise_resolve(group->out, value);
    else
        fata_promise_fail(group->out, error);
}

static void one_of_all(struct fata_then *then, int error, void *value)
{
    struct fata_input *input = FATA_CONTAINER(then, struct fata_input, then);
    struct fata_group *group = input->group;

    input->value = value;
    group->left--;
    if (error != 0 || group->left == 0)
        decide(group, input, error, NULL);
}

static void one_of_any(struct fata_then *then, int error, void *value)
{
    struct fata_input *input = FATA_CONTAINER(then, struct fata_input, then);

    input->value = value;
    decide(input->group, input, error, value);
}

static void join(struct fata_group *group, struct fata_input *inputs,
                 size_t count, struct fata_promise *out, fata_then_fn *fn)
{
    *group = (struct fata_group){.out = out,
                                 .inputs = inputs,
                                 .count = count,
                                 .left = count};
    for (size_t i = 0; i < count; i++) {
        inputs[i].group = group;
        inputs[i].value = NULL;
        fata_then_attach(&inputs[i].then, inputs[i].promise, fn);
    }
}

void fata_group_all(struct fata_group *group, struct fata_input *inputs,
                    size_t count, struct fata_promise *out)
{
    join(group, inputs, count, out, one_of_all);
    if (count == 0)
        fata_promise_resolve(out, NULL);
}

void fata_group_any(struct fata_group *group, struct fata_input *inputs,
                    size_t count, struct fata_promise *out)
{
    join(group, inputs, count, out, one_of_any);
}

void fata_group_leave(struct fata_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        (void)fata_then_detach(&group->inputs[i].then);
}
