/* SPDX-License-Identifier: ISC */
/* Segments that become one frame.  A device in software cuts the frames again:
 * what it gets must be what lwIP gave, with finished checksums. */
#include "../internal.h"
#include "packet.c"

#include <fata/test.h>
#include <lwip/pbuf.h>
#include <string.h>

enum { SEGMENTS = 200, MOST = 1514, TCP4 = L4, TCP6 = L4_6, PSH = 8 };
enum { ALL = FATA_NET_SEND_CHECKSUM | FATA_NET_SEND_TCP4 | FATA_NET_SEND_TCP6 };

/* A segment as lwIP hands it over: its checksum is 0. */
struct segment {
    struct pbuf p;
    size_t length;
    uint8_t bytes[MOST], wanted[MOST]; /* wanted: as it must arrive */
};

static struct segment given[SEGMENTS];
static uint8_t large[70000];
static uint32_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* What is told of the next segment; make() counts on. */
static struct {
    bool six;
    uint32_t sequence, id, payload, ack, window;
    uint8_t flags, options; /* options: words of four bytes */
} says;

static void begin(bool six)
{
    seed = 1;
    memset(&says, 0, sizeof(says));
    says.six = six;
    says.sequence = UINT32_MAX - 5000; /* it wraps */
    says.id = 65530;
    says.payload = 1400;
    says.ack = 77;
    says.window = 500;
    says.flags = 16;
}

static void make(struct segment *s)
{
    size_t tcp = says.six ? TCP6 : TCP4;
    size_t head = tcp + 20 + says.options * 4u;
    uint8_t *f = s->bytes;
    s->length = head + says.payload;
    memset(f, 0, sizeof(s->bytes));
    memset(f, 2, 12);
    put16(f + 12, says.six ? 0x86dd : 0x0800);
    if (says.six) {
        f[IP] = 0x60;
        put16(f + IP + 4, (uint32_t)(s->length - tcp));
        f[IP + 6] = 6;
        f[IP + 7] = 64;
        for (int i = 8; i < 40; i++)
            f[IP + i] = (uint8_t)(i * 37);
    } else {
        f[IP] = 0x45;
        put16(f + IP + 2, (uint32_t)(s->length - IP));
        put16(f + IP + 4, says.id++);
        f[IP + 8] = 64;
        f[IP + 9] = 6;
        put32(f + IP + 12, 0xc0a80102);
        put32(f + IP + 16, 0xfefdfcfb);
    }
    put16(f + tcp, 7);
    put16(f + tcp + 2, 40000);
    put32(f + tcp + 4, says.sequence);
    put32(f + tcp + 8, says.ack);
    f[tcp + 12] = (uint8_t)((5 + says.options) << 4);
    f[tcp + 13] = says.flags;
    put16(f + tcp + 14, says.window);
    for (size_t i = head; i < s->length; i++)
        f[i] = (uint8_t)any(256);
    says.sequence += says.payload;
    memcpy(s->wanted, f, s->length);
    packet_mend(s->wanted, s->length);
    memcpy(f + 24, s->wanted + 24, says.six ? 0 : 2); /* lwIP sums IPv4 up */
    s->p = (struct pbuf){.payload = f,
                         .len = (u16_t)s->length,
                         .tot_len = (u16_t)s->length};
}

/* Cuts the frame in `large`; compares with given[*first] and on. */
static void cut(const struct fata_frame *f, size_t length, size_t *first)
{
    size_t tcp = says.six ? TCP6 : TCP4;
    size_t head = f->cut != 0 ? f->header : tcp + (large[tcp + 12] >> 4) * 4u;
    size_t each = f->cut != 0 ? f->segment : length;
    size_t at = head;
    bool push = false;
    fata_check((f->flags & FATA_FRAME_CHECKSUM) != 0);
    fata_check_int(f->checksum_start, ==, tcp);
    fata_check_int(f->checksum_offset, ==, 16);
    fata_check_int(f->cut, ==,
                   f->cut == 0 ? 0
                   : says.six  ? FATA_FRAME_TCP6
                               : FATA_FRAME_TCP4);
    do {
        const struct segment *s = &given[(*first)++];
        uint8_t piece[MOST], wanted[MOST];
        size_t n = length - at < each ? length - at : each;
        fata_check(*first <= SEGMENTS && head + n == s->length);
        memcpy(piece, large, head);
        memcpy(piece + head, large + at, n);
        if (says.six)
            put16(piece + IP + 4, (uint32_t)(head + n - tcp));
        else
            put16(piece + IP + 2, (uint32_t)(head + n - IP));
        if (!says.six)
            put16(piece + IP + 4,
                  get16(large + IP + 4) + (uint32_t)((at - head) / each));
        put32(piece + tcp + 4, get32(large + tcp + 4) + (uint32_t)(at - head));
        push = push || (s->wanted[tcp + 13] & PSH) != 0;
        memcpy(wanted, s->wanted, s->length);
        wanted[tcp + 13] &= (uint8_t)~PSH; /* the last one's say for all */
        piece[tcp + 13] &= (uint8_t)~PSH;
        packet_mend(wanted, head + n);
        packet_mend(piece, head + n);
        fata_check(memcmp(piece, wanted, head + n) == 0);
        at += n;
    } while (at < length);
    fata_check(push == ((large[tcp + 13] & PSH) != 0));
}

/* The unfinished checksum is that of the pseudo header, for the frame as it
 * is: finished for all of it it makes a frame that is right. */
static void check_pseudo(size_t length)
{
    static uint8_t finished[sizeof(large)], mended[sizeof(large)];
    size_t tcp = says.six ? TCP6 : TCP4;
    uint32_t sum = 0;
    memcpy(finished, large, length);
    memcpy(mended, large, length);
    packet_mend(mended, length);
    for (size_t i = tcp; i < length; i++)
        sum += (i - tcp) % 2 == 0 ? (uint32_t)finished[i] << 8 : finished[i];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(finished + tcp + 16, ~sum & 0xffff);
    fata_check(memcmp(finished, mended, length) == 0);
}

/* Sends given[0 .. n-1]; returns how many frames that makes. */
static int send(size_t n, uint32_t features)
{
    struct fata__segments s = {0};
    struct fata_frame frame = {0};
    size_t length = 0, arrived = 0;
    int frames = 0;

    for (size_t i = 0; i <= n; i++) {
        const struct segment *g = &given[i];
        if (i < n && i > 0 && fata__segments_join(&s, &g->p, features)) {
            memcpy(large + length, g->bytes + s.end, g->length - s.end);
            length += g->length - s.end;
            continue;
        }
        if (i > 0) {
            /* The headers are where the first one's were. */
            uint8_t *headers = s.headers;
            size_t size = s.end;
            fata__segments_end(&s);
            memcpy(large, headers, size);
            check_pseudo(length);
            cut(&frame, length, &arrived);
            fata_expect(length <= FATA_NET_LARGEST);
        }
        if (i == n)
            break;
        frame = (struct fata_frame){0};
        frames++;
        length = g->length;
        memcpy(large, g->bytes, length);
        fata_expect(fata__segments_begin(&s, &frame, &g->p));
    }
    fata_expect(arrived == n);
    return frames;
}

static void equal_segments(bool six)
{
    begin(six);
    for (size_t i = 0; i < 40; i++)
        make(&given[i]);
    fata_check_int(send(40, ALL), ==, 1);
    begin(six);
    for (size_t i = 0; i < 40; i++)
        make(&given[i]);
    fata_check_int(send(40, FATA_NET_SEND_CHECKSUM), ==, 40);
    begin(six);
    for (size_t i = 0; i < 100; i++) /* 140,000 bytes: in 46, 46, 8 */
        make(&given[i]);
    fata_check_int(send(100, ALL), ==, 3);
}

FATA_TEST(equal_segments_are_one_frame)
{
    equal_segments(false);
    equal_segments(true);
}

static int two(void (*change)(void))
{
    begin(false);
    make(&given[0]);
    change();
    make(&given[1]);
    return send(2, ALL);
}

static void nothing(void)
{
}
static void shorter(void)
{
    says.payload = 1;
}
static void longer(void)
{
    says.payload++;
}
static void empty(void)
{
    says.payload = 0;
}
static void gap(void)
{
    says.sequence++;
}
static void again(void)
{
    says.sequence -= says.payload;
}
static void news(void)
{
    says.ack++;
}
static void window(void)
{
    says.window++;
}
static void fin(void)
{
    says.flags |= 1;
}
static void options(void)
{
    says.options = 3;
}
static void push(void)
{
    says.flags |= PSH;
}

FATA_TEST(only_what_continues_joins)
{
    fata_check_int(two(nothing), ==, 1);
    fata_check_int(two(shorter), ==, 1);
    fata_check_int(two(push), ==, 1);
    fata_check_int(two(longer), ==, 2);
    fata_check_int(two(empty), ==, 2);
    fata_check_int(two(gap), ==, 2);
    fata_check_int(two(again), ==, 2);
    fata_check_int(two(news), ==, 2);
    fata_check_int(two(window), ==, 2);
    fata_check_int(two(fin), ==, 2);
    fata_check_int(two(options), ==, 2);
}

FATA_TEST(after_a_short_one_a_new_frame_begins)
{
    begin(false);
    make(&given[0]);
    says.payload = 1399;
    make(&given[1]);
    make(&given[2]);
    make(&given[3]);
    fata_check_int(send(4, ALL), ==, 2);
}

FATA_TEST(any_segments)
{
    for (int round = 0; round < 200; round++) {
        begin(round % 2 == 0);
        seed = (uint32_t)round;
        for (size_t i = 0; i < SEGMENTS; i++) {
            says.flags = 16;
            says.options = 0;
            switch (any(12)) {
            case 0:
                says.payload = any(1400);
                break;
            case 1:
                says.payload = 1400;
                break;
            case 2:
                says.flags |= PSH;
                break;
            case 3:
                says.ack++;
                break;
            case 4:
                says.sequence += any(3);
                break;
            case 5:
                says.options = (uint8_t)any(2) * 3;
                break;
            case 6:
                says.flags |= (uint8_t)any(2);
                break;
            }
            if (says.payload > 1400)
                says.payload = 1400;
            make(&given[i]);
        }
        fata_check(send(SEGMENTS, ALL) > 1);
    }
}

FATA_TEST(what_is_not_tcp_is_left_alone)
{
    struct fata__segments s;
    struct fata_frame frame = {0};
    begin(false);
    make(&given[0]);
    given[0].bytes[IP + 9] = 17;
    fata_check(!fata__segments_begin(&s, &frame, &given[0].p));
    fata__segments_end(&s);
    make(&given[0]);
    put16(given[0].bytes + 12, 0x0806);
    fata_check(!fata__segments_begin(&s, &frame, &given[0].p));
    given[0].p.len = given[0].p.tot_len = 42;
    fata_check(!fata__segments_begin(&s, &frame, &given[0].p));
    fata_check_int(frame.flags, ==, 0);
}
