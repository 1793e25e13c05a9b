/* SPDX-License-Identifier: ISC */
/* Events. */
#include <fata/event.h>

#include "internal.h"

#include <fata/choice.h>
#include <fata/error.h>

void fata_event_set(struct fata_event *event)
{
    struct fata_entry *entry;

    event->happened = true;
    while ((entry = fata_waiter_first(&event->waiters)) != NULL)
        fata__wake(entry, 0);
}

int fata__event_start(struct fata_event *event, fata_time_t deadline,
                      struct fata_waiter *waiter)
{
    struct fata_fiber *self = fata__self();

    if (FATA_LIKELY((self->cancel_at & deadline) == FATA_NEVER)) {
        if (event->happened)
            return 0;
        return fata__wait_simple(waiter, self, &event->waiters, "event");
    }
    if (fata__cancelled(self))
        return FATA_ECANCELED;
    if (event->happened)
        return 0;
    return fata_waiter_start(waiter, &event->waiters, deadline, "event");
}

int fata__event_attempt(struct fata_clause *clause)
{
    struct fata_event *event = clause->on;

    clause->queue = &event->waiters;
    return event->happened ? 0 : FATA_PARK;
}

void fata_event_join(struct fata_event *event)
{
    struct fata_waiter waiter;

    if (!event->happened)
        fata_waiter_join(&waiter, &event->waiters, "event, to its end");
}
