/* SPDX-License-Identifier: ISC */
/* Groups of promises. */
#include "world.h"

enum { COUNT = 4 };

static struct fata_promise promises[COUNT], out;
static struct fata_input inputs[COUNT];
static struct fata_group group;
static struct fata_then then;
static int words[COUNT];
static void *value;
static int error;

static void came(struct fata_then *t, int e, void *v)
{
    (void)t;
    error = e;
    value = v;
    mark('.');
}

static void begin(size_t count,
                  void (*join)(struct fata_group *, struct fata_input *, size_t,
                               struct fata_promise *))
{
    world();
    fata_promise_init(&out, &sched);
    for (unsigned i = 0; i < COUNT; i++) {
        fata_promise_init(&promises[i], &sched);
        inputs[i].promise = &promises[i];
    }
    if (join == fata_group_any && count > 0) /* the first in the array wins */
        fata_promise_fail(&promises[COUNT - 1], FATA_EPERM);
    join(&group, inputs, count, &out);
    fata_then_attach(&then, &out, came);
    value = &value;
}

static void resolve(unsigned i)
{
    fata_promise_resolve(&promises[i], &words[i]);
}

static bool nobody_waits(void)
{
    for (unsigned i = 0; i < COUNT; i++)
        fata_promise_fini(&promises[i]);
    return nothing_left();
}

FATA_TEST(all_are_awaited)
{
    begin(COUNT, fata_group_all);
    resolve(2);
    resolve(0);
    run_until(1);
    resolve(3);
    run_until(2);
    fata_check(trace[0] == '\0');
    resolve(1);
    run_until(3);
    fata_check(strcmp(trace, ".") == 0 && error == 0 && value == NULL);
    for (unsigned i = 0; i < COUNT; i++)
        fata_check(inputs[i].value == &words[i]);
    fata_check_int(group.decided, ==, 1);
    fata_check(nobody_waits());
}

FATA_TEST(the_first_error_of_all_decides)
{
    begin(COUNT, fata_group_all);
    resolve(2);
    fata_promise_fail(&promises[1], FATA_EIO);
    fata_promise_fail(&promises[0], FATA_ENOENT);
    run_until(1);
    fata_check(strcmp(trace, ".") == 0);
    fata_check(error == FATA_EIO && group.decided == 1);
    fata_check(nobody_waits()); /* 3 was left */
}

FATA_TEST(all_of_none_is_resolved_at_once)
{
    begin(0, fata_group_all);
    run_until(1);
    fata_check(strcmp(trace, ".") == 0 && error == 0);
}

FATA_TEST(the_first_of_any_decides)
{
    for (unsigned i = 0; i < COUNT - 1; i++) {
        begin(COUNT - 1, fata_group_any);
        run_until(1);
        fata_check(trace[0] == '\0');
        resolve(i);
        resolve((i + 1) % (COUNT - 1)); /* too late */
        run_until(2);
        fata_check(strcmp(trace, ".") == 0);
        fata_check(error == 0 && value == &words[i] && group.decided == i);
        fata_check(nobody_waits());
    }
}

FATA_TEST(an_error_may_be_the_first_of_any)
{
    begin(COUNT, fata_group_any);
    run_until(1);
    fata_check(strcmp(trace, ".") == 0);
    fata_check(error == FATA_EPERM && group.decided == COUNT - 1);
    fata_check(nobody_waits());
}

FATA_TEST(of_those_resolved_the_first_in_the_array_decides)
{
    world();
    fata_promise_init(&out, &sched);
    for (unsigned i = 0; i < COUNT; i++)
        fata_promise_init(&promises[i], &sched);
    resolve(3);
    resolve(1);
    fata_group_any(&group, inputs, COUNT, &out);
    fata_then_attach(&then, &out, came);
    run_until(1);
    fata_check(group.decided == 1 && value == &words[1]);
    fata_check(nobody_waits());
}

FATA_TEST(any_of_none_is_never_resolved)
{
    begin(0, fata_group_any);
    run_until(1);
    fata_check(trace[0] == '\0');
    fata_check(fata_then_detach(&then));
    fata_promise_fini(&out);
}

FATA_TEST(a_group_can_be_left)
{
    begin(COUNT, fata_group_all);
    resolve(0);
    fata_group_leave(&group);
    fata_check(nobody_waits()); /* not even for the job that was posted */
    run_until(1);
    fata_check(trace[0] == '\0' && fata_then_detach(&then));
}
