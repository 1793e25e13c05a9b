/* SPDX-License-Identifier: ISC */
/* Frames with a header before them, in pieces, on a host's end that a test
 * fills. */
#include "../../platform/frame_net.c"
#include "../../platform/vnet.c"
#include <fata/faulty.h>
#include <fata/test.h>
#include <string.h>

enum { BUFFERS = 40, BUFFER = 2048 };

static struct frame_net host_end;
static struct fata_net_request request;
static struct fata_frame frames[BUFFERS];
static uint8_t buffers[BUFFERS][BUFFER + 64]; /* apart: no neighbours */

static struct {
    struct fata_vnet header;
    uint32_t length;
} there[8];
static int first, last;

static uint8_t byte_at(size_t at)
{
    return (uint8_t)((at * 2654435761u) >> 13);
}

static long read_there(struct frame_net *d, const struct frame_piece *piece,
                       unsigned count)
{
    size_t at = 0;
    (void)d;
    if (first == last)
        return FATA_EAGAIN;
    fata_expect(count > 1 && piece[0].size == sizeof(struct fata_vnet));
    memcpy(piece[0].data, &there[first].header, sizeof(struct fata_vnet));
    for (unsigned i = 1; i < count; i++)
        for (size_t k = 0; k < piece[i].size && at < there[first].length; k++)
            ((uint8_t *)piece[i].data)[k] = byte_at(at++);
    first++;
    return (long)(sizeof(struct fata_vnet) + at);
}

static struct fata_vnet sent;
static uint8_t sent_bytes[4096];
static size_t sent_length;
static unsigned sent_pieces;

static long write_away(struct frame_net *d, const struct frame_piece *piece,
                       unsigned count)
{
    (void)d;
    memcpy(&sent, piece[0].data, sizeof(sent));
    sent_pieces = count - 1;
    sent_length = 0;
    for (unsigned i = 1; i < count; i++) {
        memcpy(sent_bytes + sent_length, piece[i].data, piece[i].size);
        sent_length += piece[i].size;
    }
    return (long)(sizeof(sent) + sent_length);
}

static void done(struct fata_request *r)
{
    (void)r;
}

static void open_with(uint32_t count, uint32_t size)
{
    host_end = (struct frame_net){.net = {.mtu = 1500},
                                  .read_pieces = read_there,
                                  .write_pieces = write_away};
    frame_net_init(&host_end);
    for (uint32_t i = 0; i < count; i++)
        frames[i] = (struct fata_frame){.data = buffers[i], .size = size};
    request = (struct fata_net_request){.request = {.done = done},
                                        .frames = frames,
                                        .count = count};
    first = last = 0;
}

static void arrives(uint32_t length, struct fata_vnet header)
{
    there[last].header = header;
    there[last++].length = length;
}

static int received(void)
{
    fata_expect(fata_net_receive(&host_end.net, &request) == 0);
    fata_platform_wait(0);
    return request.request.result;
}

FATA_TEST(a_large_frame_fills_several_buffers)
{
    size_t at = 0;
    open_with(BUFFERS, BUFFER);
    arrives(60, (struct fata_vnet){.flags = FATA_VNET_VALID});
    arrives(2 * BUFFER, (struct fata_vnet){.flags = FATA_VNET_CHECKSUM,
                                           .gso = FATA_VNET_TCP4,
                                           .gso_size = 1448,
                                           .checksum_start = 34,
                                           .checksum_offset = 16});
    arrives(2 * BUFFER + 1, (struct fata_vnet){0});
    fata_check_int(received(), ==, 1 + 2 + 3);
    fata_check_int(frames[0].length, ==, 60);
    fata_check_int(frames[0].flags, ==, FATA_FRAME_CHECKED);
    fata_check_int(frames[1].flags, ==, FATA_FRAME_MORE | FATA_FRAME_CHECKSUM);
    fata_check_int(frames[1].cut, ==, FATA_FRAME_TCP4);
    fata_check_int(frames[1].segment, ==, 1448);
    fata_check_int(frames[2].flags, ==, 0);
    fata_check_int(frames[2].length, ==, BUFFER);
    fata_check_int(frames[3].flags, ==, FATA_FRAME_MORE);
    fata_check_int(frames[4].flags, ==, FATA_FRAME_MORE);
    fata_check_int(frames[5].flags, ==, 0);
    fata_check_int(frames[5].length, ==, 1);
    for (int i = 3; i < 6; i++)
        for (uint32_t k = 0; k < frames[i].length; k++)
            fata_check_int(buffers[i][k], ==, byte_at(at++));
    fata_check_int(host_end.net.stats.rx_frames, ==, 3);
    fata_check_int(host_end.net.stats.rx_bytes, ==, 60 + 4 * BUFFER + 1);
}

/* A frame never ends for want of room: what may not fit waits. */
FATA_TEST(a_frame_is_taken_only_where_the_largest_fits)
{
    open_with(33, BUFFER); /* 67584 bytes: one frame, however small */
    arrives(60, (struct fata_vnet){0});
    arrives(FATA_NET_LARGEST, (struct fata_vnet){0});
    arrives(FATA_NET_LARGEST + 1, (struct fata_vnet){0}); /* there is none */
    fata_check_int(received(), ==, 1);
    fata_check_int(received(), ==, 33);
    fata_check_int(fata_net_receive(&host_end.net, &request), ==, 0);
    fata_check_int(host_end.net.stats.rx_errors, ==, 1);
}

FATA_TEST(buffers_that_follow_one_another_are_one_piece)
{
    static uint8_t memory[BUFFERS * BUFFER];
    open_with(BUFFERS, BUFFER);
    for (int i = 0; i < BUFFERS; i++)
        frames[i].data = memory + i * BUFFER;
    arrives(3 * BUFFER, (struct fata_vnet){0});
    fata_check_int(received(), ==, 3);
    for (size_t i = 0; i < 3 * BUFFER; i++)
        fata_check_int(memory[i], ==, byte_at(i));
}

/* More than the host is told of at a time: what it is not told of stays. */
FATA_TEST(more_buffers_than_pieces)
{
    enum { MANY = FATA_NET_PIECES_MOST + 10, SMALL = 1600 };
    static uint8_t memory[MANY][SMALL + 64];
    static struct fata_frame many[MANY];
    open_with(BUFFERS, BUFFER);
    for (int i = 0; i < MANY; i++)
        many[i] = (struct fata_frame){.data = memory[i], .size = SMALL};
    request.frames = many;
    request.count = MANY;
    for (int i = 0; i < 3; i++)
        arrives(40000 + (uint32_t)i, (struct fata_vnet){0});
    /* 204800 bytes are told of; after three frames too few are left. */
    for (int i = 0; i < 5; i++)
        arrives(60000, (struct fata_vnet){0});
    fata_check_int(received(), ==, 25 + 26 + 26 + 38);
    fata_check_int(many[76].length, ==, 40002 - 25 * SMALL);
    fata_check_int(many[76].flags, ==, 0);
    fata_check_int(memory[51][0], ==, byte_at(0));
    fata_check_int(memory[76][0], ==, byte_at(25 * SMALL));
    fata_check_int(memory[77][1], ==, byte_at(1));
}

FATA_TEST(headers_that_make_no_sense_are_dropped)
{
    open_with(BUFFERS, BUFFER);
    arrives(60, (struct fata_vnet){.gso = 3, .gso_size = 1}); /* of UDP */
    arrives(60, (struct fata_vnet){.gso = FATA_VNET_TCP4});
    arrives(60, (struct fata_vnet){.flags = FATA_VNET_CHECKSUM,
                                   .checksum_start = 42,
                                   .checksum_offset = 17});
    arrives(60, (struct fata_vnet){.flags = FATA_VNET_CHECKSUM,
                                   .checksum_start = 65535,
                                   .checksum_offset = 65535});
    arrives(61, (struct fata_vnet){0});
    fata_check_int(received(), ==, 1);
    fata_check_int(frames[0].length, ==, 61);
    fata_check_int(frames[0].flags, ==, 0);
    fata_check_int(host_end.net.stats.rx_errors, ==, 4);
    fata_check_int(host_end.net.stats.rx_frames, ==, 1);
}

/* Whatever the bytes are, what is passed on lies in the frame. */
FATA_TEST(any_header)
{
    uint32_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        struct fata_vnet header;
        uint8_t bytes[sizeof(header)];
        struct fata_frame f = {.flags = 0xff, .cut = 0xff};
        for (size_t k = 0; k < sizeof(bytes); k++) {
            seed = seed * 1664525 + 1013904223;
            bytes[k] = (uint8_t)(seed >> 24);
            if ((seed >> 20 & 3) != 0)
                bytes[k] &= 5;
        }
        memcpy(&header, bytes, sizeof(header));
        uint32_t length = (seed >> 8) % 3000;
        if (!vnet_take(&header, length, &f))
            continue;
        fata_check(length >= FATA_NET_HEADER);
        fata_check((f.flags & ~(FATA_FRAME_CHECKSUM | FATA_FRAME_CHECKED)) ==
                   0);
        if ((f.flags & FATA_FRAME_CHECKSUM) != 0)
            fata_check(f.checksum_start + f.checksum_offset + 2u <= length);
        fata_check(f.cut == 0 || f.segment > 0);
    }
}

FATA_TEST(a_large_frame_goes_out_with_its_header)
{
    static uint8_t a[54], b[3000];
    struct fata_frame f[] = {{.data = a,
                              .length = sizeof(a),
                              .flags = FATA_FRAME_MORE | FATA_FRAME_CHECKSUM,
                              .cut = FATA_FRAME_TCP6,
                              .header = 54,
                              .segment = 1400,
                              .checksum_start = 34,
                              .checksum_offset = 16},
                             {.data = b, .length = sizeof(b)},
                             {.data = b, .length = 60}};
    struct fata_net_request r = {.request = {.done = done},
                                 .frames = f,
                                 .count = 2};
    open_with(BUFFERS, BUFFER);
    a[0] = 1;
    b[0] = 2;
    fata_check_int(fata_net_send(&host_end.net, &r), ==, 0);
    fata_check_int(sent.flags, ==, FATA_VNET_CHECKSUM);
    fata_check_int(sent.gso, ==, FATA_VNET_TCP6);
    fata_check_int(sent.header_length, ==, 54);
    fata_check_int(sent.gso_size, ==, 1400);
    fata_check_int(sent.checksum_start, ==, 34);
    fata_check_int(sent.checksum_offset, ==, 16);
    fata_check(sent_length == 3054 && sent_bytes[0] == 1 &&
               sent_bytes[54] == 2);
    fata_platform_wait(0);
    fata_check_int(r.request.result, ==, 2);
    r.frames = f + 2;
    r.count = 1;
    fata_check_int(fata_net_send(&host_end.net, &r), ==, 0);
    fata_check(sent.flags == 0 && sent.gso == 0 && sent_length == 60);
    fata_platform_wait(0);
    fata_check_int(host_end.net.stats.tx_frames, ==, 2);
}

/* What is received passes as it is; what is sent has its checksum first. */
FATA_TEST(a_faulty_device_has_the_offloads_of_receiving)
{
    static struct fata_faulty faulty;
    struct fata_frame f = {.data = buffers[0],
                           .length = 60,
                           .flags = FATA_FRAME_CHECKSUM,
                           .checksum_start = 34,
                           .checksum_offset = 16};
    struct fata_net_request r = {.request = {.done = done},
                                 .frames = &f,
                                 .count = 1};
    open_with(BUFFERS, BUFFER);
    fata_faulty_init(&faulty, &host_end.net, &(struct fata_faulty_plan){0});
    fata_check_int(faulty.net.features, ==, FATA_NET_RECEIVE_FEATURES);
    fata_check_int(fata_net_send(&faulty.net, &r), ==, FATA_EINVAL);
    request.count = 2; /* too small for a large frame */
    fata_check_int(fata_net_receive(&faulty.net, &request), ==, FATA_EMSGSIZE);
    request.count = BUFFERS;
    arrives(2 * BUFFER, (struct fata_vnet){.flags = FATA_VNET_VALID});
    fata_check_int(fata_net_receive(&faulty.net, &request), ==, 0);
    fata_platform_wait(0);
    fata_check_int(request.request.result, ==, 2);
    fata_check_int(frames[0].flags, ==, FATA_FRAME_MORE | FATA_FRAME_CHECKED);
}
