/* SPDX-License-Identifier: ISC */
/* lwIP's interface on a net device.  Received frames stay in the buffers into
 * which the device put them until their last reader is done; when too many
 * buffers are held that way, frames are copied, so that the device never waits
 * for a reader.  Frames to be sent gather while a turn runs and go out as one
 * request.  What a device with offloads does for us (fata/net.h): frames go out
 * in the pieces in which they lie, with unfinished checksums of TCP, several
 * segments in one (offload.c); large frames come in over several buffers. */
#include "internal.h"

#include <fata/memory.h>
#include <fata/run.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORDS = 6,
    BUFFERS = WORDS * 64,
    RECEIVES = 2, /* requests lent: the device fills one while we read the other
                   */
    SENDS = 4,
    BATCH = 32,                    /* buffers of a receive, ... */
    LARGE_BATCH = 80,              /* ... where one frame may need 43 of them */
    SMALL_BATCH = 44,              /* ... and memory is short */
    PIECES = FATA_NET_PIECES_MOST, /* of the frames of a send */
    PAD = 2, /* before a frame, so that what follows its header is aligned */
};

struct buffer {
    struct pbuf_custom custom;
    void *data;
    uint32_t run; /* it and its neighbours that `custom` covers */
};

struct receive {
    struct fata_stack *stack;
    struct fata_net_request request;
    struct fata_frame frames[LARGE_BATCH];
    struct buffer *buffers[LARGE_BATCH]; /* NULL: with a reader */
};

struct send {
    struct fata_stack *stack;
    struct fata_net_request request;
    struct fata_frame frames[PIECES];
    struct pbuf *held[PIECES];
    uint32_t held_count;
    bool lent;
};

struct fata__interface {
    struct fata_stack *stack;
    struct buffer buffers[BUFFERS];
    uint64_t free[WORDS]; /* a bit for each buffer */
    unsigned count, free_count;
    uint32_t buffer_size; /* bytes: mtu + header, or more */
    uint32_t batch;
    struct receive receives[RECEIVES];
    struct send sends[SENDS];
    struct send *filling;           /* not yet sent */
    struct fata__segments segments; /* its last frame */
    struct fata_job flush;
    struct fata_job loop; /* posted while something waits for ourselves */
    bool refused;         /* lwIP has been told to try again */
};

/* Of the stack that lwIP runs for. */
#define interface (*fata__net->iface)

/* --- receiving --- */

static void give_back(const struct buffer *b)
{
    size_t i = (size_t)(b - interface.buffers);
    interface.free[i / 64] |= UINT64_C(1) << i % 64;
    interface.free_count++;
}

static void buffer_free(struct pbuf *p)
{
    const struct buffer *b = (const struct buffer *)(const void *)p;
    for (uint32_t n = b->run; n > 0; n--)
        give_back(b++);
}

/* The first that is free - there is one: neighbours come together, and few are
 * in use. */
static struct buffer *first_free(void)
{
    size_t word = 0;
    while (interface.free[word] == 0)
        word++;
    size_t bit = (size_t)__builtin_ctzll(interface.free[word]);
    interface.free[word] &= interface.free[word] - 1;
    interface.free_count--;
    return &interface.buffers[word * 64 + bit];
}

static void lend(struct receive *r)
{
    for (uint32_t i = 0; i < interface.batch; i++)
        if (r->buffers[i] != NULL)
            give_back(r->buffers[i]);
    for (uint32_t i = 0; i < interface.batch; i++) {
        r->buffers[i] = first_free();
        r->frames[i].data = r->buffers[i]->data;
        r->frames[i].size = interface.buffer_size;
    }
    r->request.count = interface.batch;
    int err = fata_net_receive(interface.stack->net, &r->request);
    fata_assert(err == 0); /* the buffers are large enough */
}

/* The pieces from `first` to `last`, whose buffers are neighbours, where they
 * lie. */
static struct pbuf *hold(struct receive *r, uint32_t first, uint32_t last)
{
    struct buffer *b = r->buffers[first];
    uint32_t length = 0;

    for (uint32_t i = first; i <= last; i++) {
        length += r->frames[i].length;
        r->buffers[i] = NULL;
    }
    b->run = last - first + 1;
    return pbuf_alloced_custom(PBUF_RAW, (u16_t)length, PBUF_REF, &b->custom,
                               b->data, (u16_t)length);
}

/* A copy of piece i; NULL: no memory. */
static struct pbuf *copy(const struct receive *r, uint32_t i)
{
    uint16_t length = (uint16_t)r->frames[i].length;
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)(length + PAD), PBUF_RAM);
    if (p == NULL)
        return NULL;
    pbuf_remove_header(p, PAD);
    memcpy(p->payload, r->buffers[i]->data, length);
    return p;
}

/* The pieces from `first` to `last` as pbufs; NULL: no memory. */
static struct pbuf *gather(struct receive *r, uint32_t first, uint32_t last)
{
    /* The request is lent again with others in their place. */
    bool held = interface.free_count >= interface.batch;
    struct pbuf *all = NULL;
    uint32_t end = last + 1; /* those from there on are in `all` */

    while (end > first) {
        uint32_t begin = end - 1;
        while (held && begin > first &&
               r->buffers[begin - 1] + 1 == r->buffers[begin])
            begin--;
        struct pbuf *p = held ? hold(r, begin, end - 1) : copy(r, begin);
        if (p == NULL) {
            if (all != NULL)
                pbuf_free(all);
            return NULL;
        }
        p->next = all;
        p->tot_len = (u16_t)(p->len + (all == NULL ? 0 : all->tot_len));
        all = p;
        end = begin;
    }
    return all;
}

/* Frames whose checksums the device vouches for, or that have none yet because
 * they come from its own host, are not summed here.  lwIP asks its interface
 * each time. */
static void set_checks(struct netif *netif, bool on)
{
    if (on)
        netif->chksum_flags |=
            NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;
    else
        netif->chksum_flags &=
            (u16_t) ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);
}

/* Gives lwIP the frame that begins with piece i; returns its pieces. */
static uint32_t input(struct receive *r, uint32_t i)
{
    struct netif *netif = &interface.stack->netif;
    bool sound =
        (r->frames[i].flags & (FATA_FRAME_CHECKSUM | FATA_FRAME_CHECKED)) != 0;
    uint32_t n = 1, length = r->frames[i].length;
    struct pbuf *p;

    for (; (r->frames[i + n - 1].flags & FATA_FRAME_MORE) != 0; n++)
        length += r->frames[i + n].length;
    p = length > UINT16_MAX ? NULL : gather(r, i, i + n - 1); /* lwIP cannot */
    if (p == NULL)
        return n;
    set_checks(netif, !sound);
    if (netif->input(p, netif) != ERR_OK)
        pbuf_free(p);
    fata__index_restore();
    set_checks(netif, true);
    return n;
}

static void received(struct fata_request *request)
{
    struct fata_net_request *net =
        FATA_CONTAINER(request, struct fata_net_request, request);
    struct receive *r = FATA_CONTAINER(net, struct receive, request);
    int count = request->result;

    fata__net_enter(r->stack);
    for (int i = 0; i < count;)
        i += (int)input(r, (uint32_t)i);
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
        for (int j = 0; j < LARGE_BATCH; j++)
            lent += i->receives[r].buffers[j] != NULL;
    return i->count - i->free_count - lent;
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
    while (s->held_count > 0)
        pbuf_free(s->held[--s->held_count]);
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
    fata__segments_end(&interface.segments);
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

/* The request to which `pieces` more can be added; NULL: all are on their way.
 */
static struct send *with_room(uint32_t pieces)
{
    if (interface.filling != NULL &&
        interface.filling->request.count + pieces > PIECES)
        submit();
    for (int i = 0; interface.filling == NULL && i < SENDS; i++)
        if (!interface.sends[i].lent)
            interface.filling = &interface.sends[i];
    return interface.filling;
}

/* Adds what p has from `skip` on, to the frame before or as a new one.  What
 * follows directly in memory needs no piece of its own. */
static void add_pieces(struct send *s, const struct pbuf *p, uint32_t skip)
{
    bool begins = skip == 0;
    for (; p != NULL; p = p->next) {
        char *data = (char *)p->payload + skip;
        uint32_t length = p->len - skip;
        struct fata_frame *last =
            begins ? NULL : &s->frames[s->request.count - 1];
        skip = 0;
        if (length == 0)
            continue;
        if (last != NULL && (char *)last->data + last->length == data) {
            last->length += length;
            continue;
        }
        if (last != NULL)
            last->flags |= FATA_FRAME_MORE;
        s->frames[s->request.count++] =
            (struct fata_frame){.data = data, .length = length};
        begins = false;
    }
}

/* Adds p to what goes out; it is held until then. */
static void add(struct send *s, struct pbuf *p)
{
    uint32_t features = interface.stack->net->features;
    struct fata__segments *segments = &interface.segments;

    if (s->request.count > 0 && (features & FATA_NET_SEND_CHECKSUM) != 0 &&
        fata__segments_join(segments, p, features)) {
        add_pieces(s, p, segments->end);
    } else {
        fata__net_timers_active();
        uint32_t at = s->request.count;
        fata__segments_end(segments);
        add_pieces(s, p, 0);
        if ((features & FATA_NET_SEND_CHECKSUM) != 0)
            (void)fata__segments_begin(segments, &s->frames[at], p);
    }
    s->held[s->held_count++] = p;
}

static err_t output(struct netif *netif, struct pbuf *p)
{
    bool pieces = (interface.stack->net->features & FATA_NET_PIECES) != 0 &&
                  p->len >= FATA_NET_HEADER && pbuf_clen(p) < PIECES / 2;
    (void)netif;

    if (pieces || p->next == NULL) {
        pbuf_ref(p);
    } else {
        p = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (p == NULL)
            return ERR_MEM;
    }
    struct send *s = with_room(pbuf_clen(p));
    if (s == NULL) {
        pbuf_free(p);
        interface.refused = true;
        fata_metric_add(&fata__frames_refused, 1);
        return ERR_MEM;
    }
    add(s, p);
    if (s->held_count == PIECES)
        submit();
    else if (!fata_job_posted(&interface.flush))
        fata_job_post_low(interface.stack->sched, &interface.flush);
    return ERR_OK;
}

/* --- what goes to our own address --- */

static void loop(struct fata_job *job)
{
    fata__net_enter(FATA_CONTAINER(job, struct fata__interface, loop)->stack);
    set_checks(&interface.stack->netif, false); /* it never was anywhere else */
    netif_poll(&interface.stack->netif);
    fata__index_restore();
    set_checks(&interface.stack->netif, true);
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
    if ((net->features & FATA_NET_SEND_CHECKSUM) != 0)
        NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_ENABLE_ALL &
                                           ~NETIF_CHECKSUM_GEN_TCP);
    return ERR_OK;
}

/* How many buffers of `size` bytes: all, or what a quarter of the free heap has
 * room for. */
static unsigned affordable(size_t size)
{
    struct fata_memory_stats stats;
    unsigned count = BUFFERS;
    fata_memory_stats(&stats);
    if (stats.heap_bytes == 0) /* the host's */
        return count;
    while (count > 64 &&
           count * size > (stats.heap_bytes - stats.used_bytes) / 4)
        count -= 32;
    return count;
}

int fata__interface_open(struct fata_stack *stack)
{
    bool large = (stack->net->features & FATA_NET_RECEIVE_LARGE) != 0;
    uint32_t size = (stack->net->mtu + FATA_NET_HEADER + 63u) / 64 * 64;
    unsigned count = affordable(size);
    uint32_t batch = !large             ? BATCH
                     : count == BUFFERS ? LARGE_BATCH
                                        : SMALL_BATCH;
    /* Those lent, and as many for who holds them. */
    if (count < (RECEIVES + 1) * batch)
        count = (RECEIVES + 1) * batch;
    if (large && size * batch < FATA_NET_LARGEST)
        size = FATA_NET_LARGEST / batch + 1;
    char *memory = malloc(PAD + count * (size_t)size);

    stack->iface = calloc(1, sizeof(*stack->iface));
    if (memory == NULL || stack->iface == NULL)
        return FATA_ENOMEM;
    interface.stack = stack;
    interface.buffer_size = size;
    interface.batch = batch;
    interface.count = count;
    fata_job_init(&interface.flush, flush);
    fata_job_init(&interface.loop, loop);
    for (unsigned i = 0; i < count; i++) {
        struct buffer *b = &interface.buffers[i];
        b->data = memory + PAD + (size_t)i * size;
        b->custom.custom_free_function = buffer_free;
        give_back(b);
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
