/* SPDX-License-Identifier: ISC */
/* Events. */
#include <fata/event.h>

#include "internal.h"

#include <fata/error.h>

void fata_event_init(struct fata_event *event)
{
    fata_list_init(&event->waiters);
    event->happened = false;
}

void fata_event_set(struct fata_event *event)
{
    struct fata_waiter *waiter;

    event->happened = true;
    while ((waiter = fata_waiter_first(&event->waiters)) != NULL)
        fata_waiter_wake(waiter, 0);
}

int fata_event_wait(struct fata_event *event, fata_time_t deadline)
{
    struct fata_waiter waiter;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (event->happened)
        return 0;
    return fata_waiter_wait(&waiter, &event->waiters, deadline);
}

void fata_event_join(struct fata_event *event)
{
    struct fata_waiter waiter;

    if (!event->happened)
        fata_waiter_join(&waiter, &event->waiters);
}
