/* SPDX-License-Identifier: ISC */
/* A channel: a bounded queue of items of one size, between fibers of one
 * scheduler.  A full one makes senders wait, an empty one receivers, first
 * come first served; an item goes straight into the buffer of a receiver that
 * waits.  Items are copied; who owns what they point to is between the ends.
 * With capacity 0 it is a rendezvous: a send ends when a receiver has the item.
 *
 * Either end may close it, once or more.  Context: what takes a deadline
 * suspends, in a fiber; the rest anywhere in the scheduler's thread.  Nobody
 * may be in a call when the channel's memory goes.  Rules of waiting:
 * fata/waiter.h. */
#ifndef FATA_CHANNEL_H
#define FATA_CHANNEL_H

#include <fata/cc.h>
#include <fata/waiter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All fields are private.  What a hand-over touches comes first. */
struct fata_channel {
    struct fata_list receivers; /* those who wait */
    size_t item_size;           /* bytes */
    uint64_t sent;
    size_t count;
    bool careful;     /* closed or a rendezvous: receiving has to look */
    bool closed;      /* by one of the ends */
    bool recv_closed; /* by the receiving one */
    bool acks;        /* flush waits for them */
    size_t capacity, first;
    char *items;
    struct fata_list senders;
    uint64_t dropped, acked;
    struct fata_list flushers, watchers; /* who wait for that, or a close */
};

/* items      given: capacity * item_size bytes, for the channel's life
 * item_size  bytes, at least 1
 * capacity   items; 0: rendezvous, and `items` is not used */
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

/* Receives up to `n` items (at least 1, at most INT_MAX) in one wait: at least
 * one, and what else there is when the wait has ended.
 * items     borrowed until return; n * item_size bytes
 * Returns how many, or what fata_channel_recv returns. */
FATA_NODISCARD int fata_channel_recv_many(struct fata_channel *channel,
                                          void *items, size_t n,
                                          fata_time_t deadline);

/* The item that is received next, or NULL if none is queued; borrowed until the
 * next call that receives, or suspends. */
const void *fata_channel_peek(const struct fata_channel *channel);

/* How many items are queued. */
static inline size_t fata_channel_count(const struct fata_channel *channel)
{
    return channel->count;
}

/* How many items have been sent (queued or handed over) since the init. */
static inline uint64_t fata_channel_sent(const struct fata_channel *channel)
{
    return channel->sent;
}

/* How many of them receivers have got. */
static inline uint64_t fata_channel_received(const struct fata_channel *channel)
{
    return channel->sent - channel->count - channel->dropped;
}

/* Waits until receivers have got every item that was sent before the call; also
 * on a channel that the sending end has closed.
 * Returns 0, FATA_EPIPE (the receiving end closed before), FATA_ETIMEDOUT or
 * FATA_ECANCELED. */
FATA_NODISCARD int fata_channel_flush(struct fata_channel *channel,
                                      fata_time_t deadline);

/* From now on fata_channel_flush means more: that receivers are done with the
 * items ("written to the disk"), which they say with fata_channel_ack.  To be
 * called before the first item is sent (else a panic). */
void fata_channel_want_acks(struct fata_channel *channel);

/* The receivers are done with `n` more items, in the order of the channel.
 * Not more than they have got (else a panic). */
void fata_channel_ack(struct fata_channel *channel, size_t n);

/* Waits until one of the ends has closed: for senders who have nothing to send
 * and want to know whether it makes sense to go on.
 * Returns 0, FATA_ETIMEDOUT or FATA_ECANCELED. */
FATA_NODISCARD int fata_channel_wait_closed(struct fata_channel *channel,
                                            fata_time_t deadline);

/* The sending end closes: receivers get what is queued, then FATA_EPIPE;
 * senders, those who wait included, get FATA_EPIPE. */
void fata_channel_close(struct fata_channel *channel);

/* The receiving end closes: the same, and what is queued is dropped - take it
 * with fata_channel_try_recv before if it owns anything. */
void fata_channel_close_recv(struct fata_channel *channel);

#endif
