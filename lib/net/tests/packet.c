/* SPDX-License-Identifier: ISC */
/* See packet.h. */
#include "packet.h"

#include <string.h>

static uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
    for (size_t i = 0; i < n; i++)
        start += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
    return start;
}

static uint32_t fold(uint32_t s)
{
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return ~s & 0xffff;
}

void packet_mend(uint8_t *f, size_t length)
{
    size_t at = get16(f + 12) == 0x86dd ? L4_6 : L4;
    if (length < at + 8)
        return;
    uint8_t protocol = at == L4 ? f[IP + 9] : f[IP + 6];
    uint32_t pseudo =
        at == L4 ? sum(f + IP + 12, 8, 0) : sum(f + IP + 8, 32, 0);
    size_t field = protocol == 6    ? 16
                   : protocol == 17 ? 6
                                    : 2; /* ICMP, of both versions */
    if (at == L4) {
        put16(f + IP + 10, 0);
        put16(f + IP + 10, fold(sum(f + IP, 20, 0)));
    }
    if (length < at + field + 2)
        return;
    if (protocol == 1)
        pseudo = 0;
    else
        pseudo += protocol + (uint32_t)(length - at);
    put16(f + at + field, 0);
    put16(f + at + field, fold(sum(f + at, length - at, pseudo)));
}

size_t packet_arp(uint8_t f[FRAME_MAX])
{
    static const uint8_t arp[] = {0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
                                  10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2};
    memset(f, 0xff, 6);
    memcpy(f + 6, arp + 8, 6);
    put16(f + 12, 0x0806);
    memcpy(f + IP, arp, sizeof(arp));
    return IP + sizeof(arp);
}
