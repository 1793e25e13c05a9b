/* SPDX-License-Identifier: ISC */
/* lwIP's interface on a net device.  Received frames stay in the buffers into
 * which the device put them until their last reader is done; when half of the
 * buffers are held that way, frames are copied, so that the device never waits
 * for a reader.  Frames to be sent gather while a turn runs and go out as one
 * request. */
#include "internal.h"

#include <fata/run.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUFFERS = 256,
    RECEIVES = 2, /* requests lent: the device fills one while we read the other
                   */
    SENDS = 4,
    BATCH = 32, /* frames of a request */
    PAD = 2,    /* before a frame, so that what follows its header is aligned */
};

struct buffer {
    struct pbuf_custom custom;
    struct buffer *next; /* while it is free */
    void *data;
};

struct receive {
    struct fata_stack *stack;
    struct fata_net_request request;
    struct fata_frame frames[BATCH];
    struct buffer *buffers[BATCH];
};

struct send {
    struct fata_stack *stack;
    struct fata_net_request request;
    struct fata_frame frames[BATCH];
    struct pbuf *held[BATCH];
    bool lent;
};

struct fata__interface {
    struct fata_stack *stack;
    struct buffer buffers[BUFFERS];
    struct buffer *free;
    unsigned free_count;
    uint32_t buffer_size; /* bytes: mtu + header */
    struct receive receives[RECEIVES];
    struct send sends[SENDS];
    struct send *filling; /* not yet sent */
    struct fata_job flush;
    struct fata_job loop; /* posted while something waits for ourselves */
    bool refused;         /* lwIP has been told to try again */
};

/* Of the stack that lwIP runs for. */
#define interface (*fata__net->iface)

/* --- receiving --- */

static void buffer_free(struct pbuf *p)
{
    struct buffer *b = (struct buffer *)(void *)p;
    b->next = interface.free;
    interface.free = b;
    interface.free_count++;
}

static void lend(struct receive *r)
{
    for (int i = 0; i < BATCH; i++) {
        if (r->buffers[i] != NULL)
            continue;
        struct buffer *b = interface.free;
        interface.free = b->next;
        interface.free_count--;
        r->buffers[i] = b;
        r->frames[i].data = b->data;
        r->frames[i].size = interface.buffer_size;
    }
    r->request.count = BATCH;
    int err = fata_net_receive(interface.stack->net, &r->request);
    fata_assert(err == 0); /* the buffers are large enough */
}

static void input(struct receive *r, int i)
{
    struct netif *netif = &interface.stack->netif;
    uint16_t length = (uint16_t)r->frames[i].length;
    struct buffer *b = r->buffers[i];
    struct pbuf *p;

    if (interface.free_count > BUFFERS / 2) {
        r->buffers[i] = NULL;
        p = pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &b->custom, b->data,
                                length);
    } else {
        p = pbuf_alloc(PBUF_RAW, (u16_t)(length + PAD), PBUF_RAM);
        if (p == NULL)
            return;
        pbuf_remove_header(p, PAD);
        memcpy(p->payload, b->data, length);
    }
    if (netif->input(p, netif) != ERR_OK)
        pbuf_free(p);
}

static void received(struct fata_request *request)
{
    struct fata_net_request *net =
        FATA_CONTAINER(request, struct fata_net_request, request);
    struct receive *r = FATA_CONTAINER(net, struct receive, request);
    int count = request->result;

    fata__net_enter(r->stack);
    for (int i = 0; i < count; i++)
        input(r, i);
    fata__net_settle();
    /* A device that fails does so for ever: it is not asked again. */
    if (count >= 0)
        lend(r);
    else
        fata_log_error(&fata__log_net, "the device fails error=%s",
                       FATA_LOG_QUOTE(fata_strerror(count)));
}

static unsigned held_by(const struct fata__interface *i)
{
    unsigned lent = 0;
    for (int r = 0; r < RECEIVES; r++)
        for (int j = 0; j < BATCH; j++)
            lent += i->receives[r].buffers[j] != NULL;
    return BUFFERS - i->free_count - lent;
}

unsigned fata__interface_held(void)
{
    unsigned held = 0;
    for (const struct fata_stack *s = fata__stacks; s != NULL; s = s->next)
        held += s->iface != NULL ? held_by(s->iface) : 0;
    return held;
}

/* --- sending --- */

static void sent(struct fata_request *request)
{
    struct fata_net_request *net =
        FATA_CONTAINER(request, struct fata_net_request, request);
    struct send *s = FATA_CONTAINER(net, struct send, request);

    fata__net_switch(s->stack);
    /* Frames that were not sent are lost, as on any wire. */
    for (uint32_t i = 0; i < s->request.count; i++)
        pbuf_free(s->held[i]);
    s->request.count = 0;
    s->lent = false;
    if (interface.refused) {
        interface.refused = false;
        fata__net_enter(s->stack);
        tcp_txnow();
        fata__net_settle();
    }
}

static void submit(void)
{
    struct send *s = interface.filling;
    interface.filling = NULL;
    s->lent = true;
    if (fata_net_send(interface.stack->net, &s->request) != 0)
        sent(&s->request.request); /* a frame of the wrong size */
}

static void flush(struct fata_job *job)
{
    fata__net_switch(FATA_CONTAINER(job, struct fata__interface, flush)->stack);
    if (interface.filling != NULL)
        submit();
}

static err_t output(struct netif *netif, struct pbuf *p)
{
    struct send *s = interface.filling;
    (void)netif;

    for (int i = 0; s == NULL && i < SENDS; i++)
        if (!interface.sends[i].lent)
            s = &interface.sends[i];
    if (s == NULL) {
        interface.refused = true;
        fata_metric_add(&fata__frames_refused, 1);
        return ERR_MEM;
    }
    if (p->next == NULL) {
        pbuf_ref(p);
    } else {
        p = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (p == NULL)
            return ERR_MEM;
    }
    uint32_t at = s->request.count++;
    s->held[at] = p;
    s->frames[at] = (struct fata_frame){.data = p->payload, .length = p->len};
    interface.filling = s;
    fata__net_timers_active();
    if (s->request.count == BATCH)
        submit();
    else if (!fata_job_posted(&interface.flush))
        fata_job_post_low(interface.stack->sched, &interface.flush);
    return ERR_OK;
}

/* --- what goes to our own address --- */

static void loop(struct fata_job *job)
{
    fata__net_enter(FATA_CONTAINER(job, struct fata__interface, loop)->stack);
    netif_poll(&interface.stack->netif);
    fata__net_settle();
}

void fata__interface_settle(void)
{
    if (interface.stack->netif.loop_first != NULL &&
        !fata_job_posted(&interface.loop))
        fata_job_post(interface.stack->sched, &interface.loop);
}

/* --- start --- */

err_t fata__interface_init(struct netif *netif)
{
    const struct fata_net *net = interface.stack->net;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = net->mtu;
    netif->hwaddr_len = sizeof(net->mac);
    memcpy(netif->hwaddr, net->mac, sizeof(net->mac));
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
                   NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP | NETIF_FLAG_MLD6;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = output;
    return ERR_OK;
}

int fata__interface_open(struct fata_stack *stack)
{
    uint32_t size = stack->net->mtu + FATA_NET_HEADER;
    size_t stride = (PAD + size + 63u) / 64 * 64;
    char *memory = malloc(BUFFERS * stride);

    stack->iface = calloc(1, sizeof(*stack->iface));
    if (memory == NULL || stack->iface == NULL)
        return FATA_ENOMEM;
    interface.stack = stack;
    interface.buffer_size = size;
    fata_job_init(&interface.flush, flush);
    fata_job_init(&interface.loop, loop);
    for (int i = 0; i < BUFFERS; i++) {
        struct buffer *b = &interface.buffers[i];
        b->data = memory + (size_t)i * stride + PAD;
        b->custom.custom_free_function = buffer_free;
        buffer_free(&b->custom.pbuf);
    }
    for (int i = 0; i < SENDS; i++) {
        struct send *s = &interface.sends[i];
        s->stack = stack;
        s->request.request.done = sent;
        s->request.frames = s->frames;
    }
    for (int i = 0; i < RECEIVES; i++) {
        struct receive *r = &interface.receives[i];
        r->stack = stack;
        r->request.request.done = received;
        r->request.frames = r->frames;
        lend(r);
    }
    return 0;
}
