/* SPDX-License-Identifier: ISC */
/* Lazies. */
#include <fata/lazy.h>

#include "internal.h"

#include <fata/error.h>

static void finish(struct fata_lazy *lazy, int result)
{
    struct fata_entry *entry;

    lazy->caller = NULL;
    lazy->done = result >= 0;
    lazy->result = result;
    while ((entry = fata_waiter_first(&lazy->waiters)) != NULL)
        fata__wake(entry, result);
}

static void pass_on(struct fata_lazy *lazy)
{
    struct fata_entry *next = fata_waiter_first(&lazy->waiters);

    lazy->caller = next != NULL ? next->waiter->fiber : NULL;
    if (next != NULL)
        fata__wake(next, 0);
}

static int call(struct fata_lazy *lazy, fata_time_t deadline)
{
    struct fata_scope scope;

    fata_scope_open_deadline(&scope, deadline);
    int result = lazy->fn(lazy->arg);
    bool cut_short = result < 0 && fata_fiber_cancelled();
    int err = fata_scope_close(&scope);
    if (!cut_short) {
        finish(lazy, result);
        return result;
    }
    pass_on(lazy);
    return err;
}

int fata_lazy_get(struct fata_lazy *lazy, fata_time_t deadline)
{
    struct fata_fiber *self = fata__self();
    struct fata_waiter waiter;

    if (lazy->caller == self)
        fata_panic(self->how->name, "a lazy asks for itself");
    if (fata__cancelled(self))
        return FATA_ECANCELED;
    if (lazy->done)
        return lazy->result;
    if (lazy->caller != NULL) {
        int err = fata_waiter_wait(&waiter, &lazy->waiters, deadline, "lazy");
        if (lazy->caller != self)
            return err;
    } else if (deadline <= fata__sched_of(self)->now) {
        return FATA_ETIMEDOUT;
    }
    lazy->caller = self;
    return call(lazy, deadline);
}
