/* SPDX-License-Identifier: ISC */
/* What an image sees of the user-mode network, without a stack: an address by
 * DHCP (RFC 2131), ARP, echo; then what its keys ask for. */
#include <fata/run.h>
#include <stdio.h>
#include <string.h>
#include "app.h"
#include "packet.h"

enum { TRIES = 3, ECHO_PORT = 7, DHCP_CLIENT = 68, DHCP_SERVER = 67 };

static const uint8_t everybody[] = {255, 255, 255, 255};
static const uint8_t gateway[] = {10, 0, 2, 2};

struct frame {
    uint32_t size;
    uint8_t data[FRAME_MAX];
};

static struct fata_net *net;
static struct endpoint me = {.gateway = {255, 255, 255, 255, 255, 255}};
static uint8_t out[FRAME_MAX];
static struct frame answer;
static const uint8_t *const in = answer.data;
static struct fata_channel arrived;
static struct frame queue[32];

static int send_frame(void *data, uint32_t length)
{
    struct fata_frame f = {.data = data, .length = length};
    int n = fata_net_write(net, &f, 1);
    return n < 0 ? n : 0;
}

static int send(uint32_t length)
{
    return send_frame(out, length);
}

/* Reads all the time: a frame that nobody waits for is lost.  What asks for our
 * station is answered here. */
static int read_frames(void *arg)
{
    static struct frame frames[8];
    (void)arg;
    for (;;) {
        struct fata_frame f[8];
        for (int i = 0; i < 8; i++)
            f[i] =
                (struct fata_frame){.data = frames[i].data, .size = FRAME_MAX};
        int n = fata_net_read(net, f, 8, FATA_NEVER);
        for (int i = 0; i < n; i++) {
            const uint8_t *arp = frames[i].data + ETHERNET;
            uint8_t reply[64];
            frames[i].size = f[i].length;
            if (!is_arp(frames[i].data, f[i].length, 1)) {
                if (fata_channel_try_send(&arrived, &frames[i]) == FATA_EPIPE)
                    return FATA_EPIPE;
            } else if (memcmp(arp + 24, me.address, 4) == 0) {
                int err = send_frame(
                    reply, make_arp(reply, &me, 2, arp + 8, arp + 14));
                if (err < 0)
                    printf("cannot answer ARP: %s\n", fata_error_name(err));
            }
        }
        if (n < 0)
            return n;
    }
}

/* The next frame, into `answer`. */
static int receive(fata_time_t deadline)
{
    return fata_channel_recv(&arrived, &answer, deadline);
}

/* Sends what is in `out` until a frame comes that is an answer. */
static int ask(uint32_t length, bool (*is_answer)(void))
{
    for (int i = 0; i < TRIES; i++) {
        fata_time_t deadline = fata_now() + FATA_S(1);
        int err = send(length);
        while (err == 0) {
            err = receive(deadline);
            if (err == 0 && is_answer())
                return 0;
        }
        if (err != FATA_ETIMEDOUT)
            return err;
    }
    return FATA_ETIMEDOUT;
}

/* --- DHCP --- */

enum { DHCP_OPTIONS = UDP + 236 + 4, DISCOVER = 1, OFFER, REQUEST, ACK = 5 };

/* Finds an option of the answer in `in`, at least `size` bytes of it. */
static const uint8_t *option(uint8_t code, uint8_t size)
{
    uint32_t at = DHCP_OPTIONS;
    while (at + 2 <= answer.size && in[at] != 255) {
        if (in[at] == 0) {
            at++;
            continue;
        }
        if (in[at] == code && in[at + 1] >= size &&
            at + 2 + in[at + 1] <= answer.size)
            return in + at + 2;
        at += 2u + in[at + 1];
    }
    return NULL;
}

static bool is_dhcp(uint8_t kind)
{
    return is_ip(in, answer.size, UDP_PROTOCOL) && answer.size > DHCP_OPTIONS &&
           get16(in + IP + 2) == DHCP_CLIENT && option(53, 1) != NULL &&
           option(53, 1)[0] == kind;
}

static bool is_offer(void)
{
    return is_dhcp(OFFER);
}

static bool is_ack(void)
{
    return is_dhcp(ACK);
}

static int ask_dhcp(uint8_t kind, const uint8_t *address,
                    bool (*is_answer)(void))
{
    static const uint8_t cookie[] = {99, 130, 83, 99};
    uint8_t *p = out + UDP, *o = out + DHCP_OPTIONS;
    memset(p, 0, 300);
    p[0] = 1; /* request */
    p[1] = 1; /* Ethernet */
    p[2] = 6;
    memcpy(p + 4, "fata", 4);
    memcpy(p + 28, net->mac, 6);
    memcpy(p + 236, cookie, sizeof(cookie));
    *o++ = 53;
    *o++ = 1;
    *o++ = kind;
    if (address != NULL) {
        *o++ = 50;
        *o++ = 4;
        memcpy(o, address, 4);
        o += 4;
    }
    *o = 255;
    return ask(make_udp(out, &me, DHCP_CLIENT, everybody, DHCP_SERVER, 300),
               is_answer);
}

static int get_address(void)
{
    uint8_t offered[4];
    int err = ask_dhcp(DISCOVER, NULL, is_offer);
    if (err < 0)
        return err;
    memcpy(offered, in + UDP + 16, 4);
    err = ask_dhcp(REQUEST, offered, is_ack);
    if (err < 0)
        return err;
    memcpy(me.address, in + UDP + 16, 4);
    const uint8_t *a = me.address, *g = option(3, 4), *n = option(6, 4);
    if (g == NULL || n == NULL)
        return FATA_EIO;
    printf("address %d.%d.%d.%d of %d.%d.%d.%d, names %d.%d.%d.%d\n", a[0],
           a[1], a[2], a[3], g[0], g[1], g[2], g[3], n[0], n[1], n[2], n[3]);
    return 0;
}

/* --- the gateway --- */

static bool is_arp_of_gateway(void)
{
    return is_arp(in, answer.size, 2) &&
           memcmp(in + ETHERNET + 14, gateway, 4) == 0;
}

static bool is_echo_reply(void)
{
    return is_ip(in, answer.size, ICMP_PROTOCOL) && in[IP] == 0 &&
           answer.size >= IP + 64 && memcmp(in + IP + 8, out + IP + 8, 56) == 0;
}

static int meet_gateway(void)
{
    static const uint8_t nobody[6];
    int err = ask(make_arp(out, &me, 1, nobody, gateway), is_arp_of_gateway);
    if (err < 0)
        return err;
    memcpy(me.gateway, in + ETHERNET + 8, 6);
    printf("gateway answers ARP\n");
    memset(out + IP, 'x', 64);
    memset(out + IP, 0, 8);
    out[IP] = 8; /* echo request */
    put16(out + IP + 2, checksum(out + IP, 64));
    err = ask(make_ip(out, &me, ICMP_PROTOCOL, gateway, 64), is_echo_reply);
    if (err == 0)
        printf("gateway answers echo\n");
    return err;
}

/* --- what the keys ask for --- */

static bool is_answer_of_peer(void)
{
    return (is_ip(in, answer.size, UDP_PROTOCOL) &&
            get16(in + IP + 2) == ECHO_PORT) ||
           (is_ip(in, answer.size, ICMP_PROTOCOL) && in[IP] == 3);
}

static int send_to(const char *where)
{
    unsigned a, b, c, d, port;
    if (sscanf(where, "%u.%u.%u.%u:%u", &a, &b, &c, &d, &port) != 5)
        return FATA_EINVAL;
    const uint8_t to[] = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d};
    memcpy(out + UDP, "hello", 5);
    int err =
        ask(make_udp(out, &me, ECHO_PORT, to, port, 5), is_answer_of_peer);
    if (err == FATA_ETIMEDOUT)
        printf("%s: nothing\n", where);
    else if (err == 0 && in[ETHERNET + 9] == ICMP_PROTOCOL)
        printf("%s: unreachable\n", where);
    else if (err == 0)
        printf("%s: %.*s\n", where, (int)(answer.size - UDP),
               (const char *)in + UDP);
    return err == FATA_ETIMEDOUT ? 0 : err;
}

/* When it is told to stop: sends a frame that nobody answers, as often as the
 * key says. */
static int flood(int64_t count)
{
    int64_t sent = 0, failed = 0;
    printf("waiting\n");
    int err = fata_shutdown_wait(FATA_NEVER);
    if (err < 0)
        return err;
    memset(out, 0, sizeof(out));
    for (int64_t i = 0; i < count; i++)
        if (send(sizeof(out)) == 0)
            sent++;
        else
            failed++;
    printf("flood: %s sent, %s refused\n", sent > 0 ? "some" : "none",
           failed > 0 ? "some" : "none");
    return 0;
}

static int serve(void)
{
    printf("serving\n");
    for (;;) {
        int err = receive(FATA_NEVER);
        if (err < 0)
            return err;
        if (!is_ip(in, answer.size, UDP_PROTOCOL) ||
            get16(in + IP + 2) != ECHO_PORT)
            continue;
        uint8_t to[4];
        size_t size = get16(in + IP + 4) - 8u;
        memcpy(to, in + ETHERNET + 12, 4);
        if (UDP + size > answer.size)
            continue;
        memcpy(out + UDP, in + UDP, size);
        err = send(make_udp(out, &me, ECHO_PORT, to, get16(in + IP), size));
        if (err < 0)
            printf("cannot answer: %s\n", fata_error_name(err));
    }
}

static int talk(void *arg)
{
    const struct app *app = arg;
    int err = get_address();
    if (err == 0)
        err = meet_gateway();
    if (err == 0 && app->keys.to[0] != '\0')
        err = send_to(app->keys.to);
    if (err == 0 && app->keys.flood > 0)
        err = flood(app->keys.flood);
    if (err == 0 && app->keys.serve)
        err = serve();
    return err;
}

int start(struct app *app)
{
    struct fata_scope scope;
    net = app->service;
    memcpy(me.mac, net->mac, 6);
    fata_channel_init(&arrived, queue, sizeof(queue[0]), FATA_COUNT(queue));
    fata_scope_open(&scope);
    int err = fata_scope_spawn_with(
        &scope, FATA_SPAWN("reader", .daemon = true), read_frames, NULL);
    if (err == 0)
        err = fata_scope_spawn(&scope, talk, app);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}
