/* SPDX-License-Identifier: ISC */
/* Frames by hand: Ethernet II, IPv4 (RFC 791) and UDP (RFC 768). */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ETHERNET = 14,
    IP = ETHERNET + 20,
    UDP = IP + 8, /* where the data of a datagram begins */
    FRAME_MAX = 1514,
};

enum { ICMP_PROTOCOL = 1, UDP_PROTOCOL = 17 };

/* Who sends, and to which station. */
struct endpoint {
    uint8_t mac[6], gateway[6];
    uint8_t address[4];
};

uint16_t get16(const uint8_t *p);
void put16(uint8_t *p, unsigned value);

/* Ones' complement sum (RFC 1071). */
uint16_t checksum(const uint8_t *p, size_t size);

/* Writes the headers around `size` bytes that lie at frame + IP; returns the
 * frame's length. */
uint32_t make_ip(uint8_t *frame, const struct endpoint *from, uint8_t protocol,
                 const uint8_t to[4], size_t size);

/* The same for bytes at frame + UDP; without a checksum, as IPv4 allows. */
uint32_t make_udp(uint8_t *frame, const struct endpoint *from, unsigned source,
                  const uint8_t to[4], unsigned destination, size_t size);

/* A request (operation 1) or reply (2) for IPv4 (RFC 826). */
uint32_t make_arp(uint8_t *frame, const struct endpoint *from,
                  unsigned operation, const uint8_t mac[6],
                  const uint8_t address[4]);

bool is_arp(const uint8_t *frame, uint32_t size, unsigned operation);
bool is_ip(const uint8_t *frame, uint32_t size, uint8_t protocol);

#endif
