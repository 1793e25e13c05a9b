/* SPDX-License-Identifier: ISC */
/* Loops: fibers that take the next step until there is none. */
#include <fata/each.h>

#include "internal.h"

#include <fata/error.h>

struct loop {
    size_t n, next;
    fata_each_fn *fn;
    void *arg;
};

static int steps(void *arg)
{
    struct loop *loop = arg;

    while (loop->next < loop->n) {
        if (fata_fiber_cancelled())
            return FATA_ECANCELED;
        int err = loop->fn(loop->arg, loop->next++);
        if (err < 0)
            return err;
    }
    return 0;
}

int fata_each_with(const struct fata_spawn *how, size_t n, size_t at_once,
                   fata_each_fn *fn, void *arg, fata_time_t deadline)
{
    struct loop loop = {.n = n, .fn = fn, .arg = arg};
    struct fata_scope scope;
    bool failed, earlier;
    int err = 0, first;

    if (at_once == FATA_EACH_ALL || at_once > n)
        at_once = n;
    fata_scope_open_deadline(&scope, deadline);
    for (size_t i = 1; i < at_once && err == 0; i++)
        err = fata_scope_spawn_with(&scope, how, steps, &loop);
    if (err == 0)
        err = steps(&loop);
    /* The owner's error counts as a fiber's does. */
    failed = err < 0 && !(err == FATA_ECANCELED && fata_fiber_cancelled());
    earlier = fata_scope_failed(&scope);
    if (err < 0)
        fata_scope_cancel(&scope);
    first = fata_scope_close(&scope);
    return failed && !earlier ? err : first;
}
