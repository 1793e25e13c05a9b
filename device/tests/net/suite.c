/* SPDX-License-Identifier: ISC */
/* See suite.h. */
#include "suite.h"
#include <fata/platform.h>
#include <fata/test.h>
#include <string.h>

enum { BATCH = 4, BUFFER = 16640 }; /* together a large frame */

static int completions;

static void count(struct fata_request *r)
{
    (void)r;
    completions++;
}

/* Waits until `n` requests have completed, at most about two seconds. */
static bool wait_for(int n)
{
    fata_time_t end = fata_now() + FATA_S(2);
    while (completions < n && fata_now() < end)
        fata_platform_wait(end);
    return completions == n;
}

static void make_arp_request(uint8_t frame[42], const struct suite_net *n,
                             uint8_t last)
{
    static const uint8_t arp[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
    memset(frame, 0xff, 6);
    memcpy(frame + 6, n->net->mac, 6);
    memcpy(frame + 12, arp, sizeof(arp));
    memcpy(frame + 22, n->net->mac, 6);
    memcpy(frame + 28, n->own, 4);
    memset(frame + 32, 0, 6);
    memcpy(frame + 38, n->peer, 3);
    frame[41] = last;
}

static bool is_arp_reply(const struct suite_net *n, const struct fata_frame *f)
{
    const uint8_t *p = f->data;
    return f->length >= 42 && p[12] == 8 && p[13] == 6 && p[21] == 2 &&
           memcmp(p + 28, n->peer, 4) == 0 && memcmp(p, n->net->mac, 6) == 0;
}

static uint8_t buffers[BATCH][BUFFER];
static struct fata_frame frames[BATCH];
static struct fata_net_request receive;

static void lend_buffers(void)
{
    for (int i = 0; i < BATCH; i++)
        frames[i] = (struct fata_frame){.data = buffers[i], .size = BUFFER};
    receive = (struct fata_net_request){.request = {.done = count},
                                        .frames = frames,
                                        .count = BATCH};
}

void suite_net_info(const struct suite_net *n)
{
    fata_check(n->net->mtu >= 576);
    fata_check((n->net->mac[0] & 1) == 0); /* unicast */
}

void suite_net_refusals(const struct suite_net *n)
{
    struct fata_frame f = {.data = buffers[0], .size = BUFFER};
    struct fata_net_request r = {.request = {.done = count}, .frames = &f};
    completions = 0;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    fata_check_int(fata_net_receive(n->net, &r), ==, FATA_EMSGSIZE);
    r.count = 1;
    f.length = 13;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    f.length = n->net->mtu + 15u;
    fata_check_int(fata_net_send(n->net, &r), ==, FATA_EMSGSIZE);
    f.size = n->net->mtu + 13u;
    fata_check_int(fata_net_receive(n->net, &r), ==, FATA_EMSGSIZE);
    fata_platform_wait(0);
    fata_check_int(completions, ==, 0);
}

/* Asks until the kernel answers: other frames (neighbour discovery) may come
 * first. */
void suite_net_answer(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f = {.data = request, .length = sizeof(request)};
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = &f,
                                    .count = 1};
    bool answered = false;
    make_arp_request(request, n, n->peer[3]);
    for (int i = 0; i < 20 && !answered; i++) {
        lend_buffers();
        completions = 0;
        fata_check_int(fata_net_receive(n->net, &receive), ==, 0);
        fata_check_int(fata_net_send(n->net, &send), ==, 0);
        if (!wait_for(2)) {
            fata_net_cancel(n->net, &receive);
            fata_check(wait_for(2));
        }
        fata_check_int(send.request.result, ==, 1);
        for (int k = 0; k < receive.request.result; k++)
            answered = answered || is_arp_reply(n, &frames[k]);
    }
    fata_check(answered);
    fata_check(n->net->stats.tx_frames >= 1);
    fata_check(n->counts_nothing_received || n->net->stats.rx_frames >= 1);
}

void suite_net_batch(const struct suite_net *n)
{
    uint8_t request[BATCH][42];
    struct fata_frame f[BATCH];
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = f,
                                    .count = BATCH};
    for (uint8_t i = 0; i < BATCH; i++) {
        make_arp_request(request[i], n, (uint8_t)(100 + i));
        f[i] = (struct fata_frame){.data = request[i], .length = 42};
    }
    uint64_t before = n->net->stats.tx_frames;
    completions = 0;
    fata_check_int(fata_net_send(n->net, &send), ==, 0);
    fata_check(wait_for(1));
    fata_check_int(send.request.result, ==, BATCH);
    fata_check_int(n->net->stats.tx_frames - before, ==, BATCH);
}

void suite_net_cancel(const struct suite_net *n)
{
    /* Frames that the kernel sends by itself may come first. */
    for (int i = 0; i < 50; i++) {
        lend_buffers();
        completions = 0;
        fata_check_int(fata_net_receive(n->net, &receive), ==, 0);
        fata_net_cancel(n->net, &receive);
        fata_check_int(completions, ==, 0); /* not before the wait */
        fata_check(wait_for(1));
        if (receive.request.result == FATA_ECANCELED)
            return;
        fata_check_int(receive.request.result, >, 0);
    }
    fata_check(false);
}

/* --- offloads --- */

/* What sending frame f of `count` entries returns where it is refused; 0 where
 * it went. */
static int send_one(const struct suite_net *n, struct fata_frame *f,
                    uint32_t pieces)
{
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = f,
                                    .count = pieces};
    completions = 0;
    int err = fata_net_send(n->net, &send);
    fata_expect(err != 0 || wait_for(1));
    fata_expect(err != 0 || send.request.result == (int)pieces);
    return err;
}

static uint8_t large[3000];

/* A segment of 2946 bytes of payload, to be cut. */
static struct fata_frame segments(void)
{
    return (struct fata_frame){.data = large,
                               .length = sizeof(large),
                               .flags = FATA_FRAME_CHECKSUM,
                               .cut = FATA_FRAME_TCP4,
                               .header = 54,
                               .segment = 1000,
                               .checksum_start = 34,
                               .checksum_offset = 16};
}

void suite_net_unoffered(const struct suite_net *n)
{
    uint32_t has = n->net->features;
    struct fata_frame f[2] = {segments(), {.data = large, .length = 40}};
    if ((has & FATA_NET_SEND_TCP4) == 0)
        fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].cut = FATA_FRAME_TCP6;
    if ((has & FATA_NET_SEND_TCP6) == 0)
        fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].cut = 0;
    f[0].length = 60;
    if ((has & FATA_NET_SEND_CHECKSUM) == 0)
        fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].flags = FATA_FRAME_MORE;
    if ((has & FATA_NET_PIECES) == 0)
        fata_check_int(send_one(n, f, 2), ==, FATA_EINVAL);
}

void suite_net_offload_sense(const struct suite_net *n)
{
    struct fata_frame f[2] = {segments(), {.data = large, .length = 40}};
    f[0].segment = 0;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0] = segments();
    f[0].flags = 0; /* cut, but with a checksum that stays */
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0] = segments();
    f[0].cut = 7;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0] = segments();
    f[0].header = (uint16_t)f[0].length;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].header = 40; /* ends within that of TCP */
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0] = segments();
    f[0].cut = 0; /* whole, and too long */
    fata_check_int(send_one(n, f, 1), ==, FATA_EMSGSIZE);
    f[0] = segments();
    f[0].length = FATA_NET_LARGEST + 1;
    fata_check_int(send_one(n, f, 1), ==, FATA_EMSGSIZE);
    f[0] = segments();
    f[0].cut = 0;
    f[0].length = 60;
    f[0].checksum_start = 59;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].checksum_start = 13;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].checksum_start = 34;
    f[0].checksum_offset = 25;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[0].flags = FATA_FRAME_MORE; /* and nothing comes */
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    f[1].flags = FATA_FRAME_CHECKSUM; /* not in its first piece */
    fata_check_int(send_one(n, f, 2), ==, FATA_EINVAL);
    f[0].flags = 0x80;
    fata_check_int(send_one(n, f, 1), ==, FATA_EINVAL);
    lend_buffers();
    receive.count = BATCH - 1; /* too small for a large frame */
    fata_check_int(fata_net_receive(n->net, &receive), ==, FATA_EMSGSIZE);
}

/* Sends until what `wanted` knows has come, about two seconds. */
static bool
asked(const struct suite_net *n, struct fata_frame *f, uint32_t pieces,
      bool (*wanted)(const struct suite_net *n, const struct fata_frame *f))
{
    bool answered = false;
    for (int i = 0; i < 20 && !answered; i++) {
        fata_expect(send_one(n, f, pieces) == 0);
        lend_buffers();
        completions = 0;
        fata_expect(fata_net_receive(n->net, &receive) == 0);
        if (!wait_for(1)) {
            fata_net_cancel(n->net, &receive);
            fata_expect(wait_for(1));
        }
        for (int k = 0; k < receive.request.result; k++)
            answered = answered || wanted(n, &frames[k]);
    }
    return answered;
}

void suite_net_pieces(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f[] = {
        {.data = request, .length = 14, .flags = FATA_FRAME_MORE},
        {.data = request + 14, .length = 1, .flags = FATA_FRAME_MORE},
        {.data = request + 15, .length = 27},
    };
    make_arp_request(request, n, n->peer[3]);
    fata_check(asked(n, f, 3, is_arp_reply));
}

/* --- an echo that is asked for with an unfinished checksum --- */

enum { ECHO = 14 + 20 + 8 + 32 };
static uint8_t peer_mac[6];

static bool is_from_peer(const struct suite_net *n, const struct fata_frame *f)
{
    if (!is_arp_reply(n, f))
        return false;
    memcpy(peer_mac, (const uint8_t *)f->data + 6, 6);
    return true;
}

static uint16_t sum(const uint8_t *p, size_t length)
{
    uint32_t s = 0;
    for (size_t i = 0; i < length; i += 2)
        s += (uint32_t)p[i] << 8 | p[i + 1];
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)s;
}

/* The kernel has summed up what it was sent, and sums up its answer. */
static bool is_echo(const struct suite_net *n, const struct fata_frame *f)
{
    const uint8_t *p = f->data;
    return f->length == ECHO && p[23] == 1 && p[34] == 0 &&
           memcmp(p + 26, n->peer, 4) == 0 && p[42] == 0x55 &&
           sum(p + 34, ECHO - 34) == 0xffff;
}

static void make_ip(const struct suite_net *n, uint8_t *p, size_t length,
                    uint8_t protocol)
{
    static const uint8_t ip[] = {0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0, 0, 64};
    memset(p, 0x55, length);
    memcpy(p, peer_mac, 6);
    memcpy(p + 6, n->net->mac, 6);
    memcpy(p + 12, ip, sizeof(ip));
    p[16] = (uint8_t)((length - 14) >> 8);
    p[17] = (uint8_t)(length - 14);
    p[23] = protocol;
    p[24] = p[25] = 0;
    memcpy(p + 26, n->own, 4);
    memcpy(p + 30, n->peer, 4);
    uint16_t s = (uint16_t)~sum(p + 14, 20);
    p[24] = (uint8_t)(s >> 8);
    p[25] = (uint8_t)s;
}

static void find_peer(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f = {.data = request, .length = sizeof(request)};
    make_arp_request(request, n, n->peer[3]);
    fata_check(asked(n, &f, 1, is_from_peer));
}

void suite_net_checksum(const struct suite_net *n)
{
    static uint8_t p[ECHO];
    struct fata_frame f = {.data = p,
                           .length = ECHO,
                           .flags = FATA_FRAME_CHECKSUM,
                           .checksum_start = 34,
                           .checksum_offset = 2};
    find_peer(n);
    make_ip(n, p, ECHO, 1);
    memset(p + 34, 0, 8);
    p[34] = 8; /* echo, without a pseudo header */
    fata_check(asked(n, &f, 1, is_echo));
}

/* A segment for nobody, 2946 bytes: the peer resets the connection. */
static bool is_reset(const struct suite_net *n, const struct fata_frame *f)
{
    const uint8_t *p = f->data;
    return f->length >= 54 && p[23] == 6 && (p[47] & 4) != 0 &&
           memcmp(p + 26, n->peer, 4) == 0;
}

void suite_net_segments(const struct suite_net *n)
{
    struct fata_frame f = segments();
    find_peer(n);
    make_ip(n, large, sizeof(large), 6);
    memset(large + 34, 0, 20);
    large[35] = large[37] = 9; /* ports */
    large[46] = 0x50;          /* a header of 20 bytes */
    large[47] = 0x10;          /* an acknowledgement */
    /* The pseudo header: addresses, protocol, length. */
    uint32_t s = sum(large + 26, 8) + 6u + (sizeof(large) - 34);
    s = (s & 0xffff) + (s >> 16);
    s = (s & 0xffff) + (s >> 16);
    large[50] = (uint8_t)(s >> 8);
    large[51] = (uint8_t)s;
    fata_check(asked(n, &f, 1, is_reset));
}

void suite_net_idle(const struct suite_net *n)
{
    uint8_t request[42];
    struct fata_frame f = {.data = request, .length = sizeof(request)};
    struct fata_net_request send = {.request = {.done = count},
                                    .frames = &f,
                                    .count = 1};
    make_arp_request(request, n, n->peer[3]); /* its answer is not received */
    completions = 0;
    fata_check_int(fata_net_send(n->net, &send), ==, 0);
    fata_check(wait_for(1));
    fata_time_t end = fata_now() + FATA_MS(50);
    int waits = 0;
    while (fata_now() < end && waits < 1000) {
        fata_platform_wait(end);
        waits++;
    }
    fata_check_int(waits, <, 100);
}
