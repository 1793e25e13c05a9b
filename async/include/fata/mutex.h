/* SPDX-License-Identifier: ISC */
/* A mutex: one fiber at a time between lock and unlock, first come first
 * served.  Fibers are interrupted only where they suspend, so it is needed only
 * where what it guards is suspended in the middle.  A sequencer - one task
 * after another around a state - is a mutex.
 *
 * Unlocking hands it to the next one, so nobody overtakes.  It is not
 * recursive.  A fiber must not return with a mutex locked.  Rules of waiting:
 * fata/waiter.h. */
#ifndef FATA_MUTEX_H
#define FATA_MUTEX_H

#include <fata/cc.h>
#include <fata/waiter.h>

struct fata_mutex {
    struct fata_fiber *owner; /* may be read; NULL: free */
    struct fata_list waiters; /* private */
};

static inline void fata_mutex_init(struct fata_mutex *mutex)
{
    mutex->owner = NULL;
    fata_list_init(&mutex->waiters);
}

int fata__mutex_start(struct fata_mutex *mutex, fata_time_t deadline,
                      struct fata_waiter *waiter); /* private */

/* A panic if the fiber holds it already.
 * Returns 0 (it is locked), FATA_ETIMEDOUT or FATA_ECANCELED (it is not, by
 * this fiber).  Context: fiber, suspends. */
FATA_NODISCARD static inline int fata_mutex_lock(struct fata_mutex *mutex,
                                                 fata_time_t deadline)
{
    struct fata_waiter waiter;
    return fata_waiter_park(&waiter,
                            fata__mutex_start(mutex, deadline, &waiter));
}

/* Does not suspend and does not look at cancellation: 0, or FATA_EAGAIN if
 * somebody holds it.  Context: fiber. */
FATA_NODISCARD int fata_mutex_try_lock(struct fata_mutex *mutex);

/* Locks, whatever comes: for clean-up in a cancelled fiber.  Context: fiber,
 * suspends. */
void fata_mutex_join(struct fata_mutex *mutex);

/* A panic if the running fiber does not hold it.  Does not suspend. */
void fata_mutex_unlock(struct fata_mutex *mutex);

#endif
