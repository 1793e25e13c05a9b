/* SPDX-License-Identifier: ISC */
/* See frame_net.h. */
#include "frame_net.h"
#include "internal.h"
#include <fata/platform.h>

/* Linux, also where the libc is not the host's. */
#define EINTR        4
#define ENOTCONN     107
#define ECONNREFUSED 111

static struct fata_net_request *of(struct fata_request *request)
{
    return FATA_CONTAINER(request, struct fata_net_request, request);
}

static struct frame_net *device(struct fata_net *net)
{
    return FATA_CONTAINER(net, struct frame_net, net);
}

/* The other end of a socket has gone, and will not come back. */
static void check_link(struct fata_net *net, long error)
{
    if (net->down ||
        (error != FATA_EPIPE && error != -ENOTCONN && error != -ECONNREFUSED))
        return;
    net->down = true;
    if (net->link != NULL)
        fata_platform_complete(net->link);
    net->link = NULL;
}

static int send(struct fata_net *net, struct fata_net_request *r)
{
    struct frame_net *d = device(net);
    uint32_t sent = 0;
    while (sent < r->count) {
        const struct fata_frame *f = &r->frames[sent];
        long n = d->write(d, f->data, f->length);
        if (n == -EINTR)
            continue;
        if (n != (long)f->length) {
            net->stats.tx_errors++;
            check_link(net, n);
            break;
        }
        net->stats.tx_frames++;
        net->stats.tx_bytes += f->length;
        sent++;
    }
    r->request.result = sent > 0    ? (int)sent
                        : net->down ? FATA_ENETDOWN
                                    : FATA_EIO;
    fata_platform_complete(&r->request);
    return 0;
}

/* Reads what is there into r; completes it if that gave frames or an error. */
static bool fill(struct frame_net *d, struct fata_net_request *r)
{
    uint32_t got = 0;
    int result;
    while (got < r->count) {
        struct fata_frame *f = &r->frames[got];
        long n = d->read(d, f->data, f->size);
        if (n == -EINTR)
            continue;
        if (n == FATA_EAGAIN && got == 0)
            return false;
        if (n <= 0) {
            if (n != FATA_EAGAIN)
                d->net.stats.rx_errors++;
            break;
        }
        f->length = (uint32_t)n;
        d->net.stats.rx_frames++;
        d->net.stats.rx_bytes += (uint64_t)n;
        got++;
    }
    result = got > 0 ? (int)got : FATA_EIO;
    r->request.result = result;
    fata_platform_complete(&r->request);
    return true;
}

/* Nobody waits for the frame that is there.  Left where it is it would end
 * every wait at once, as readiness is level-triggered. */
static void drop(struct frame_net *d)
{
    char sink[64]; /* the rest of a longer frame is lost, too */
    if (d->read(d, sink, sizeof(sink)) > 0)
        d->net.stats.rx_dropped++;
}

void frame_net_ready(struct frame_net *d)
{
    /* A receive that has completed may be lent again when its `done` runs, at
     * the end of this very wait. */
    if (d->head == NULL && !fata__complete_pending())
        drop(d);
    while (d->head != NULL) {
        /* fill() hands r to the queue of the completed, which uses `next`. */
        struct fata_request *r = d->head, *next = r->next;
        if (!fill(d, of(r)))
            return;
        d->head = next;
        if (next == NULL)
            d->tail = &d->head;
    }
}

static int receive(struct fata_net *net, struct fata_net_request *r)
{
    struct frame_net *d = device(net);
    if (d->head == NULL && fill(d, r))
        return 0;
    r->request.next = NULL;
    *d->tail = &r->request;
    d->tail = &r->request.next;
    return 0;
}

static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    struct frame_net *d = device(net);
    for (struct fata_request **link = &d->head; *link != NULL;
         link = &(*link)->next) {
        if (*link != &r->request)
            continue;
        *link = r->request.next;
        if (*link == NULL)
            d->tail = link;
        r->request.result = FATA_ECANCELED;
        fata_platform_complete(&r->request);
        return;
    }
}

void frame_net_init(struct frame_net *d)
{
    static const struct fata_net_ops ops = {send, receive, cancel};
    d->net.ops = &ops;
    d->head = NULL;
    d->tail = &d->head;
}
