/* SPDX-License-Identifier: ISC */
/* See ring_net.h.  Frames of one direction complete in the order of posting, so
 * a completion is that of the first request that is not done; the id says which
 * device and direction, and names a request for its cancel. */
#include "ring_net.h"
#include "internal.h"
#include <stddef.h>
#include <string.h>

/* What a receive's frame says of itself has room for the header that the tender
 * writes, and is that of the caller, who has lent it.  A header that is sent
 * is apart: the caller's frames are not ours to change. */
#define HEADER offsetof(struct fata_frame, flags)
_Static_assert(offsetof(struct fata_frame, checksum_offset) + 2 - HEADER ==
                   sizeof(struct fata_vnet),
               "a header fits in a frame");
_Static_assert(FATA_NET_PIECES_MOST <= FATA_NET_RING_ENTRIES / 2 &&
                   FATA_NET_PIECES_MOST <= FATA_RING_PIECES_MOST,
               "a frame fits in the ring's half");
_Static_assert(FATA_NET_LARGEST == FATA_RING_LARGEST, "the largest frame");

#define ID_HANDLE  63u
#define ID_RECEIVE 64u
#define ID_SHIFT   7

static struct fata_net_request *of(struct fata_request *request)
{
    return FATA_CONTAINER(request, struct fata_net_request, request);
}

static struct ring_net *device(struct fata_net *net)
{
    return FATA_CONTAINER(net, struct ring_net, net);
}

static void append(struct ring_queue *q, struct fata_request *r)
{
    r->next = NULL;
    r->result = 0;
    *q->tail = r;
    q->tail = &r->next;
    if (q->next == NULL)
        q->next = r;
}

/* The head is done. */
static void finish(struct ring_queue *q)
{
    struct fata_request *r = q->head;
    q->head = r->next;
    if (q->head == NULL)
        q->tail = &q->head;
    if (q->next == r)
        q->next = q->head;
    r->result = q->good > 0 ? (int)q->good : q->error;
    q->sequence++;
    q->done = q->good = 0;
    fata_platform_complete(r);
}

static bool has_offload(const struct ring_net *d)
{
    return d->net.features != 0;
}

/* The header of the frame that begins, or goes on, with f. */
static uint64_t header_of(struct ring_net *d, struct fata_frame *f,
                          bool receive, bool begins)
{
    struct fata_vnet *header;
    if (receive)
        return (uint64_t)(uintptr_t)f + HEADER;
    if (!begins)
        return 0;
    header = &d->nets->header[d->nets->headers++ % FATA_COUNT(d->nets->header)];
    vnet_put(f, header);
    return (uint64_t)(uintptr_t)header;
}

/* Posts `n` more frames of r as a chain. */
static void post_chain(struct ring_net *d, struct ring_queue *q,
                       struct fata_net_request *r, uint32_t n)
{
    bool receive = q == &d->receive, begins = true;
    for (uint32_t i = 0; i < n; i++) {
        struct fata_frame *f = &r->frames[r->request.result];
        bool ends = receive || (f->flags & FATA_FRAME_MORE) == 0;
        const struct fata_ring_entry e = {
            .operation = receive ? FATA_RING_RECEIVE : FATA_RING_SEND,
            .flags = !ends       ? FATA_RING_PIECE
                     : i + 1 < n ? FATA_RING_MORE
                                 : 0,
            .handle = d->handle,
            .address = (uint64_t)(uintptr_t)f->data,
            .length = receive ? f->size : f->length,
            .id =
                q->next_id << ID_SHIFT | (receive ? ID_RECEIVE : 0) | d->handle,
            .offset = has_offload(d) ? header_of(d, f, receive, begins) : 0,
        };
        begins = ends;
        ring_push(&d->nets->ring, &e);
        r->request.result++;
    }
    q->posted += n;
    ring_publish(&d->nets->ring);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Whether a largest frame has room, where there are such. */
static bool is_room(const struct ring_net *d, const struct fata_frame *f,
                    uint32_t n)
{
    uint64_t room = 0;
    if (!has_offload(d))
        return true;
    for (uint32_t i = 0; i < n && room < FATA_NET_LARGEST; i++)
        room += f[i].size;
    return room >= FATA_NET_LARGEST;
}

/* Half of the ring is for frames that wait to come, in equal shares; with fewer
 * buffers than it has a request is as good. */
static void post_receives(struct ring_net *d)
{
    struct ring_queue *q = &d->receive;
    uint32_t share = d->nets->ring.entries / 2 / d->nets->devices;
    while (q->next != NULL && q->posted < share) {
        struct fata_net_request *r = of(q->next);
        uint32_t n = least(r->count, share - q->posted);
        if (!is_room(d, r->frames, n))
            return; /* until others are done */
        post_chain(d, q, r, n);
        q->next = r->request.next;
        q->next_id++;
    }
}

/* Half is for frames on their way out, whosever they are.  After a frame that
 * failed no more of its request are sent. */
static void post_sends(struct ring_net *d)
{
    struct ring_queue *q = &d->send;
    while (q->next != NULL && d->nets->sending < d->nets->ring.entries / 2) {
        struct fata_net_request *r = of(q->next);
        uint32_t n = least(r->count - (uint32_t)r->request.result,
                           d->nets->ring.entries / 2 - d->nets->sending);
        while (n > 0 && (r->frames[(uint32_t)r->request.result + n - 1].flags &
                         FATA_FRAME_MORE) != 0)
            n--; /* whole frames */
        if (n == 0 || (q->next == q->head && q->good < q->done))
            return;
        d->nets->sending += n;
        post_chain(d, q, r, n);
        if ((uint32_t)r->request.result == r->count)
            q->next = r->request.next;
    }
}

static int send(struct fata_net *net, struct fata_net_request *r)
{
    struct ring_net *d = device(net);
    append(&d->send, &r->request);
    post_sends(d);
    return 0;
}

static int receive(struct fata_net *net, struct fata_net_request *r)
{
    struct ring_net *d = device(net);
    append(&d->receive, &r->request);
    post_receives(d);
    return 0;
}

/* A posted request completes when the tender has let go of its buffers. */
static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    struct ring_net *d = device(net);
    struct ring_queue *q = &d->receive;
    uint32_t id = q->sequence;
    bool posted = true;
    for (struct fata_request **link = &q->head; *link != NULL;
         link = &(*link)->next, id++) {
        posted = posted && *link != q->next;
        if (*link != &r->request)
            continue;
        if (posted) {
            const struct fata_ring_entry e = {
                .operation = FATA_RING_CANCEL,
                .handle = d->handle,
                .id = id << ID_SHIFT | ID_RECEIVE | d->handle,
            };
            ring_push(&d->nets->ring, &e);
            ring_publish(&d->nets->ring);
            return;
        }
        *link = r->request.next;
        if (*link == NULL)
            q->tail = link;
        if (q->next == &r->request)
            q->next = r->request.next;
        r->request.result = FATA_ECANCELED;
        fata_platform_complete(&r->request);
        return;
    }
}

static void count_frame(struct fata_net_stats *s, bool receive, bool good,
                        uint32_t length)
{
    if (receive && good) {
        s->rx_frames++;
        s->rx_bytes += length;
    } else if (good) {
        s->tx_frames++;
        s->tx_bytes += length;
    } else if (receive) {
        s->rx_errors++;
    } else {
        s->tx_errors++;
    }
}

/* The buffers that a frame of `length` bytes has filled, from f on. */
static uint32_t fill(struct fata_frame *f, uint32_t length, uint32_t most)
{
    uint32_t n = 1;
    for (; length > f->size && n < most; n++, f++) {
        f->length = f->size;
        f->flags |= FATA_FRAME_MORE;
        length -= f->size;
    }
    f->length = length;
    return n;
}

/* Of a frame with a header.  Returns its pieces, or all that were posted if
 * there is none; clears `good` if it is not to be had. */
static uint32_t large(struct ring_queue *q, struct fata_net_request *r,
                      bool receive, uint32_t length, bool *good)
{
    struct fata_frame *f = &r->frames[q->done];
    uint32_t left = (uint32_t)r->request.result - q->done, n = 1;
    struct fata_vnet header;
    if (!receive) {
        while (n < left && (f[n - 1].flags & FATA_FRAME_MORE) != 0)
            n++;
        return n;
    }
    if (!*good)
        return left;
    memcpy(&header, (char *)f + HEADER, sizeof(header));
    *good = length <= FATA_NET_LARGEST && vnet_take(&header, length, f);
    return fill(f, length, left);
}

static void completed(struct ring_nets *nets,
                      const struct fata_ring_completion *c)
{
    struct ring_net *d = nets->device[c->id & ID_HANDLE];
    bool receive = (c->id & ID_RECEIVE) != 0, good = c->result == FATA_RING_OK;
    struct ring_queue *q = receive ? &d->receive : &d->send;
    struct fata_net_request *r = of(q->head);
    uint32_t n = 1;
    bool came = good;
    if (has_offload(d))
        n = large(q, r, receive, c->length, &good);
    else if (good)
        r->frames[q->done].length = c->length;
    if (good && q->good == q->done) {
        q->good += n;
    } else if (q->good == q->done) { /* the first; the rest is not tried */
        q->error = c->result == FATA_RING_CANCELED ? FATA_ECANCELED : FATA_EIO;
    }
    if (came || c->result == FATA_RING_EINVAL || c->result == FATA_RING_EUNSPEC)
        count_frame(&d->net.stats, receive, good, c->length);
    q->done += n;
    q->posted -= n;
    nets->sending -= receive ? 0 : n;
    if (q->done == (uint32_t)r->request.result &&
        (receive || q->done == r->count || q->good < q->done))
        finish(q);
}

void ring_net_turn(struct ring_nets *nets, bool sleep)
{
    struct fata_ring_completion c;
    bool any;
    do {
        ring_tell(&nets->ring, sleep && !fata__complete_pending());
        for (any = false; ring_take(&nets->ring, &c); any = true)
            completed(nets, &c);
        for (uint32_t i = 0; any && i < SOLO5_MANIFEST_MAX; i++)
            if (nets->device[i] != NULL) {
                post_sends(nets->device[i]);
                post_receives(nets->device[i]);
            }
    } while (any); /* frames may complete that are not yet a request */
}

void ring_net_init(struct ring_nets *nets, struct ring_net *d, uint32_t handle,
                   bool offload)
{
    static const struct fata_net_ops ops = {send, receive, cancel};
    d->net.ops = &ops;
    d->net.features = offload ? VNET_FEATURES : 0;
    d->nets = nets;
    d->handle = handle;
    nets->device[handle] = d;
    d->send.tail = &d->send.head;
    d->receive.tail = &d->receive.head;
}
