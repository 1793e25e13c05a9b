/* SPDX-License-Identifier: ISC */
/* Sleeping. */
#ifndef FATA_SLEEP_H
#define FATA_SLEEP_H

#include <fata/cc.h>
#include <fata/waiter.h>

/* Sleeps until `deadline` (absolute); one in the past is a yield.
 * Returns 0 or FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD static inline int fata_sleep_until(fata_time_t deadline)
{
    struct fata_waiter waiter;
    int err;

    if (deadline <= fata__self()->queue->sched->now)
        return fata_yield();
    err = fata_waiter_wait(&waiter, NULL, deadline, "sleep");
    return err == FATA_ETIMEDOUT ? 0 : err;
}

#endif
