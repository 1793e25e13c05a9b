/* SPDX-License-Identifier: ISC */
/* See fata/wire.h. */
#include <fata/platform.h>
#include <fata/wire.h>
#include <stdlib.h>
#include <string.h>

static struct fata_wire_end *end_of(struct fata_net *net)
{
    return FATA_CONTAINER(net, struct fata_wire_end, net);
}

static struct fata_net_request *of(struct fata_request *request)
{
    return FATA_CONTAINER(request, struct fata_net_request, request);
}

/* Gives waiting receives what has arrived. */
static void serve(struct fata_wire_end *e)
{
    while (e->head != NULL && e->count > 0) {
        struct fata_net_request *r = of(e->head);
        uint32_t got = 0;
        e->head = r->request.next;
        if (e->head == NULL)
            e->tail = &e->head;
        while (got < r->count && e->count > 0) {
            const struct fata_wire_slot *s = &e->slots[e->first];
            memcpy(r->frames[got].data, s->frame, s->length);
            r->frames[got++].length = s->length;
            e->net.stats.rx_frames++;
            e->net.stats.rx_bytes += s->length;
            e->first = (e->first + 1) % e->size;
            e->count--;
        }
        r->request.result = (int)got;
        fata_platform_complete(&r->request);
    }
}

static void arrive(struct fata_wire_end *e, const struct fata_frame *f)
{
    if (e->count == e->size)
        serve(e);
    if (e->count == e->size) {
        e->net.stats.rx_dropped++;
        return;
    }
    struct fata_wire_slot *s = &e->slots[(e->first + e->count++) % e->size];
    s->length = f->length;
    memcpy(s->frame, f->data, f->length);
}

static int send(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_wire_end *e = end_of(net);
    r->request.result = net->down ? FATA_ENETDOWN : (int)r->count;
    if (net->down)
        net->stats.tx_errors += r->count;
    for (uint32_t i = 0; i < r->count && !net->down; i++) {
        const struct fata_frame *f = &r->frames[i];
        net->stats.tx_frames++;
        net->stats.tx_bytes += f->length;
        if (e->capture != NULL)
            fata_pcap_add(e->capture, f->data, f->length, fata_now());
        arrive(e->peer, f);
    }
    fata_platform_complete(&r->request);
    serve(e->peer);
    return 0;
}

static int receive(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_wire_end *e = end_of(net);
    r->request.next = NULL;
    *e->tail = &r->request;
    e->tail = &r->request.next;
    serve(e);
    return 0;
}

static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    struct fata_wire_end *e = end_of(net);
    for (struct fata_request **link = &e->head; *link != NULL;
         link = &(*link)->next) {
        if (*link != &r->request)
            continue;
        *link = r->request.next;
        if (*link == NULL)
            e->tail = link;
        r->request.result = FATA_ECANCELED;
        fata_platform_complete(&r->request);
        return;
    }
}

static const struct fata_net_ops ops = {send, receive, cancel};

void fata_wire_init(struct fata_wire *wire, struct fata_wire_slot *slots,
                    uint32_t size)
{
    for (int i = 0; i < 2; i++) {
        struct fata_wire_end *e = &wire->end[i];
        *e = (struct fata_wire_end){.net = {.ops = &ops, .mtu = FATA_WIRE_MTU},
                                    .peer = &wire->end[1 - i],
                                    .tail = &e->head,
                                    .slots = slots + (size_t)i * size,
                                    .size = size};
        e->net.mac[0] = 2; /* locally administered */
        e->net.mac[5] = (uint8_t)(i + 1);
    }
}

void fata_wire_cut(struct fata_wire *wire, bool cut)
{
    for (int i = 0; i < 2; i++)
        fata_net_set_link(&wire->end[i].net, cut);
}

void fata_wire_capture(struct fata_wire *wire, struct fata_pcap *capture)
{
    wire->end[0].capture = wire->end[1].capture = capture;
}

int fata_wire_open(struct fata_net **net, const char *name, int64_t frames)
{
    (void)name;
    if (frames < 1)
        return FATA_EINVAL;
    if (frames > INT32_MAX)
        return FATA_ENOMEM;
    struct fata_wire *wire = malloc(sizeof(*wire));
    struct fata_wire_slot *slots = calloc((size_t)frames * 2, sizeof(*slots));
    if (wire == NULL || slots == NULL) {
        free(wire);
        free(slots);
        return FATA_ENOMEM;
    }
    fata_wire_init(wire, slots, (uint32_t)frames);
    *net = &wire->end[0].net;
    return 0;
}

int fata_wire_open_end(struct fata_net **net, const char *name,
                       struct fata_net *wire)
{
    (void)name;
    if (wire->ops != &ops)
        return FATA_EINVAL;
    *net = &end_of(wire)->peer->net;
    return 0;
}
