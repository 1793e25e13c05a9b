/* SPDX-License-Identifier: ISC */
/* Sleeping is waiting for nothing but the deadline. */
#include <fata/sleep.h>

#include "internal.h"

#include <fata/error.h>

int fata_sleep_until(fata_time_t deadline)
{
    struct fata_waiter waiter;

    if (deadline <= fata_fiber_sched()->now)
        return fata_yield();
    int err = fata_waiter_wait(&waiter, NULL, deadline);
    return err == FATA_ETIMEDOUT ? 0 : err;
}
