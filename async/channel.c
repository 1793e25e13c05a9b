/* SPDX-License-Identifier: ISC */
/* Channels.  Receivers wait only while the ring is empty, senders only while
 * it is full; so at most one of the queues has somebody in it. */
#include <fata/channel.h>

#include "internal.h"

#include <fata/error.h>
#include <string.h>

struct end {
    struct fata_waiter waiter;
    union {
        const void *from; /* a sender's item */
        void *to;         /* a receiver's buffer */
    } item;
};

static struct end *first_of(struct fata_list *queue)
{
    struct fata_waiter *waiter = fata_waiter_first(queue);
    return waiter != NULL ? FATA_CONTAINER(waiter, struct end, waiter) : NULL;
}

static void push(struct fata_channel *channel, const void *item)
{
    size_t at = (channel->first + channel->count) % channel->capacity;
    memcpy(channel->items + at * channel->item_size, item, channel->item_size);
    channel->count++;
}

static void pop(struct fata_channel *channel, void *item)
{
    memcpy(item, channel->items + channel->first * channel->item_size,
           channel->item_size);
    channel->first = (channel->first + 1) % channel->capacity;
    channel->count--;
}

void fata_channel_init(struct fata_channel *channel, void *items,
                       size_t item_size, size_t capacity)
{
    fata_assert(item_size > 0 && capacity > 0);
    memset(channel, 0, sizeof(*channel));
    channel->items = items;
    channel->item_size = item_size;
    channel->capacity = capacity;
    fata_list_init(&channel->senders);
    fata_list_init(&channel->receivers);
}

int fata_channel_try_send(struct fata_channel *channel, const void *item)
{
    struct end *receiver = first_of(&channel->receivers);

    if (channel->closed)
        return FATA_EPIPE;
    if (receiver != NULL) {
        memcpy(receiver->item.to, item, channel->item_size);
        fata_waiter_wake(&receiver->waiter, 0);
        return 0;
    }
    if (channel->count == channel->capacity)
        return FATA_EAGAIN;
    push(channel, item);
    return 0;
}

int fata_channel_try_recv(struct fata_channel *channel, void *item)
{
    if (channel->count == 0)
        return channel->closed ? FATA_EPIPE : FATA_EAGAIN;
    pop(channel, item);
    struct end *sender = first_of(&channel->senders);
    if (sender != NULL) { /* there is room for it now */
        push(channel, sender->item.from);
        fata_waiter_wake(&sender->waiter, 0);
    }
    return 0;
}

int fata_channel_send(struct fata_channel *channel, const void *item,
                      fata_time_t deadline)
{
    struct end self;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = fata_channel_try_send(channel, item);
    if (err != FATA_EAGAIN)
        return err;
    self.item.from = item;
    return fata_waiter_wait(&self.waiter, &channel->senders, deadline);
}

int fata_channel_recv(struct fata_channel *channel, void *item,
                      fata_time_t deadline)
{
    struct end self;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = fata_channel_try_recv(channel, item);
    if (err != FATA_EAGAIN)
        return err;
    self.item.to = item;
    return fata_waiter_wait(&self.waiter, &channel->receivers, deadline);
}

static void refuse(struct fata_list *queue)
{
    struct fata_waiter *waiter;
    while ((waiter = fata_waiter_first(queue)) != NULL)
        fata_waiter_wake(waiter, FATA_EPIPE);
}

void fata_channel_close(struct fata_channel *channel)
{
    channel->closed = true;
    refuse(&channel->senders);
    refuse(&channel->receivers);
}

void fata_channel_close_recv(struct fata_channel *channel)
{
    channel->count = 0;
    fata_channel_close(channel);
}
