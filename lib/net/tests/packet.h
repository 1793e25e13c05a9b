/* SPDX-License-Identifier: ISC */
/* Frames by hand: numbers in the order of the wire, checksums, offsets of RFC
 * 826, 791, 8200 and 9293. */
#ifndef FATA_NET_PACKET_H
#define FATA_NET_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum { FRAME_MAX = 1514 };

/* Where the packet begins, and what IPv4 without options and IPv6 carry. */
enum { IP = 14, L4 = 34, L4_6 = 54 };

static inline void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static inline uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

/* Sets the checksums as the frame's own fields say they must be. */
void packet_mend(uint8_t *frame, size_t length);

/* A good ARP request of 10.0.0.1 (02:00:00:00:00:01) for 10.0.0.2. */
size_t packet_arp(uint8_t frame[FRAME_MAX]);

#endif
