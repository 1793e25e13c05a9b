/* SPDX-License-Identifier: ISC */
/* Finds the connection of a segment.  lwIP looks through its list of active
 * connections, and then through those in TIME-WAIT: a walk for each segment,
 * and all of both lists for each SYN.  So every connection that is in one of
 * them is in a hash table here, too.  When a segment comes in, it is looked up
 * before lwIP does, and while lwIP searches, the two variables in which its
 * lists begin are other ones: that of the list in which the connection is
 * begins with it - a list's rest is a list -, and the other one is empty; both
 * are where there is no such connection.  As it is the first one, lwIP does not
 * move it to the front.  The hook that lwIP calls between having found a
 * connection or a listener and touching it puts the variables right; so does
 * who gave lwIP the packet, if it was dropped before, or belonged to nobody,
 * which lwIP answers without looking at its lists.
 *
 * That needs the table to be complete: a connection enters it when it enters a
 * list, and leaves it when it is freed, as lwIP's extra arguments tell.  Where
 * the address sanitizer is, each answer is compared with a walk. */
#include "internal.h"

#include <fata/random.h>
#include <hooks.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 4, SLOTS_MOST = 1 << 16 };

/* What the table needs of a connection, in its extra arguments, from
 * index.ext_arg on. */
enum { ITSELF, HASH, NEXT };

/* Both ends of a connection, as they are in a segment that comes in. */
struct ends {
    const void *remote, *local; /* addresses */
    size_t size;                /* of each, in bytes */
    uint16_t remote_port, local_port;
};

/* Of the stack that lwIP runs for. */
#define index (fata__net->index)

/* Keyed, so that peers cannot choose ports and addresses that meet in a slot;
 * who could would have lwIP's walk. */
static size_t hash_of(const struct ends *e)
{
    uint64_t hash =
        index.key ^ ((uint32_t)e->remote_port << 16 | e->local_port);
    for (size_t at = 0; at < e->size; at += sizeof(uint32_t)) {
        uint32_t word;
        memcpy(&word, (const char *)e->remote + at, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}

static struct ends ends_of(const struct tcp_pcb *pcb)
{
    return (struct ends){.remote = &pcb->remote_ip.u_addr,
                         .local = &pcb->local_ip.u_addr,
                         .size = IP_IS_V6_VAL(pcb->remote_ip) ? 16 : 4,
                         .remote_port = pcb->remote_port,
                         .local_port = pcb->local_port};
}

static bool equal(const struct tcp_pcb *pcb, const struct ends *e)
{
    struct ends its = ends_of(pcb);
    return its.remote_port == e->remote_port &&
           its.local_port == e->local_port && its.size == e->size &&
           memcmp(its.remote, e->remote, e->size) == 0 &&
           memcmp(its.local, e->local, e->size) == 0;
}

static void **argument(struct tcp_pcb *pcb, int which)
{
    return &pcb->ext_args[index.ext_arg + which].data;
}

/* The first connection of those that have it there; next_of(it) is the next. */
static void **first_of(size_t hash)
{
    return &index.slots[hash & (index.count - 1)];
}

static void **next_of(struct tcp_pcb *pcb)
{
    return argument(pcb, NEXT);
}

static size_t known_hash(struct tcp_pcb *pcb)
{
    return (size_t)(uintptr_t)*argument(pcb, HASH);
}

/* --- what is in it --- */

int fata__index_open(void)
{
    index.count = 64;
    while (index.count < fata__net_config.connections &&
           index.count < SLOTS_MOST)
        index.count *= 2;
    index.slots = calloc(index.count, sizeof(void *));
    fata_random_bytes(&index.key, sizeof(index.key));
    index.ext_arg = tcp_ext_arg_alloc_id();
    (void)tcp_ext_arg_alloc_id(); /* HASH */
    (void)tcp_ext_arg_alloc_id(); /* NEXT */
    return index.slots == NULL ? FATA_ENOMEM : 0;
}

static void leave(u8_t id, void *data)
{
    void **at = first_of(known_hash(data));
    (void)id;
    while (*at != data)
        at = next_of(*at);
    *at = *next_of(data);
}

void fata__index_add(struct tcp_pcb *pcb)
{
    static const struct tcp_ext_arg_callbacks callbacks = {leave, NULL};
    struct ends ends = ends_of(pcb);
    size_t hash = hash_of(&ends);

    tcp_ext_arg_set_callbacks(pcb, index.ext_arg, &callbacks);
    *argument(pcb, ITSELF) = pcb;
    *argument(pcb, HASH) = (void *)(uintptr_t)hash;
    *next_of(pcb) = *first_of(hash);
    *first_of(hash) = pcb;
}

static struct tcp_pcb *find(const struct ends *e)
{
    struct tcp_pcb *pcb = *first_of(hash_of(e));
    while (pcb != NULL && !equal(pcb, e))
        pcb = *next_of(pcb);
    return pcb;
}

/* As lwIP does. */
static struct tcp_pcb *walk(const struct ends *e)
{
    struct tcp_pcb *pcb;
    for (pcb = tcp_active_pcbs; pcb != NULL && !equal(pcb, e);)
        pcb = pcb->next;
    if (pcb == NULL)
        for (pcb = tcp_tw_pcbs; pcb != NULL && !equal(pcb, e);)
            pcb = pcb->next;
    return pcb;
}

/* --- lwIP's search --- */

void fata__index_restore(void)
{
    if (!index.aimed)
        return;
    index.aimed = false;
    tcp_active_pcbs = index.active;
    tcp_tw_pcbs = index.time_wait;
}

static void aim(const struct ends *e)
{
    struct tcp_pcb *pcb = find(e);
    bool active = pcb != NULL && pcb->state != TIME_WAIT;

    if (FATA_ASAN)
        fata_assert(pcb == walk(e));
    index.active = tcp_active_pcbs;
    index.time_wait = tcp_tw_pcbs;
    index.aimed = true;
    tcp_active_pcbs = active ? pcb : NULL;
    tcp_tw_pcbs = active ? NULL : pcb;
}

static uint16_t port_at(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void aim_at(const struct pbuf *p, size_t source, size_t size)
{
    const uint8_t *remote = (const uint8_t *)p->payload + source;
    const uint8_t *ports = remote + 2 * size;
    struct ends e = {.remote = remote,
                     .local = remote + size,
                     .size = size,
                     .remote_port = port_at(ports),
                     .local_port = port_at(ports + 2)};
    aim(&e);
}

/* A segment in one piece, without options of IP: all that lwIP takes without
 * more ado. */
void fata__lwip_aim4(const struct pbuf *p)
{
    const struct ip_hdr *header = p->payload;
    fata__index_restore();
    if (p->len >= IP_HLEN + PORTS && header->_v_hl == 0x45 &&
        IPH_PROTO(header) == IP_PROTO_TCP &&
        (IPH_OFFSET(header) & PP_HTONS(IP_OFFMASK | IP_MF)) == 0)
        aim_at(p, offsetof(struct ip_hdr, src), 4);
}

void fata__lwip_aim6(const struct pbuf *p)
{
    const struct ip6_hdr *header = p->payload;
    fata__index_restore();
    if (p->len >= IP6_HLEN + PORTS && IP6H_NEXTH(header) == IP6_NEXTH_TCP)
        aim_at(p, offsetof(struct ip6_hdr, src), 16);
}
