/* SPDX-License-Identifier: ISC */
/* Segments of one TCP connection that go out one after another become one
 * frame, which the device cuts again; it finishes the checksums, too.  lwIP
 * does not know: it counts, times and resends its segments as ever. */
#include "internal.h"

#include <arch/cc.h>
#include <lwip/pbuf.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/tcp.h>
#include <string.h>

enum {
    IP = FATA_NET_HEADER,
    TYPE = 12, /* in the Ethernet header */
    /* In the headers of IPv4, IPv6 and TCP. */
    LENGTH4 = 2,
    FRAGMENT4 = 6,
    PROTOCOL4 = 9,
    CHECKSUM4 = 10,
    ADDRESSES4 = 12,
    HEADER4 = 20,
    LENGTH6 = 4,
    NEXT6 = 6,
    ADDRESSES6 = 8,
    HEADER6 = 40,
    SEQUENCE = 4,
    FLAGS = 13,
    CHECKSUM = 16,
    HEADER = 20
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static bool is_ip6(const uint8_t *frame)
{
    return get16(frame + TYPE) == ETHTYPE_IPV6;
}

/* Where the header of TCP is in a frame of lwIP's, which has neither options
 * of IPv4 nor further headers of IPv6 there; 0: it is not TCP. */
static uint16_t find_tcp(const struct pbuf *p)
{
    const uint8_t *f = p->payload;
    if (p->len < IP + HEADER4 + HEADER)
        return 0;
    if (get16(f + TYPE) == ETHTYPE_IP && f[IP] == 0x45 &&
        f[IP + PROTOCOL4] == IP_PROTO_TCP)
        return IP + HEADER4;
    if (is_ip6(f) && f[IP + NEXT6] == IP_PROTO_TCP &&
        p->len >= IP + HEADER6 + HEADER)
        return IP + HEADER6;
    return 0;
}

bool fata__segments_begin(struct fata__segments *s, struct fata_frame *frame,
                          const struct pbuf *p)
{
    uint8_t *f = p->payload;
    uint16_t tcp = find_tcp(p);

    s->frame = NULL;
    if (tcp == 0)
        return false;
    *s = (struct fata__segments){.frame = frame,
                                 .headers = f,
                                 .length = p->tot_len,
                                 .tcp = tcp};
    s->end = (uint16_t)(tcp + (f[tcp + 12] >> 4) * 4);
    s->segment = (uint16_t)(p->tot_len - s->end);
    s->next = get32(f + tcp + SEQUENCE) + s->segment;
    s->push = (f[tcp + FLAGS] & TCP_PSH) != 0;
    /* Data without options, nothing else. */
    s->full = s->end != tcp + HEADER || s->segment == 0 || p->len < s->end ||
              (f[tcp + FLAGS] & ~TCP_PSH) != TCP_ACK;
    return true;
}

/* The same connection, the same acknowledgement and window: all that one header
 * says for all. */
static bool alike(const uint8_t *a, const uint8_t *b, uint16_t tcp)
{
    if (memcmp(a, b, IP + 2) != 0)
        return false;
    if (tcp == IP + HEADER4) {
        if (memcmp(a + IP + FRAGMENT4, b + IP + FRAGMENT4, 4) != 0 ||
            memcmp(a + IP + ADDRESSES4, b + IP + ADDRESSES4, 8) != 0)
            return false;
    } else if (memcmp(a + IP, b + IP, LENGTH6) != 0 ||
               memcmp(a + IP + NEXT6, b + IP + NEXT6, HEADER6 - NEXT6) != 0) {
        return false;
    }
    /* Ports; acknowledgement, length of the header; window. */
    return memcmp(a + tcp, b + tcp, SEQUENCE) == 0 &&
           memcmp(a + tcp + 8, b + tcp + 8, 5) == 0 &&
           memcmp(a + tcp + 14, b + tcp + 14, 2) == 0;
}

bool fata__segments_join(struct fata__segments *s, const struct pbuf *p,
                         uint32_t features)
{
    const uint8_t *f = p->payload;
    uint32_t payload;

    if (s->frame == NULL || s->full ||
        (features &
         (is_ip6(s->headers) ? FATA_NET_SEND_TCP6 : FATA_NET_SEND_TCP4)) == 0 ||
        find_tcp(p) != s->tcp || p->len < s->end || p->tot_len <= s->end)
        return false;
    payload = (uint32_t)p->tot_len - s->end;
    if (payload > s->segment || s->length + payload > FATA_NET_LARGEST ||
        get32(f + s->tcp + SEQUENCE) != s->next ||
        (f[s->tcp + FLAGS] & ~TCP_PSH) != TCP_ACK ||
        !alike(s->headers, f, s->tcp))
        return false;
    s->many = true;
    s->full = payload < s->segment;
    s->push = s->push || (f[s->tcp + FLAGS] & TCP_PSH) != 0;
    s->length += payload;
    s->next += payload;
    return true;
}

void fata__segments_end(struct fata__segments *s)
{
    uint8_t *ip, *tcp;
    uint32_t length = s->length - s->tcp, sum;

    if (s->frame == NULL)
        return;
    ip = s->headers + IP;
    tcp = s->headers + s->tcp;
    if (!is_ip6(s->headers)) {
        sum = fata__lwip_checksum(ip + ADDRESSES4, 8);
        if (s->many) {
            uint16_t header;
            put16(ip + LENGTH4, s->length - IP);
            put16(ip + CHECKSUM4, 0);
            header = (uint16_t)~fata__lwip_checksum(ip, HEADER4);
            memcpy(ip + CHECKSUM4, &header, sizeof(header));
        }
    } else {
        sum = fata__lwip_checksum(ip + ADDRESSES6, 32);
        put16(ip + LENGTH6, length);
    }
    /* The pseudo header, as the sum is: in the order of the network. */
    sum += lwip_htons(IP_PROTO_TCP) + lwip_htons((uint16_t)length);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    memcpy(tcp + CHECKSUM, &(uint16_t){(uint16_t)sum}, 2);
    if (s->push)
        tcp[FLAGS] |= TCP_PSH;
    s->frame->flags |= FATA_FRAME_CHECKSUM;
    s->frame->checksum_start = s->tcp;
    s->frame->checksum_offset = CHECKSUM;
    if (s->many) {
        s->frame->cut = is_ip6(s->headers) ? FATA_FRAME_TCP6 : FATA_FRAME_TCP4;
        s->frame->header = s->end;
        s->frame->segment = s->segment;
    }
    s->frame = NULL;
}
