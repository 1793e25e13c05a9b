/* SPDX-License-Identifier: ISC */
/* Channels.  Receivers wait only while the ring is empty, senders only while
 * it is full; so at most one of the queues has somebody in it.  The ring of a
 * rendezvous is both: there who comes first waits. */
#include <fata/channel.h>

#include "internal.h"

#include <fata/choice.h>
#include <fata/error.h>
#include <limits.h>
#include <string.h>

/* Items are often a word. */
static inline void copy(const struct fata_channel *channel, void *to,
                        const void *from)
{
    if (channel->item_size == sizeof(void *))
        memcpy(to, from, sizeof(void *));
    else
        memcpy(to, from, channel->item_size);
}

static void push(struct fata_channel *channel, const void *item)
{
    size_t at = channel->first + channel->count;
    if (at >= channel->capacity)
        at -= channel->capacity;
    copy(channel, channel->items + at * channel->item_size, item);
    channel->count++;
    channel->sent++;
}

static void pop(struct fata_channel *channel, void *item)
{
    copy(channel, item, channel->items + channel->first * channel->item_size);
    if (++channel->first == channel->capacity)
        channel->first = 0;
    channel->count--;
}

void fata_channel_init(struct fata_channel *channel, void *items,
                       size_t item_size, size_t capacity)
{
    fata_assert(item_size > 0);
    memset(channel, 0, sizeof(*channel));
    channel->items = items;
    channel->item_size = item_size;
    channel->capacity = capacity;
    channel->careful = capacity == 0;
    fata_list_init(&channel->senders);
    fata_list_init(&channel->receivers);
    fata_list_init(&channel->flushers);
    fata_list_init(&channel->watchers);
}

/* How many items are done with, as flush understands it. */
static uint64_t finished(const struct fata_channel *channel)
{
    return channel->acks ? channel->acked : fata_channel_received(channel);
}

/* Those who flush wait in the order of what they wait for. */
static void wake_flushers(struct fata_channel *channel)
{
    uint64_t done = finished(channel);
    struct fata_entry *entry;

    while ((entry = fata_waiter_first(&channel->flushers)) != NULL &&
           *(const uint64_t *)entry->item <= done)
        fata__wake(entry, 0);
}

static inline int try_send(struct fata_channel *channel, const void *item)
{
    struct fata_entry *receiver = fata_waiter_first(&channel->receivers);

    if (receiver != NULL) { /* so it is neither closed nor full */
        copy(channel, receiver->item, item);
        channel->sent++;
        fata__wake(receiver, 0);
        return 0;
    }
    if (channel->closed)
        return FATA_EPIPE;
    if (channel->count == channel->capacity)
        return FATA_EAGAIN;
    push(channel, item);
    return 0;
}

/* The ring is empty, so who waits to send is at a rendezvous. */
static int meet(struct fata_channel *channel, void *item)
{
    struct fata_entry *sender = fata_waiter_first(&channel->senders);

    if (sender == NULL)
        return channel->closed ? FATA_EPIPE : FATA_EAGAIN;
    copy(channel, item, sender->item);
    channel->sent++;
    fata__wake(sender, 0);
    return 0;
}

static inline int try_recv(struct fata_channel *channel, void *item)
{
    if (channel->count == 0)
        return meet(channel, item);
    pop(channel, item);
    struct fata_entry *sender = fata_waiter_first(&channel->senders);
    if (sender != NULL) { /* there is room for it now */
        push(channel, sender->item);
        fata__wake(sender, 0);
    }
    if (FATA_UNLIKELY(!fata_list_empty(&channel->flushers)))
        wake_flushers(channel);
    return 0;
}

int fata_channel_try_send(struct fata_channel *channel, const void *item)
{
    return try_send(channel, item);
}

int fata_channel_try_recv(struct fata_channel *channel, void *item)
{
    return try_recv(channel, item);
}

static FATA_NOINLINE int start_send(struct fata_channel *channel,
                                    const void *item, fata_time_t deadline,
                                    struct fata_waiter *waiter)
{
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = try_send(channel, item);
    if (err != FATA_EAGAIN)
        return err;
    waiter->entry.item = (void *)(uintptr_t)item; /* is only read */
    return fata_waiter_start(waiter, &channel->senders, deadline, "send");
}

static FATA_NOINLINE int start_recv(struct fata_channel *channel, void *item,
                                    fata_time_t deadline,
                                    struct fata_waiter *waiter)
{
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = try_recv(channel, item);
    if (err != FATA_EAGAIN)
        return err;
    waiter->entry.item = item;
    return fata_waiter_start(waiter, &channel->receivers, deadline, "receive");
}

/* The two fast paths: somebody waits for this item, and: wait for an item as
 * long as it takes.  Both where no cancellation is in sight. */

int fata__channel_start_send(struct fata_channel *channel, const void *item,
                             fata_time_t deadline, struct fata_waiter *waiter)
{
    struct fata_fiber *self = fata__running;
    struct fata_list *first = channel->receivers.next;

    if (FATA_UNLIKELY(self == NULL || self->cancel_at != FATA_NEVER ||
                      first == &channel->receivers ||
                      channel->item_size != sizeof(void *)))
        return start_send(channel, item, deadline, waiter);
    struct fata_entry *receiver =
        FATA_CONTAINER(first, struct fata_entry, link);
    memcpy(receiver->item, item, sizeof(void *));
    channel->sent++;
    fata__wake(receiver, 0);
    return 0;
}

int fata__channel_start_recv(struct fata_channel *channel, void *item,
                             fata_time_t deadline, struct fata_waiter *waiter)
{
    struct fata_fiber *self = fata__running;

    if (FATA_UNLIKELY(self == NULL ||
                      (self->cancel_at & deadline) != FATA_NEVER ||
                      channel->count != 0 || channel->careful))
        return start_recv(channel, item, deadline, waiter);
    waiter->entry.item = item;
    return fata__wait_simple(waiter, self, &channel->receivers, "receive");
}

int fata__send_attempt(struct fata_clause *clause)
{
    struct fata_channel *channel = clause->on;
    int err = try_send(channel, clause->entry.item);

    clause->queue = &channel->senders;
    return err == FATA_EAGAIN ? FATA_PARK : err;
}

int fata__recv_attempt(struct fata_clause *clause)
{
    struct fata_channel *channel = clause->on;
    int err = try_recv(channel, clause->entry.item);

    clause->queue = &channel->receivers;
    return err == FATA_EAGAIN ? FATA_PARK : err;
}

int fata_channel_recv_many(struct fata_channel *channel, void *items, size_t n,
                           fata_time_t deadline)
{
    size_t got = 1;

    fata_assert(n > 0 && n <= INT_MAX);
    int err = fata_channel_recv(channel, items, deadline);
    if (err < 0)
        return err;
    while (got < n &&
           try_recv(channel, (char *)items + got * channel->item_size) == 0)
        got++;
    return (int)got;
}

const void *fata_channel_peek(const struct fata_channel *channel)
{
    if (channel->count == 0)
        return NULL;
    return channel->items + channel->first * channel->item_size;
}

int fata_channel_flush(struct fata_channel *channel, fata_time_t deadline)
{
    struct fata_waiter waiter;
    uint64_t sent = channel->sent;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (finished(channel) >= sent)
        return 0;
    if (channel->recv_closed)
        return FATA_EPIPE;
    waiter.entry.item = &sent;
    return fata_waiter_wait(&waiter, &channel->flushers, deadline, "flush");
}

void fata_channel_want_acks(struct fata_channel *channel)
{
    fata_assert(channel->sent == 0);
    channel->acks = true;
}

void fata_channel_ack(struct fata_channel *channel, size_t n)
{
    fata_assert(channel->acks &&
                n <= fata_channel_received(channel) - channel->acked);
    channel->acked += n;
    wake_flushers(channel);
}

int fata_channel_wait_closed(struct fata_channel *channel, fata_time_t deadline)
{
    struct fata_waiter waiter;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (channel->closed)
        return 0;
    return fata_waiter_wait(&waiter, &channel->watchers, deadline, "close");
}

static void wake_all(struct fata_list *queue, int result)
{
    struct fata_entry *entry;
    while ((entry = fata_waiter_first(queue)) != NULL)
        fata__wake(entry, result);
}

void fata_channel_close(struct fata_channel *channel)
{
    channel->closed = channel->careful = true;
    wake_all(&channel->senders, FATA_EPIPE);
    wake_all(&channel->receivers, FATA_EPIPE);
    wake_all(&channel->watchers, 0);
}

void fata_channel_close_recv(struct fata_channel *channel)
{
    channel->dropped += channel->count;
    channel->count = 0;
    channel->recv_closed = true;
    fata_channel_close(channel);
    wake_all(&channel->flushers, FATA_EPIPE);
}
