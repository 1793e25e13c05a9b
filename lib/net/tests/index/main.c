/* SPDX-License-Identifier: ISC */
/* Each segment finds its connection, or that there is none, while thousands of
 * others are open, half closed and in TIME-WAIT, and their ports are used
 * again.  What is known of a peer here says what the stack must answer; with
 * sanitizers lib/net/index.c compares each search with lwIP's. */
#include "../fake.h"
#include "../../internal.h"
#include "../packet.h"

#include <fata/random.h>
#include <fata/run.h>
#include <fata/stack.h>
#include <fata/test.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

enum { PORT = 7, PEERS = 3000, ROUNDS = 20000, FIRST = 0xac100000 };
enum { OWN = 0x0a000002 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* Peers come from four ports of an address each. */
static struct peer {
    enum state { NOBODY, OPEN, CLOSED_BY_US } state;
    uint32_t begin;     /* its first sequence number, the next time */
    uint32_t seq, next; /* its next one; what it acknowledges */
    uint8_t flags;      /* of what the stack has sent last; 0: nothing */
    char letter;
} peers[PEERS];

static void sent(const uint8_t *f, size_t length)
{
    if (length < L4 + 20 || get16(f + 12) != 0x0800)
        return;
    uint32_t who = (get32(f + IP + 16) - FIRST) * 4 + get16(f + L4 + 2) % 4;
    if (who >= PEERS)
        return;
    size_t data = L4 + (f[L4 + 12] >> 4) * 4u, end = IP + get16(f + IP + 2);
    struct peer *p = &peers[who];
    p->flags |= f[L4 + 13] & (FIN | SYN | RST | ACK);
    p->next = get32(f + L4 + 4) + (uint32_t)(end - data) +
              ((f[L4 + 13] & (SYN | FIN)) != 0);
    if (data < end)
        p->letter = (char)f[data];
}

static struct {
    unsigned who;
    uint8_t flags;
    char letter; /* 0: no data */
} says;

static size_t make(uint8_t *f)
{
    struct peer *p = &peers[says.who];
    size_t length = L4 + 20 + (says.letter != 0);
    memset(f, 0, L4 + 20);
    memcpy(f, fake_net.mac, 6);
    f[6] = 2;
    f[11] = 1;
    put16(f + 12, 0x0800);
    f[IP] = 0x45;
    put16(f + IP + 2, (uint32_t)length - IP);
    f[IP + 8] = 64;
    f[IP + 9] = 6;
    put32(f + IP + 12, FIRST + says.who / 4);
    put32(f + IP + 16, OWN);
    put16(f + L4, 2000 + says.who % 4);
    put16(f + L4 + 2, PORT);
    put32(f + L4 + 4, p->seq);
    put32(f + L4 + 8, (says.flags & ACK) != 0 ? p->next : 0);
    f[L4 + 12] = 5 << 4;
    f[L4 + 13] = says.flags;
    put16(f + L4 + 14, 1024);
    f[L4 + 20] = (uint8_t)says.letter;
    packet_mend(f, length);
    p->seq += (says.letter != 0) + ((says.flags & (SYN | FIN)) != 0);
    return length;
}

/* Delivers it, and gives the answer time.  False: the device has failed. */
static bool say(unsigned who, uint8_t flags, char letter)
{
    says.who = who;
    says.flags = flags;
    says.letter = letter;
    peers[who].flags = 0;
    peers[who].letter = 0;
    int err = fake_deliver(make, 1);
    for (int i = 0; i < 5 && err == 0; i++)
        err = fata_sleep(1);
    return err == 0;
}

/* From new ports or old ones; RFC 6528 sees to it that numbers grow. */
static bool opens(unsigned who)
{
    struct peer *p = &peers[who];
    p->begin += 1 << 20;
    p->seq = p->begin;
    if (!say(who, SYN, 0) || p->flags != (SYN | ACK) || !say(who, ACK, 0))
        return false;
    p->state = OPEN;
    return p->flags == 0;
}

static bool echoes(unsigned who, char letter)
{
    return say(who, ACK, letter) && peers[who].letter == letter &&
           (peers[who].flags & (FIN | RST)) == 0;
}

/* The server closes first: then it is in TIME-WAIT there. */
static bool is_closed(unsigned who)
{
    struct peer *p = &peers[who];
    if (!say(who, ACK, 'q') || (p->flags & FIN) == 0 ||
        !say(who, FIN | ACK, 0) || p->flags != ACK)
        return false;
    p->state = CLOSED_BY_US;
    return true;
}

/* The peer closes first: then the stack knows nothing more of it. */
static bool closes(unsigned who)
{
    struct peer *p = &peers[who];
    if (!say(who, FIN | ACK, 0) || (p->flags & FIN) == 0 || !say(who, ACK, 0))
        return false;
    p->state = NOBODY;
    return p->flags == 0;
}

static bool resets(unsigned who)
{
    peers[who].state = NOBODY;
    return say(who, RST | ACK, 0) && peers[who].flags == 0;
}

/* What is not for an open connection. */
static bool is_refused(unsigned who)
{
    return say(who, ACK, 'x') &&
           peers[who].flags == (peers[who].state == NOBODY ? RST | ACK : ACK);
}

static const char *step(unsigned who)
{
    if (peers[who].state == OPEN)
        switch (fata_random_below(8)) {
        case 0:
            return is_closed(who) ? NULL : "a close by the server";
        case 1:
            return closes(who) ? NULL : "a close by the peer";
        case 2:
            return resets(who) ? NULL : "a reset";
        default:
            return echoes(who, 'e') ? NULL : "an echo";
        }
    if (fata_random_below(4) == 0)
        return is_refused(who) ? NULL : "a segment for nobody";
    return opens(who) ? NULL : "a handshake";
}

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    bool quit = *(const char *)data == 'q';
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err != 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return quit ? 0 : FATA_FLOW_IDLE;
}

static int serve(void *arg)
{
    return fata_stack_serve(arg, PORT, echo, NULL);
}

static const char *crowd(void)
{
    const char *bad = NULL;
    for (unsigned who = 0; who < PEERS && bad == NULL; who++)
        bad = opens(who) ? NULL : "a first handshake";
    for (unsigned who = 0; who < PEERS && bad == NULL; who++)
        bad = echoes(who, 'a') ? NULL : "a first echo";
    for (int i = 0; i < ROUNDS && bad == NULL; i++)
        bad = step(fata_random_below(PEERS));
    return bad;
}

FATA_TEST(each_segment_finds_its_connection)
{
    static struct fata_stack *stack;
    struct fata_scope scope;
    const char *bad = NULL;

    fake_open(sent);
    int err = fata_stack_open(&stack, "device", &fake_net);
    fata_scope_open(&scope);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve, stack);
    if (err == 0)
        err = fake_deliver(packet_arp, 1); /* the router is known now */
    if (err == 0)
        bad = crowd();
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    if (bad != NULL)
        fata_test_fail("index", bad);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
    while (tcp_tw_pcbs != NULL)
        tcp_abort(tcp_tw_pcbs);
    fata_check(tcp_active_pcbs == NULL);
    for (size_t i = 0; i < fata__net->index.count; i++)
        fata_check(fata__net->index.slots[i] == NULL);
}
