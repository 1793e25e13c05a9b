/* SPDX-License-Identifier: ISC */
/* See ring_net.h.  Frames of one direction complete in the order of posting, so
 * a completion is that of the first request that is not done; the id says which
 * device and direction, and names a request for its cancel. */
#include "ring_net.h"
#include "internal.h"

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

/* Posts `n` more frames of r as a chain. */
static void post_chain(struct ring_net *d, struct ring_queue *q,
                       struct fata_net_request *r, uint32_t n)
{
    bool receive = q == &d->receive;
    for (uint32_t i = 0; i < n; i++) {
        const struct fata_frame *f = &r->frames[r->request.result];
        const struct fata_ring_entry e = {
            .operation = receive ? FATA_RING_RECEIVE : FATA_RING_SEND,
            .flags = i + 1 < n ? FATA_RING_MORE : 0,
            .handle = d->handle,
            .address = (uint64_t)(uintptr_t)f->data,
            .length = receive ? f->size : f->length,
            .id =
                q->next_id << ID_SHIFT | (receive ? ID_RECEIVE : 0) | d->handle,
        };
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

/* Half of the ring is for frames that wait to come, in equal shares; with fewer
 * buffers than it has a request is as good. */
static void post_receives(struct ring_net *d)
{
    struct ring_queue *q = &d->receive;
    uint32_t share = d->nets->ring.entries / 2 / d->nets->devices;
    while (q->next != NULL && q->posted < share) {
        struct fata_net_request *r = of(q->next);
        post_chain(d, q, r, least(r->count, share - q->posted));
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
        if (q->next == q->head && q->good < q->done)
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

static void completed(struct ring_nets *nets,
                      const struct fata_ring_completion *c)
{
    struct ring_net *d = nets->device[c->id & ID_HANDLE];
    bool receive = (c->id & ID_RECEIVE) != 0, good = c->result == FATA_RING_OK;
    struct ring_queue *q = receive ? &d->receive : &d->send;
    struct fata_net_request *r = of(q->head);
    if (good) {
        r->frames[q->good++].length = c->length;
    } else if (q->good == q->done) { /* the first; the rest is not tried */
        q->error = c->result == FATA_RING_CANCELED ? FATA_ECANCELED : FATA_EIO;
    }
    if (good || c->result == FATA_RING_EINVAL || c->result == FATA_RING_EUNSPEC)
        count_frame(&d->net.stats, receive, good, c->length);
    q->done++;
    q->posted--;
    nets->sending -= receive ? 0 : 1;
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

void ring_net_init(struct ring_nets *nets, struct ring_net *d, uint32_t handle)
{
    static const struct fata_net_ops ops = {send, receive, cancel};
    d->net.ops = &ops;
    d->nets = nets;
    d->handle = handle;
    nets->device[handle] = d;
    d->send.tail = &d->send.head;
    d->receive.tail = &d->receive.head;
}
