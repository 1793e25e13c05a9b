/* SPDX-License-Identifier: ISC */
/* See forge.h.  Offsets are those of RFC 768, 792, 2131, 4443 and 4861. */
#include "forge.h"

#include <string.h>

enum { PORTS = 32, FIRST = 40000 };

static uint32_t state;
static uint32_t xid; /* of DHCP */
static uint8_t leased[4] = {10, 0, 0, 2};
static struct {
    uint32_t seq, ack; /* what the stack expects next, and what it has sent */
} known[PORTS];

void forge_seed(uint32_t seed)
{
    state = seed * 2654435761u + 1;
}

uint32_t forge_random(uint32_t bound)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % bound;
}

void forge_learn(const uint8_t *f, size_t length)
{
    if (length < L4 + 20 || get16(f + 12) != 0x0800)
        return;
    const uint8_t *p = f + L4;
    if (f[IP + 9] == 17 && length >= L4 + 16 && get16(p) == 68) {
        xid = get32(p + 12);
    } else if (f[IP + 9] == 6) {
        uint32_t port = get16(p + 2) - FIRST;
        uint32_t data = get16(f + IP + 2) - 20 - (p[12] >> 4) * 4u;
        if (port >= PORTS)
            return;
        known[port].seq = get32(p + 8);
        known[port].ack = get32(p + 4) + data + ((p[13] & 3) != 0);
    }
}

static void noise(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)forge_random(256);
}

static size_t ethernet(uint8_t *f, const uint8_t mac[6], uint32_t type)
{
    static const uint8_t from[6] = {2, 0, 0, 0, 0, 1};
    if (forge_random(8) == 0)
        memset(f, 0xff, 6);
    else
        memcpy(f, mac, 6);
    memcpy(f + 6, from, 6);
    put16(f + 12, type);
    return IP;
}

static void ipv4(uint8_t *f, uint8_t protocol, size_t length)
{
    static const uint8_t from[4] = {10, 0, 0, 1};
    memset(f + IP, 0, 20);
    f[IP] = 0x45;
    put16(f + IP + 2, (uint32_t)(length - IP));
    f[IP + 8] = 64;
    f[IP + 9] = protocol;
    memcpy(f + IP + 12, from, 4);
    memcpy(f + IP + 16, leased, 4);
    if (forge_random(16) == 0) { /* a fragment of few packets */
        put16(f + IP + 4, forge_random(3));
        put16(f + IP + 6, forge_random(2) << 13 | forge_random(200));
    }
}

static size_t tcp(uint8_t *f)
{
    static const uint8_t usual[] = {0x02, 0x10, 0x18, 0x18, 0x11, 0x04, 0x14};
    uint32_t port = forge_random(PORTS), options = forge_random(4) * 4;
    size_t data = forge_random(3) == 0 ? forge_random(1400) : forge_random(32);
    size_t length = L4 + 20 + options + data;
    uint8_t *p = f + L4;
    uint8_t flags = usual[forge_random(sizeof(usual))];
    ipv4(f, 6, length);
    noise(p, 20 + options + data);
    put16(p, FIRST + port);
    put16(p + 2, 7);
    put32(p + 4, known[port].seq +
                     (forge_random(4) == 0 ? forge_random(3000) - 1000 : 0));
    put32(p + 8,
          known[port].ack - (forge_random(4) == 0 ? forge_random(2000) : 0));
    p[12] = (uint8_t)((20 + options) / 4 << 4);
    p[13] = forge_random(20) == 0 ? (uint8_t)forge_random(256) : flags;
    if (forge_random(10) != 0)
        put16(p + 18, 0);
    return length;
}

static size_t udp(uint8_t *f)
{
    size_t data = forge_random(600), length = L4 + 8 + data;
    uint8_t *p = f + L4;
    ipv4(f, 17, length);
    noise(p, 8 + data);
    put16(p, FIRST + forge_random(PORTS));
    put16(p + 2, 7);
    put16(p + 4, (uint32_t)(8 + data));
    return length;
}

/* An offer or an acknowledgement (RFC 2131). */
static size_t dhcp(uint8_t *f, const uint8_t mac[6])
{
    static const uint8_t options[] = {
        0x63, 0x82, 0x53, 0x63, 53, 1,   2,   54,  4, 10, 0, 0,  1, 51, 4, 0,
        0,    0,    60,   1,    4,  255, 255, 255, 0, 3,  4, 10, 0, 0,  1, 255};
    size_t length = L4 + 8 + 236 + sizeof(options);
    uint8_t *p = f + L4;
    ipv4(f, 17, length);
    memset(f + IP + 16, 0xff, 4);
    memset(p, 0, length - L4);
    put16(p, 67);
    put16(p + 2, 68);
    put16(p + 4, (uint32_t)(length - L4));
    p[8] = 2;
    p[9] = 1;
    p[10] = 6;
    put32(p + 12, xid);
    memcpy(p + 8 + 16, leased, 4);
    memcpy(p + 8 + 28, mac, 6);
    memcpy(p + 8 + 236, options, sizeof(options));
    p[8 + 236 + 6] = forge_random(2) == 0 ? 2 : 5;
    return length;
}

static size_t icmp(uint8_t *f)
{
    size_t data = forge_random(100), length = L4 + 8 + data;
    ipv4(f, 1, length);
    noise(f + L4, 8 + data);
    f[L4] = forge_random(2) == 0 ? 8 : (uint8_t)forge_random(20);
    f[L4 + 1] = 0;
    return length;
}

static void ipv6(uint8_t *f, uint8_t next, size_t length)
{
    static const uint8_t all[16] = {0xff, 2, [15] = 1};
    static const uint8_t from[16] = {0xfe, 0x80, [15] = 1};
    memset(f + IP, 0, 40);
    f[IP] = 0x60;
    put16(f + IP + 4, (uint32_t)(length - L4_6));
    f[IP + 6] = next;
    f[IP + 7] = 255;
    memcpy(f + IP + 8, from, 16);
    memcpy(f + IP + 24, all, 16);
    f[0] = f[1] = 0x33;
    memset(f + 2, 0, 3);
    f[5] = 1;
}

/* Router and neighbour messages with options. */
static size_t icmp6(uint8_t *f)
{
    static const uint8_t types[] = {134, 134, 135, 136, 137, 128, 130, 2};
    uint8_t *p = f + L4_6;
    uint8_t type = types[forge_random(sizeof(types))];
    size_t n = type == 134 ? 16 : 24;
    noise(p, n);
    p[0] = type;
    p[1] = 0;
    for (uint32_t count = forge_random(4); count > 0; count--) {
        static const uint8_t kinds[] = {1, 2, 3, 5, 25};
        uint8_t units = (uint8_t)(1 + forge_random(4));
        noise(p + n, units * 8u);
        p[n] = kinds[forge_random(sizeof(kinds))];
        p[n + 1] = p[n] == 3 ? 4 : units;
        if (p[n] == 3) {
            p[n + 2] = 64;
            p[n + 3] = 0xc0;
            units = 4;
        }
        n += units * 8u;
    }
    ipv6(f, 58, L4_6 + n);
    return L4_6 + n;
}

/* Extension headers: hop-by-hop, destination, routing, fragment. */
static size_t extended(uint8_t *f)
{
    static const uint8_t kinds[] = {0, 60, 43, 44, 44, 59};
    size_t length = L4_6 + 8 + forge_random(600);
    ipv6(f, kinds[forge_random(sizeof(kinds))], length);
    noise(f + L4_6, length - L4_6);
    f[L4_6] = forge_random(2) == 0 ? 17 : 58;
    f[L4_6 + 1] = (uint8_t)forge_random(3);
    put32(f + L4_6 + 4, forge_random(3));
    return length;
}

size_t forge_frame(uint8_t frame[FRAME_MAX], const uint8_t mac[6])
{
    uint32_t kind = forge_random(16);
    size_t length;
    ethernet(frame, mac, kind < 12 ? 0x0800 : 0x86dd);
    length = kind < 7    ? tcp(frame)
             : kind < 8  ? udp(frame)
             : kind < 9  ? dhcp(frame, mac)
             : kind < 11 ? icmp(frame)
             : kind < 12 ? packet_arp(frame)
             : kind < 14 ? icmp6(frame)
                         : extended(frame);
    if (forge_random(3) == 0)
        for (uint32_t n = 1 + forge_random(4); n > 0; n--)
            frame[IP + forge_random((uint32_t)length - IP)] =
                (uint8_t)forge_random(256);
    if (forge_random(16) != 0)
        packet_mend(frame, length);
    if (forge_random(16) == 0)
        length = IP + forge_random((uint32_t)length - IP + 1);
    return length;
}
