/* SPDX-License-Identifier: ISC */
/* An event: happens once; fibers wait for it.  It is the bridge from requests
 * to fibers: `done` sets it.  Life: init -> set, or abandoned without waiters.
 *
 *     err = fata_event_wait(&event, deadline);
 *     if (err < 0) {
 *         ... ask the device to cancel the request ...
 *         fata_event_join(&event);     (the request is lent until it is done)
 *     } */
#ifndef FATA_EVENT_H
#define FATA_EVENT_H

#include <fata/cc.h>
#include <fata/waiter.h>

struct fata_event {
    struct fata_list waiters; /* private */
    bool happened;            /* may be read */
};

static inline void fata_event_init(struct fata_event *event)
{
    fata_list_init(&event->waiters);
    event->happened = false;
}

/* Wakes all who wait, first come first; posts jobs only.  A second call does
 * nothing.  Context: the scheduler's thread, in a turn or outside. */
void fata_event_set(struct fata_event *event);

int fata__event_start(struct fata_event *event, fata_time_t deadline,
                      struct fata_waiter *waiter); /* private */

/* Returns 0 once the event has happened, FATA_ETIMEDOUT or FATA_ECANCELED
 * (rules in fata/waiter.h).  Context: fiber, suspends. */
FATA_NODISCARD static inline int fata_event_wait(struct fata_event *event,
                                                 fata_time_t deadline)
{
    struct fata_waiter waiter;
    return fata_waiter_park(&waiter,
                            fata__event_start(event, deadline, &waiter));
}

/* Waits until the event has happened, whatever comes.  Context: fiber. */
void fata_event_join(struct fata_event *event);

#endif
