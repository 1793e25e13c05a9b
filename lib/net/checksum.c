/* SPDX-License-Identifier: ISC */
/* The Internet checksum (RFC 1071).  The sum of 16-bit words modulo 2^16 - 1
 * can be folded from that of larger ones, so 32 bytes are added a round;
 * carries gather in the upper halves of four sums. */
#include <arch/cc.h>
#include <string.h>

uint16_t fata__lwip_checksum(const void *data, int len)
{
    const unsigned char *p = data;
    size_t n = (size_t)len;
    uint64_t sum = 0, a = 0, b = 0, c = 0, d = 0;
    uint64_t w[4];

    for (; n >= 32; n -= 32, p += 32) {
        memcpy(w, p, 32);
        a += (w[0] & 0xffffffff) + (w[0] >> 32);
        b += (w[1] & 0xffffffff) + (w[1] >> 32);
        c += (w[2] & 0xffffffff) + (w[2] >> 32);
        d += (w[3] & 0xffffffff) + (w[3] >> 32);
    }
    sum = a + b + c + d;
    /* Headers have 20 and 40 bytes. */
    for (; n >= 4; n -= 4, p += 4) {
        uint32_t word;
        memcpy(&word, p, 4);
        sum += word;
    }
    if (n != 0) {
        uint32_t rest = 0;
        memcpy(&rest, p, n);
        sum += rest;
    }
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}
