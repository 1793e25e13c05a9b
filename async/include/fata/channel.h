/* SPDX-License-Identifier: ISC */
/* A channel: a bounded queue of items of one size, between fibers of one
 * scheduler.  A full one makes senders wait, an empty one receivers, first
 * come first served; an item goes straight into the buffer of a receiver that
 * waits.  Items are copied; who owns what they point to is between the ends.
 *
 * Either end may close it, once or more.  Context: send and recv in a fiber;
 * the rest anywhere in the scheduler's thread.  Nobody may wait when the
 * channel's memory goes.  Rules of waiting: fata/waiter.h. */
#ifndef FATA_CHANNEL_H
#define FATA_CHANNEL_H

#include <fata/cc.h>
#include <fata/waiter.h>
#include <stdbool.h>
#include <stddef.h>

/* All fields are private. */
struct fata_channel {
    char *items;
    size_t item_size; /* bytes */
    size_t capacity, first, count;
    struct fata_list senders, receivers; /* those who wait */
    bool closed;
};

/* items      given: capacity * item_size bytes, for the channel's life
 * item_size  bytes, at least 1
 * capacity   items, at least 1 */
void fata_channel_init(struct fata_channel *channel, void *items,
                       size_t item_size, size_t capacity);

/* Private: what comes before a wait. */
int fata__channel_start_send(struct fata_channel *channel, const void *item,
                             fata_time_t deadline, struct fata_waiter *waiter);
int fata__channel_start_recv(struct fata_channel *channel, void *item,
                             fata_time_t deadline, struct fata_waiter *waiter);

/* item      borrowed until return
 * Returns 0, FATA_EPIPE (closed), FATA_ETIMEDOUT or FATA_ECANCELED; the item
 * was sent if and only if it is 0. */
FATA_NODISCARD static inline int fata_channel_send(struct fata_channel *channel,
                                                   const void *item,
                                                   fata_time_t deadline)
{
    struct fata_waiter waiter;
    return fata_waiter_park(
        &waiter, fata__channel_start_send(channel, item, deadline, &waiter));
}

/* item      borrowed until return; written if and only if the result is 0
 * Returns 0, FATA_EPIPE (closed and empty), FATA_ETIMEDOUT or
 * FATA_ECANCELED. */
FATA_NODISCARD static inline int fata_channel_recv(struct fata_channel *channel,
                                                   void *item,
                                                   fata_time_t deadline)
{
    struct fata_waiter waiter;
    return fata_waiter_park(
        &waiter, fata__channel_start_recv(channel, item, deadline, &waiter));
}

/* Do not suspend and do not look at cancellation: FATA_EAGAIN instead. */
FATA_NODISCARD int fata_channel_try_send(struct fata_channel *channel,
                                         const void *item);
FATA_NODISCARD int fata_channel_try_recv(struct fata_channel *channel,
                                         void *item);

/* The sending end closes: receivers get what is queued, then FATA_EPIPE;
 * senders, those who wait included, get FATA_EPIPE. */
void fata_channel_close(struct fata_channel *channel);

/* The receiving end closes: the same, and what is queued is dropped - take it
 * with fata_channel_try_recv before if it owns anything. */
void fata_channel_close_recv(struct fata_channel *channel);

#endif
