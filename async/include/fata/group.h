/* SPDX-License-Identifier: ISC */
/* A group of promises, and one that is resolved when all of them are, or with
 * the first - for callbacks.  Fibers need none: they await one after the other,
 * or choose (fata/choice.h).
 *
 *     struct fata_input inputs[] = {{.promise = &a}, {.promise = &b}};
 *     fata_group_all(&group, inputs, FATA_COUNT(inputs), &both);
 *     fata_then_attach(&then, &both, go_on);    (inputs[0].value, ...)
 *
 * Those that no longer matter are left at once.
 * Context: the scheduler's thread; does not suspend. */
#ifndef FATA_GROUP_H
#define FATA_GROUP_H

#include <fata/promise.h>
#include <stddef.h>

struct fata_input {
    struct fata_promise *promise; /* given; borrowed by the call below */
    void *value;              /* may be read once it is resolved and counted */
    struct fata_group *group; /* private */
    struct fata_then then;    /* private */
};

struct fata_group {
    struct fata_promise *out; /* private */
    struct fata_input *inputs;
    size_t count, left;
    size_t decided; /* may be read: the number of the input that decided */
};

/* Resolves `out`, to NULL, when all inputs are resolved - at once if there are
 * none -, or to the first error.
 * group, inputs  lent until `out` is resolved, or fata_group_leave
 * out            not resolved; lent likewise */
void fata_group_all(struct fata_group *group, struct fata_input *inputs,
                    size_t count, struct fata_promise *out);

/* Resolves `out` as the first input that is resolved, to a value or an error;
 * of those that are resolved already the first in the array.  Without inputs
 * never. */
void fata_group_any(struct fata_group *group, struct fata_input *inputs,
                    size_t count, struct fata_promise *out);

/* Leaves all inputs; `out` is not resolved by them any more. */
void fata_group_leave(struct fata_group *group);

#endif
