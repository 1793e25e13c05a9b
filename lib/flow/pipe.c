/* SPDX-License-Identifier: ISC */
/* Pipes: each end owns the ring from which it reads. */
#include <fata/pipe.h>

#include <limits.h>
#include <string.h>

static struct fata_pipe_end *of(struct fata_flow *flow)
{
    return FATA_CONTAINER(flow, struct fata_pipe_end, flow);
}

static int peek(struct fata_flow *flow, const void **data)
{
    struct fata_pipe_end *e = of(flow);
    size_t n = e->size - e->first; /* up to where the ring wraps */
    if (e->count == 0)
        return e->error != 0 ? e->error : e->at_end ? 0 : FATA_EAGAIN;
    if (n > e->count)
        n = e->count;
    *data = e->room + e->first;
    return n < INT_MAX ? (int)n : INT_MAX;
}

static void ack(struct fata_flow *flow, size_t count)
{
    struct fata_pipe_end *e = of(flow);
    e->first = (e->first + count) % e->size;
    e->count -= count;
    if (e->peer != NULL)
        fata_flow_writable(&e->peer->flow);
}

static int put(struct fata_flow *flow, const struct fata_slice *data, bool more)
{
    struct fata_pipe_end *e = of(flow), *peer = e->peer;
    (void)more;
    if (e->error != 0)
        return e->error;
    if (peer == NULL)
        return FATA_EPIPE;
    size_t at = (peer->first + peer->count) % peer->size;
    size_t n = peer->size - peer->count;
    if (n == 0)
        return FATA_EAGAIN;
    if (n > peer->size - at)
        n = peer->size - at;
    if (n > data->length)
        n = data->length;
    if (n > INT_MAX)
        n = INT_MAX;
    memcpy(peer->room + at, data->data, n);
    peer->count += n;
    return (int)n;
}

static void flush(struct fata_flow *flow)
{
    struct fata_pipe_end *peer = of(flow)->peer;
    if (peer != NULL)
        fata_flow_readable(&peer->flow);
}

static int shut_down(struct fata_flow *flow)
{
    struct fata_pipe_end *e = of(flow);
    if (e->error != 0)
        return e->error;
    if (e->peer != NULL) {
        e->peer->at_end = true;
        fata_flow_readable(&e->peer->flow);
    }
    return 0;
}

static void end(struct fata_flow *flow, bool abort)
{
    struct fata_pipe_end *e = of(flow), *peer = e->peer;
    if (peer == NULL)
        return;
    peer->peer = NULL;
    peer->at_end = true;
    if (abort || e->count != 0)
        peer->error = FATA_ECONNRESET;
    fata_flow_readable(&peer->flow);
    fata_flow_writable(&peer->flow);
}

void fata_pipe_init(struct fata_pipe *pipe, void *there, size_t there_size,
                    void *back, size_t back_size)
{
    static const struct fata_flow_ops ops = {peek,  ack,       put,
                                             flush, shut_down, end};
    for (int i = 0; i < 2; i++) {
        struct fata_pipe_end *e = &pipe->end[i];
        memset(e, 0, sizeof(*e));
        fata_flow_init(&e->flow, &ops);
        e->peer = &pipe->end[1 - i];
        e->room = i == 1 ? there : back;
        e->size = i == 1 ? there_size : back_size;
    }
}
