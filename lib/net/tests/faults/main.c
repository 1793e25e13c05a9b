/* SPDX-License-Identifier: ISC */
/* The stack is on one end of a wire in memory; the other end is joined to the
 * host.  What goes into the wire, at either end, passes a faulty device; the
 * checksums and the resending of both TCPs must make up for it. */
#include <fata/panic.h>
#include <fata/run.h>
#include <fata/stack.h>
#include "app.h"

enum { SLOTS = 32, FRAME = 1514 };

/* A frame that is received from one device and then sent to the other. */
struct slot {
    struct fata_net_request request;
    struct fata_frame frame;
    struct fata_net *from, *to;
    uint8_t data[FRAME];
};

static struct slot slots[2 * SLOTS];

static void received(struct fata_request *request);

static struct slot *of(struct fata_request *request)
{
    struct fata_net_request *r =
        FATA_CONTAINER(request, struct fata_net_request, request);
    return FATA_CONTAINER(r, struct slot, request);
}

static void receive(struct slot *s)
{
    s->frame = (struct fata_frame){.data = s->data, .size = FRAME};
    s->request = (struct fata_net_request){.request = {.done = received},
                                           .frames = &s->frame,
                                           .count = 1};
    int err = fata_net_receive(s->from, &s->request);
    fata_assert(err == 0); /* the buffer is large enough */
}

static void sent(struct fata_request *request)
{
    receive(of(request));
}

static void received(struct fata_request *request)
{
    struct slot *s = of(request);
    if (request->result < 1)
        return; /* the host's end has gone */
    request->done = sent;
    if (fata_net_send(s->to, &s->request) != 0)
        receive(s); /* shorter than its header */
}

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err < 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return FATA_FLOW_IDLE;
}

int start(struct app *app)
{
    for (int i = 0; i < 2 * SLOTS; i++) {
        slots[i].from = i < SLOTS ? app->service : app->far;
        slots[i].to = i < SLOTS ? app->in : app->service;
        receive(&slots[i]);
    }
    return fata_stack_serve(app->stack, 7, echo, NULL);
}
