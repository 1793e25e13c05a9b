/* SPDX-License-Identifier: ISC */
/* See frame.h.  libslirp has a switch that keeps the image from the host's
 * loopback, but it also stops answers to forwarded datagrams, and it knows only
 * its own names for the loopback: to any other address it sends as told. */
#include "frame.h"

#include <string.h>

#define HEADER 14u

enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd };
enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { TCP_SYN = 2, TCP_ACK = 16, DHCP_SERVER = 67 };

/* What matters of a packet. */
struct packet {
    bool six, fragment;
    bool whole; /* its ports and flags are there */
    unsigned protocol;
    const uint8_t *source, *destination; /* addresses; NULL: no IP */
    unsigned from, to, flags;            /* ports, of TCP */
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void parse_transport(struct packet *p, const uint8_t *data, size_t size)
{
    if ((p->protocol != TCP || size < 20) && (p->protocol != UDP || size < 8))
        return;
    p->whole = true;
    p->from = get16(data);
    p->to = get16(data + 2);
    if (p->protocol == TCP)
        p->flags = data[13];
}

static struct packet parse(const uint8_t *frame, size_t size)
{
    struct packet p = {0};
    unsigned type = size < HEADER ? 0 : get16(frame + 12);
    const uint8_t *ip = frame + HEADER;
    size_t rest = size < HEADER ? 0 : size - HEADER;

    if (type == TYPE_IPV4 && rest >= 20) {
        size_t header = (ip[0] & 15u) * 4u;

        p.protocol = ip[9];
        p.fragment = (get16(ip + 6) & 0x3fff) != 0;
        p.source = ip + 12;
        p.destination = ip + 16;
        if (header >= 20 && header <= rest && !p.fragment)
            parse_transport(&p, ip + header, rest - header);
    } else if (type == TYPE_IPV6 && rest >= 40) {
        p.six = true;
        p.protocol = ip[6]; /* libslirp takes no extension headers */
        p.source = ip + 8;
        p.destination = ip + 24;
        parse_transport(&p, ip + 40, rest - 40);
    }
    return p;
}

/* "This network" and loopback: Linux connects both to itself. */
static bool is_local4(const uint8_t *address)
{
    return address[0] == 127 || memcmp(address, "\0\0\0", 4) == 0;
}

/* ::, ::1, and IPv4 in IPv6 (mapped, compatible). */
static bool is_local6(const uint8_t *address)
{
    static const uint8_t zeros[15];

    if (memcmp(address, zeros, 15) == 0)
        return address[15] <= 1;
    return memcmp(address, zeros, 10) == 0 &&
           ((address[10] == 0xff && address[11] == 0xff) ||
            (address[10] == 0 && address[11] == 0)) &&
           is_local4(address + 12);
}

static bool is_host4(const uint8_t *address)
{
    static const uint8_t host[] = {10, 0, 2, 2};

    return memcmp(address, host, sizeof host) == 0;
}

/* fec0::/64, all of which libslirp takes as the host's ::1. */
static bool is_host6(const uint8_t *address)
{
    static const uint8_t prefix[8] = {0xfe, 0xc0};

    return memcmp(address, prefix, sizeof prefix) == 0;
}

static bool is_everybody(const struct packet *p)
{
    static const uint8_t all4[] = {255, 255, 255, 255};
    static const uint8_t all6[16] = {0xff, 2, [15] = 1};

    return p->six ? memcmp(p->destination, all6, sizeof all6) == 0
                  : memcmp(p->destination, all4, sizeof all4) == 0;
}

static bool is_answer(const struct frame_guard *g, const struct packet *p)
{
    for (size_t i = 0; i < FRAME_PEERS; i++)
        if (g->peer[i].used && g->peer[i].six == p->six &&
            g->peer[i].host == p->to && g->peer[i].image == p->from)
            return true;
    return false;
}

/* To one of libslirp's names for the host. */
static bool may_reach_host(const struct frame_guard *g, const struct packet *p)
{
    switch (p->protocol) {
    case ICMP:
    case ICMP6: /* neighbours; libslirp itself answers echo requests */
        return p->six || !is_everybody(p);
    case TCP: /* a connection begins with SYN alone */
        return p->whole && (p->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN;
    case UDP:
        return p->whole &&
               ((!p->six && p->to == DHCP_SERVER) || is_answer(g, p));
    default:
        return false;
    }
}

bool frame_allowed(const struct frame_guard *g, const uint8_t *frame,
                   size_t size)
{
    struct packet p;

    if (size < HEADER || size > NET_FRAME)
        return false;
    p = parse(frame, size);
    if (p.fragment)
        return false;
    if (p.destination == NULL || g->reach_host)
        return true;
    if (p.six ? is_local6(p.destination) : is_local4(p.destination))
        return false;
    if (is_everybody(&p) ||
        (p.six ? is_host6(p.destination) : is_host4(p.destination)))
        return may_reach_host(g, &p);
    return true;
}

void frame_to_image(struct frame_guard *g, const uint8_t *frame, size_t size)
{
    struct packet p = parse(frame, size);
    struct packet answer = {.six = p.six, .from = p.to, .to = p.from};

    if (p.source == NULL || p.protocol != UDP ||
        !(p.six ? is_host6(p.source) : is_host4(p.source)) ||
        is_answer(g, &answer))
        return;
    g->peer[g->next_peer] = (struct frame_peer){.used = true,
                                                .six = p.six,
                                                .host = (uint16_t)p.from,
                                                .image = (uint16_t)p.to};
    g->next_peer = (g->next_peer + 1) % FRAME_PEERS;
}
