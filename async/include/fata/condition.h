/* SPDX-License-Identifier: ISC */
/* A condition: fibers wait until somebody says that something may have changed,
 * and look for themselves:
 *
 *     while (!(what is waited for) && err == 0)
 *         err = fata_condition_wait(&condition, NULL, deadline);
 *
 * Between the look and the wait nothing else runs, so a mutex is needed only
 * where what is looked at is under one.  Nothing is kept: a signal that nobody
 * waits for is lost (an event stays, a channel counts; fata_broadcast hands
 * over a value).  Rules of waiting: fata/waiter.h. */
#ifndef FATA_CONDITION_H
#define FATA_CONDITION_H

#include <fata/cc.h>
#include <fata/mutex.h>
#include <fata/waiter.h>

struct fata_condition {
    struct fata_list waiters; /* private */
};

static inline void fata_condition_init(struct fata_condition *condition)
{
    fata_list_init(&condition->waiters);
}

/* mutex   held by the running fiber (else a panic), or NULL.  It is unlocked
 *         during the wait, and held again on return, whatever the result: for
 *         that neither deadline nor cancellation counts
 * Returns 0 (signalled), FATA_ETIMEDOUT or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_condition_wait(struct fata_condition *condition,
                                       struct fata_mutex *mutex,
                                       fata_time_t deadline);

/* Wakes the one who waits longest, if any; posts a job only.
 * Context: the scheduler's thread, in a turn or outside. */
void fata_condition_signal(struct fata_condition *condition);

/* Wakes all who wait now, in their order. */
void fata_condition_broadcast(struct fata_condition *condition);

#endif
