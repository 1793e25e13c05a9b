/* SPDX-License-Identifier: ISC */
/* Conditions. */
#include <fata/condition.h>

#include "internal.h"

int fata_condition_wait(struct fata_condition *condition,
                        struct fata_mutex *mutex, fata_time_t deadline)
{
    struct fata_waiter waiter;
    int err =
        fata_waiter_start(&waiter, &condition->waiters, deadline, "condition");
    if (err != FATA_PARK)
        return err;
    if (mutex != NULL)
        fata_mutex_unlock(mutex); /* whom it wakes runs later */
    err = fata_waiter_park(&waiter, FATA_PARK);
    if (mutex != NULL)
        fata_mutex_join(mutex);
    return err;
}

void fata_condition_signal(struct fata_condition *condition)
{
    struct fata_entry *entry = fata_waiter_first(&condition->waiters);

    if (entry != NULL)
        fata__wake(entry, 0);
}

void fata_condition_broadcast(struct fata_condition *condition)
{
    struct fata_entry *entry;

    while ((entry = fata_waiter_first(&condition->waiters)) != NULL)
        fata__wake(entry, 0);
}
