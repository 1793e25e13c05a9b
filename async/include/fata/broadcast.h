/* SPDX-License-Identifier: ISC */
/* A broadcast: values that go to all who wait at that moment, and are not kept.
 * Each gets a copy of its own, so that the next value does not overtake one
 * that has not been looked at.  Cheaper than a fresh event for each value.
 * Rules of waiting: fata/waiter.h. */
#ifndef FATA_BROADCAST_H
#define FATA_BROADCAST_H

#include <fata/cc.h>
#include <fata/waiter.h>
#include <stdbool.h>
#include <stddef.h>

/* All fields are private. */
struct fata_broadcast {
    struct fata_list waiters;
    size_t size; /* of a value, bytes */
};

/* size   of a value, bytes; 0: no value, and the pointers below may be NULL */
static inline void fata_broadcast_init(struct fata_broadcast *broadcast,
                                       size_t size)
{
    fata_list_init(&broadcast->waiters);
    broadcast->size = size;
}

static inline bool
fata_broadcast_has_waiters(const struct fata_broadcast *broadcast)
{
    return !fata_list_empty(&broadcast->waiters);
}

/* Waits for the next value.
 * value   borrowed until return; written if and only if the result is 0
 * Returns 0, FATA_ETIMEDOUT or FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD static inline int
fata_broadcast_wait(struct fata_broadcast *broadcast, void *value,
                    fata_time_t deadline)
{
    struct fata_waiter waiter;
    waiter.entry.item = value;
    return fata_waiter_wait(&waiter, &broadcast->waiters, deadline,
                            "broadcast");
}

/* Copies the value to all who wait, and wakes them in their order; posts jobs
 * only.  A wait that begins later, also of one of them, is for the next one.
 * value   borrowed until return
 * Returns how many there were.
 * Context: the scheduler's thread, in a turn or outside. */
size_t fata_broadcast_send(struct fata_broadcast *broadcast, const void *value);

#endif
