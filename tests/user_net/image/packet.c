/* SPDX-License-Identifier: ISC */
/* See packet.h. */
#include "packet.h"
#include <string.h>

enum { TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806, ARP_SIZE = 28 };

uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

void put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

uint16_t checksum(const uint8_t *p, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (i & 1) != 0 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void make_ethernet(uint8_t *frame, const struct endpoint *from,
                          const uint8_t to[6], unsigned type)
{
    memcpy(frame, to, 6);
    memcpy(frame + 6, from->mac, 6);
    put16(frame + 12, type);
}

uint32_t make_ip(uint8_t *frame, const struct endpoint *from, uint8_t protocol,
                 const uint8_t to[4], size_t size)
{
    static const uint8_t head[] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64};
    uint8_t *ip = frame + ETHERNET;
    make_ethernet(frame, from, from->gateway, TYPE_IPV4);
    memcpy(ip, head, sizeof(head));
    put16(ip + 2, (unsigned)size + 20);
    ip[9] = protocol;
    put16(ip + 10, 0);
    memcpy(ip + 12, from->address, 4);
    memcpy(ip + 16, to, 4);
    put16(ip + 10, checksum(ip, 20));
    return IP + (uint32_t)size;
}

uint32_t make_udp(uint8_t *frame, const struct endpoint *from, unsigned source,
                  const uint8_t to[4], unsigned destination, size_t size)
{
    put16(frame + IP, source);
    put16(frame + IP + 2, destination);
    put16(frame + IP + 4, (unsigned)size + 8);
    put16(frame + IP + 6, 0);
    return make_ip(frame, from, UDP_PROTOCOL, to, size + 8);
}

uint32_t make_arp(uint8_t *frame, const struct endpoint *from,
                  unsigned operation, const uint8_t mac[6],
                  const uint8_t address[4])
{
    static const uint8_t head[] = {0, 1, 8, 0, 6, 4};
    static const uint8_t all[] = {255, 255, 255, 255, 255, 255};
    uint8_t *arp = frame + ETHERNET;
    make_ethernet(frame, from, operation == 1 ? all : mac, TYPE_ARP);
    memcpy(arp, head, sizeof(head));
    put16(arp + 6, operation);
    memcpy(arp + 8, from->mac, 6);
    memcpy(arp + 14, from->address, 4);
    memcpy(arp + 18, mac, 6);
    memcpy(arp + 24, address, 4);
    return ETHERNET + ARP_SIZE;
}

bool is_arp(const uint8_t *frame, uint32_t size, unsigned operation)
{
    return size >= ETHERNET + ARP_SIZE && get16(frame + 12) == TYPE_ARP &&
           get16(frame + ETHERNET + 6) == operation;
}

bool is_ip(const uint8_t *frame, uint32_t size, uint8_t protocol)
{
    return size >= UDP && get16(frame + 12) == TYPE_IPV4 &&
           frame[ETHERNET] == 0x45 && frame[ETHERNET + 9] == protocol;
}
