/* SPDX-License-Identifier: ISC */
/* A lazy: something that is computed, or set up, when it is first asked for,
 * and then stays.  The first who asks calls the function, in its own fiber;
 * who asks meanwhile waits.
 *
 * A failure goes to all who waited for it and is not kept: who asks later has
 * the function called again (to keep it, let the function remember).  If the
 * one who calls is cancelled, or its deadline passes, the function is cut short
 * for it alone: the one who waits longest calls it again.
 *
 * Nobody may be in a call when the lazy's memory goes.  Rules of waiting:
 * fata/waiter.h. */
#ifndef FATA_LAZY_H
#define FATA_LAZY_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/waiter.h>
#include <stdbool.h>

struct fata_lazy {
    bool done;                 /* may be read: it has been computed */
    int result;                /* may be read when it has */
    fata_fiber_fn *fn;         /* private, */
    void *arg;                 /* and so on */
    struct fata_fiber *caller; /* who calls fn, or is about to; or NULL */
    struct fata_list waiters;
};

/* fn    returns >= 0, which is kept, or an error; it must not ask for the same
 *       lazy (a panic)
 * arg   whatever is agreed with `fn`; the place for what is computed */
static inline void fata_lazy_init(struct fata_lazy *lazy, fata_fiber_fn *fn,
                                  void *arg)
{
    lazy->done = false;
    lazy->result = 0;
    lazy->fn = fn;
    lazy->arg = arg;
    lazy->caller = NULL;
    fata_list_init(&lazy->waiters);
}

/* Returns what the function returned, FATA_ETIMEDOUT or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_lazy_get(struct fata_lazy *lazy, fata_time_t deadline);

#endif
