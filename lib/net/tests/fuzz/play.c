/* SPDX-License-Identifier: ISC */
/* See play.h.  A fuzzer cannot guess checksums and sequence numbers: a record
 * says which of them are to be right. */
#include "play.h"
#include "../fake.h"
#include "../packet.h"

#include <fata/run.h>
#include <fata/stack.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

/* What a record's first byte asks for. */
enum {
    MEND = 1, /* checksums */
    NUMBERS = 2 /* TCP's numbers are added to those of the connection */,
    OURS = 4,  /* the frame is for us, by its Ethernet and IPv4 addresses */
    ALONE = 8, /* fibers run before the next frame */
};

enum { OWN = 0x0a000002, PORTS = 16, BATCH = 32 };

/* Of connections from ports n * PORTS + i, both families. */
static struct {
    uint32_t seq, ack; /* what the stack expects next, and what it has sent */
} known[PORTS];

static void learn(const uint8_t *f, size_t length)
{
    size_t at = get16(f + 12) == 0x86dd ? L4_6 : L4;
    const uint8_t *p = f + at;
    if (length < at + 20 || f[at == L4 ? IP + 9 : IP + 6] != 6)
        return;
    uint32_t port = get16(p + 2) % PORTS;
    uint32_t data = (uint32_t)(length - at) - (p[12] >> 4) * 4u;
    known[port].seq = get32(p + 8);
    known[port].ack = get32(p + 4) + data + ((p[13] & 3) != 0);
}

/* --- the servers --- */

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, 0);
    if (n <= 0)
        return n == FATA_ETIMEDOUT ? FATA_FLOW_IDLE : n;
    int err = fata_flow_send(flow, data, (size_t)n, fata_now());
    if (err != 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return FATA_FLOW_IDLE;
}

static int serve(void *arg)
{
    return fata_stack_serve(arg, 7, echo, NULL);
}

static int serve_udp(void *arg)
{
    struct fata_address from;
    char data[700];
    uint16_t port;
    int n;
    while ((n = fata_udp_receive(arg, data, sizeof(data), &from, &port,
                                 FATA_NEVER)) >= 0) {
        size_t size = (size_t)n < sizeof(data) ? (size_t)n : sizeof(data);
        (void)!fata_udp_send(arg, data, size, &from, port);
    }
    return n;
}

static struct fata_scope scope;
static struct fata_udp *udp;

int play_open(void)
{
    struct fata_stack *stack;
    fake_open(learn);
    fata_scope_open(&scope);
    int err = fata_stack_open(&stack, "device", &fake_net);
    if (err == 0)
        err = fata_stack_udp(stack, 7, &udp);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve, stack);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve_udp, udp);
    return err;
}

int play_close(void)
{
    fata_scope_cancel(&scope);
    int err = fata_scope_close(&scope);
    if (udp != NULL)
        fata_udp_close(udp);
    return err == FATA_ECANCELED ? 0 : err;
}

/* --- the records --- */

static const uint8_t *at, *end;

static void put_right(uint8_t *f, size_t length, uint8_t what)
{
    size_t l4 = get16(f + 12) == 0x86dd ? L4_6 : L4;
    if ((what & OURS) != 0) {
        memcpy(f, fake_net.mac, 6);
        if (l4 == L4 && length >= L4)
            put32(f + IP + 16, OWN);
    }
    if ((what & NUMBERS) != 0 && length >= l4 + 20) {
        uint8_t *p = f + l4;
        uint32_t port = get16(p) % PORTS;
        put32(p + 4, get32(p + 4) + known[port].seq);
        put32(p + 8, get32(p + 8) + known[port].ack);
    }
    if ((what & MEND) != 0)
        packet_mend(f, length);
}

/* The next record; sizes that its bytes do not hold are cut. */
static size_t next(uint8_t *frame)
{
    size_t left = (size_t)(end - at) - 3;
    size_t length = get16(at + 1) % (FRAME_MAX + 1);
    uint8_t what = at[0];
    if (length > left)
        length = left;
    memset(frame, 0, IP);
    memcpy(frame, at + 3, length);
    at += 3 + length;
    if (length < IP)
        length = IP; /* a device gives no less */
    put_right(frame, length, what);
    return length;
}

/* How many records come next in one batch. */
static uint32_t batch(void)
{
    const uint8_t *p = at;
    uint32_t count = 0;
    while (count < BATCH && end - p > 3) {
        size_t length = get16(p + 1) % (FRAME_MAX + 1);
        bool alone = (p[0] & ALONE) != 0;
        count++;
        if (alone || length > (size_t)(end - p) - 3)
            break;
        p += 3 + length;
    }
    return count;
}

/* Whatever the next input could tell this one by. */
static int forget(void)
{
    int err = 0;
    while (tcp_active_pcbs != NULL && err == 0) {
        for (struct tcp_pcb *p = tcp_active_pcbs; p != NULL;
             p = tcp_active_pcbs)
            tcp_abort(p);
        err = fata_sleep(1);
    }
    while (tcp_tw_pcbs != NULL)
        tcp_abort(tcp_tw_pcbs);
    for (int i = 0; i <= IPV6_REASS_MAXAGE; i++) {
        ip_reass_tmr();
        ip6_reass_tmr();
    }
    memset(known, 0, sizeof(known));
    return err;
}

int play(const uint8_t *data, size_t size)
{
    int err = 0;
    at = data;
    end = data + size;
    while (err == 0 && end - at > 3)
        err = fake_deliver(next, batch());
    for (int i = 0; i < 3 && err == 0; i++) /* what is sent goes out */
        err = fata_sleep(1);
    return err == 0 ? forget() : err;
}
