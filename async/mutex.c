/* SPDX-License-Identifier: ISC */
/* Mutexes.  As long as somebody waits there is an owner. */
#include <fata/mutex.h>

#include "internal.h"

#include <fata/error.h>

int fata_mutex_try_lock(struct fata_mutex *mutex)
{
    struct fata_fiber *self = fata__self();

    if (mutex->owner != NULL)
        return FATA_EAGAIN;
    mutex->owner = self;
    return 0;
}

static void check_not_held(const struct fata_mutex *mutex)
{
    if (mutex->owner == fata__self())
        fata_panic(fata__running->how->name, "locks a mutex that it holds");
}

int fata__mutex_start(struct fata_mutex *mutex, fata_time_t deadline,
                      struct fata_waiter *waiter)
{
    check_not_held(mutex);
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (fata_mutex_try_lock(mutex) == 0)
        return 0;
    return fata_waiter_start(waiter, &mutex->waiters, deadline, "mutex");
}

void fata_mutex_join(struct fata_mutex *mutex)
{
    struct fata_waiter waiter;

    check_not_held(mutex);
    if (fata_mutex_try_lock(mutex) < 0)
        (void)fata_waiter_join(&waiter, &mutex->waiters, "mutex, to its end");
}

void fata_mutex_unlock(struct fata_mutex *mutex)
{
    struct fata_entry *next = fata_waiter_first(&mutex->waiters);

    if (mutex->owner != fata__self())
        fata_panic(fata__running->how->name,
                   "unlocks a mutex that it does not hold");
    mutex->owner = next != NULL ? next->waiter->fiber : NULL;
    if (next != NULL)
        fata__wake(next, 0);
}
