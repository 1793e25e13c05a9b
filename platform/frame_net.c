/* SPDX-License-Identifier: ISC */
/* See frame_net.h. */
#include "frame_net.h"
#include "internal.h"
#include "vnet.h"
#include <fata/platform.h>
#include <string.h>

/* Linux, also where the libc is not the host's. */
#define EINTR        4
#define ENOTCONN     107
#define ECONNREFUSED 111

/* The pieces of a frame in the host's form; nothing here is re-entered. */
static struct frame_piece list[1 + FATA_NET_PIECES_MOST];

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

/* Sends the frame that begins with f, of `length` bytes.  Returns the number of
 * its pieces, or what the host says. */
static long send_one(struct frame_net *d, const struct fata_frame *f,
                     uint32_t *length)
{
    uint32_t pieces = 1;
    long n;
    *length = f->length;
    if (d->write_pieces == NULL) {
        n = d->write(d, f->data, f->length);
    } else {
        struct fata_vnet header;
        vnet_put(f, &header);
        list[0] = (struct frame_piece){&header, sizeof(header)};
        list[1] = (struct frame_piece){f->data, f->length};
        for (; (f[pieces - 1].flags & FATA_FRAME_MORE) != 0; pieces++) {
            list[1 + pieces] =
                (struct frame_piece){f[pieces].data, f[pieces].length};
            *length += f[pieces].length;
        }
        n = d->write_pieces(d, list, 1 + pieces);
        n -= n > 0 ? (long)sizeof(header) : 0;
    }
    return n == (long)*length ? (long)pieces : n < 0 ? n : FATA_EIO;
}

static int send(struct fata_net *net, struct fata_net_request *r)
{
    struct frame_net *d = device(net);
    uint32_t sent = 0, length;
    while (sent < r->count) {
        long n = send_one(d, &r->frames[sent], &length);
        if (n == -EINTR)
            continue;
        if (n < 0) {
            net->stats.tx_errors++;
            check_link(net, n);
            break;
        }
        net->stats.tx_frames++;
        net->stats.tx_bytes += length;
        sent += (uint32_t)n;
    }
    r->request.result = sent > 0    ? (int)sent
                        : net->down ? FATA_ENETDOWN
                                    : FATA_EIO;
    fata_platform_complete(&r->request);
    return 0;
}

/* The host's form of buffers that wait for frames: those of a request, without
 * the ones that are filled. */
static struct {
    struct fata_vnet header;
    unsigned pieces; /* in list; the first is the header */
    size_t room;     /* bytes */
} waiting;

/* Buffers that follow one another in memory are one for the host. */
static void list_buffers(const struct fata_frame *f, uint32_t count)
{
    struct frame_piece *last = list;
    *last = (struct frame_piece){&waiting.header, sizeof(waiting.header)};
    waiting.room = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && (char *)last->data + last->size == f[i].data)
            last->size += f[i].size;
        else if (last == list + FATA_NET_PIECES_MOST)
            break;
        else
            *++last = (struct frame_piece){f[i].data, f[i].size};
        waiting.room += f[i].size;
    }
    waiting.pieces = (unsigned)(last - list) + 1;
}

/* The first of the buffers, which is in the first piece, is filled. */
static void unlist_buffer(const struct fata_frame *f)
{
    waiting.room -= f->size;
    list[1].data = (char *)list[1].data + f->size;
    list[1].size -= f->size;
    if (list[1].size > 0)
        return;
    waiting.pieces--;
    memmove(&list[1], &list[2], (waiting.pieces - 1) * sizeof(list[0]));
}

/* Reads a frame into the buffers from f on.  Returns its pieces, 0 for a frame
 * that is dropped, or what the host says. */
static long receive_pieces(struct frame_net *d, struct fata_frame *f)
{
    uint32_t used = 0;
    if (waiting.room < FATA_NET_LARGEST)
        return FATA_EMSGSIZE;
    long got = d->read_pieces(d, list, waiting.pieces);
    if (got < 0)
        return got;
    if (got < (long)sizeof(waiting.header))
        return FATA_EIO;
    uint32_t length = (uint32_t)got - (uint32_t)sizeof(waiting.header);
    if (length > FATA_NET_LARGEST || !vnet_take(&waiting.header, length, f)) {
        d->net.stats.rx_errors++;
        return 0;
    }
    d->net.stats.rx_frames++;
    d->net.stats.rx_bytes += length;
    for (; length > f[used].size; used++) {
        f[used].length = f[used].size;
        f[used].flags |= FATA_FRAME_MORE;
        length -= f[used].size;
        unlist_buffer(&f[used]);
    }
    f[used].length = length;
    unlist_buffer(&f[used]);
    return used + 1;
}

static long receive_one(struct frame_net *d, struct fata_frame *f)
{
    long n = d->read(d, f->data, f->size);
    if (n <= 0)
        return n == 0 ? FATA_EIO : n;
    f->length = (uint32_t)n;
    d->net.stats.rx_frames++;
    d->net.stats.rx_bytes += (uint64_t)n;
    return 1;
}

/* Reads what is there into r; completes it if that gave frames or an error. */
static bool fill(struct frame_net *d, struct fata_net_request *r)
{
    bool pieces = d->read_pieces != NULL;
    uint32_t got = 0;
    int result;
    if (pieces)
        list_buffers(r->frames, r->count);
    while (got < r->count) {
        struct fata_frame *f = &r->frames[got];
        long n = pieces ? receive_pieces(d, f) : receive_one(d, f);
        if (n == -EINTR)
            continue;
        if (n == FATA_EAGAIN && got == 0)
            return false;
        if (n < 0) {
            /* Not an error: the room that is left is too small. */
            if (n != FATA_EAGAIN && n != FATA_EMSGSIZE)
                d->net.stats.rx_errors++;
            break;
        }
        got += (uint32_t)n;
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
    if (d->read_pieces != NULL)
        d->net.features = VNET_FEATURES;
    d->head = NULL;
    d->tail = &d->head;
}
