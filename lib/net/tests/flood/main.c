/* SPDX-License-Identifier: ISC */
/* Handshakes that many addresses begin and do not end, against what the stack
 * promises: 128 half-open connections for a listener, the oldest goes, who is
 * connected notices nothing.  Peers are behind the router, 10.0.0.1. */
#include "../fake.h"
#include "../../internal.h"
#include "../packet.h"

#include <fata/run.h>
#include <fata/stack.h>
#include <fata/test.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

enum { PORT = 7, HALF_OPEN = 128, PEERS = 1000, FIRST = 0xac100000 };
enum { ROUTER = 0x0a000001, OWN = 0x0a000002 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* What the stack has sent to each peer last. */
static struct {
    uint32_t seq, ack;
    uint32_t next; /* after it: what the peer acknowledges */
    uint8_t flags; /* 0: nothing since the peer spoke */
    char letter;   /* of what was sent since, or 0 */
} heard[PEERS];

static bool asked; /* by ARP for the router */

static void sent(const uint8_t *f, size_t length)
{
    if (length >= 42 && get16(f + 12) == 0x0806 && f[21] == 1 &&
        get32(f + 38) == ROUTER)
        asked = true;
    uint32_t who = get32(f + IP + 16) - FIRST;
    if (length < L4 + 20 || get16(f + 12) != 0x0800 || who >= PEERS)
        return;
    size_t data = L4 + (f[L4 + 12] >> 4) * 4u, end = IP + get16(f + IP + 2);
    heard[who].flags = f[L4 + 13] & (FIN | SYN | RST | ACK);
    heard[who].seq = get32(f + L4 + 4);
    heard[who].ack = get32(f + L4 + 8);
    heard[who].next = heard[who].seq + (uint32_t)(end - data) +
                      ((heard[who].flags & (SYN | FIN)) != 0);
    if (data < end)
        heard[who].letter = (char)f[data];
}

/* --- segments of peer `who`, whose first sequence number is 1000 --- */

static struct {
    unsigned who;
    uint32_t seq, ack;
    uint8_t flags;
    char letter;    /* 0: no data */
    bool neighbour; /* not behind the router */
} says;

static size_t make(uint8_t *f)
{
    size_t length = L4 + 20 + (says.letter != 0);
    memset(f, 0, length);
    memcpy(f, fake_net.mac, 6);
    f[6] = 2;
    f[11] = 1;
    put16(f + 12, 0x0800);
    f[IP] = 0x45;
    put16(f + IP + 2, (uint32_t)length - IP);
    f[IP + 8] = 64;
    f[IP + 9] = 6;
    put32(f + IP + 12, says.neighbour ? OWN + 1 + says.who : FIRST + says.who);
    put32(f + IP + 16, OWN);
    put16(f + L4, 2000 + says.who);
    put16(f + L4 + 2, PORT);
    put32(f + L4 + 4, says.seq);
    put32(f + L4 + 8, says.ack);
    f[L4 + 12] = 5 << 4;
    f[L4 + 13] = says.flags;
    put16(f + L4 + 14, 1024);
    f[L4 + 20] = (uint8_t)says.letter;
    packet_mend(f, length);
    return length;
}

/* Delivers what is in `says`, and gives the answer time: some turns, as what
 * is sent goes out when nothing else is to be done. */
static int speak(void)
{
    heard[says.who].flags = 0;
    heard[says.who].letter = 0;
    int err = fake_deliver(make, 1);
    for (int i = 0; i < 5 && err == 0; i++)
        err = fata_sleep(1);
    return err;
}

static int syn(unsigned who)
{
    says.who = who;
    says.seq = 1000;
    says.ack = 0;
    says.flags = SYN;
    says.letter = 0;
    return speak();
}

/* Acknowledges what the stack has sent to `who`; letter 0 is no data. */
static int say(unsigned who, char letter)
{
    says.who = who;
    says.seq = heard[who].ack;
    says.ack = heard[who].next;
    says.flags = ACK;
    says.letter = letter;
    return speak();
}

static bool shakes_hands(unsigned who)
{
    return syn(who) == 0 && heard[who].flags == (SYN | ACK) &&
           heard[who].ack == 1001 && say(who, 0) == 0 && heard[who].flags == 0;
}

static bool echoes(unsigned who, char letter)
{
    return say(who, letter) == 0 && heard[who].letter == letter;
}

static unsigned half_open(void)
{
    unsigned count = 0;
    for (const struct tcp_pcb *p = tcp_active_pcbs; p != NULL; p = p->next)
        count += p->state == SYN_RCVD;
    return count;
}

/* --- the server --- */

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err != 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return FATA_FLOW_IDLE;
}

static int serve(void *arg)
{
    return fata_stack_serve(arg, PORT, echo, NULL);
}

/* Runs `body` while the server serves; it returns what is wrong, or NULL. */
static void served(const char *(*body)(void))
{
    static struct fata_stack *stack;
    struct fata_scope scope;
    const char *bad = NULL;
    int err = 0;

    memset(heard, 0, sizeof(heard));
    if (stack == NULL) {
        fake_open(sent);
        err = fata_stack_open(&stack, "device", &fake_net);
    }
    fata_scope_open(&scope);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve, stack);
    if (err == 0)
        err = fake_deliver(packet_arp, 1); /* the router is known now */
    if (err == 0)
        bad = body();
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    if (bad == NULL && half_open() != 0)
        bad = "half-open connections outlive their listener";
    if (bad != NULL)
        fata_test_fail("flood", bad);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
}

static const char *flood(unsigned first, unsigned count)
{
    for (unsigned who = first; who < first + count; who++)
        if (syn(who) != 0 || heard[who].flags != (SYN | ACK))
            return "a SYN is not answered";
    return NULL;
}

/* --- the promises --- */

static const char *bound(void)
{
    const char *bad = flood(0, HALF_OPEN);
    if (bad == NULL && half_open() != HALF_OPEN)
        return "fewer than 128 are kept";
    if (bad == NULL)
        bad = flood(HALF_OPEN, PEERS - HALF_OPEN);
    if (bad == NULL && half_open() != HALF_OPEN)
        return "more than 128 are kept";
    return bad;
}

FATA_TEST(half_open_connections_are_bounded)
{
    served(bound);
}

/* The first ones are replaced one by one, and their late end of the handshake
 * is reset (RFC 9293 3.10.7.2); the others may still finish theirs. */
static const char *order(void)
{
    const char *bad = flood(0, HALF_OPEN + 2);
    if (bad != NULL)
        return bad;
    for (unsigned who = 0; who < HALF_OPEN + 2; who += who < 3 ? 1 : 40) {
        uint32_t ack = heard[who].next;
        if (say(who, 0) != 0)
            return "delivery";
        if (who >= 2) {
            if (heard[who].flags != 0 || !echoes(who, 'x'))
                return "a newer one was dropped";
        } else if ((heard[who].flags & RST) == 0 || heard[who].seq != ack) {
            return "an older one was not reset";
        }
    }
    return NULL;
}

FATA_TEST(the_oldest_goes)
{
    served(order);
}

static const char *newcomer(void)
{
    const char *bad = flood(0, 3 * HALF_OPEN);
    if (bad == NULL && !shakes_hands(PEERS - 1))
        return "a new client does not get in";
    if (bad == NULL && half_open() != HALF_OPEN - 1)
        return "its place is not free again";
    if (bad == NULL && !echoes(PEERS - 1, 'n'))
        return "a new client is not served";
    return bad;
}

FATA_TEST(a_new_client_gets_in)
{
    served(newcomer);
}

/* Also while it is older than all half-open ones, and was one itself. */
static const char *connected(void)
{
    for (unsigned who = 0; who < 10; who++)
        if (!shakes_hands(who) || !echoes(who, 'a'))
            return "before the flood";
    for (unsigned first = 10; first < 10 + 4 * HALF_OPEN; first += HALF_OPEN) {
        const char *bad = flood(first, HALF_OPEN);
        for (unsigned who = 0; who < 10 && bad == NULL; who++)
            if (!echoes(who, (char)('b' + first % 10)))
                bad = "a client that was connected is not served";
        if (bad != NULL)
            return bad;
    }
    return half_open() == HALF_OPEN ? NULL : "some count who are connected";
}

FATA_TEST(who_is_connected_notices_nothing)
{
    served(connected);
}

/* Forged addresses of the own network, which do not answer ARP. */
static const char *neighbours(void)
{
    int err = 0;
    if (!shakes_hands(0) || !echoes(0, 'a'))
        return "before the flood";
    says.neighbour = true;
    for (unsigned who = 0; who < 252 && err == 0; who++)
        err = syn(who);
    says.neighbour = false;
    asked = false;
    if (err != 0 || !echoes(0, 'b') || asked)
        return "the router is forgotten";
    return NULL;
}

FATA_TEST(neighbours_that_do_not_answer_take_nobodys_place)
{
    served(neighbours);
}

/* --- the same over IPv6: fe80::1 is there, fe80::x:1 are not --- */

static unsigned forged; /* 0: the one that is there */

static size_t ipv6(uint8_t *f, uint8_t next, size_t size)
{
    static const uint8_t link_local[2] = {0xfe, 0x80};
    memset(f, 0, L4_6);
    memcpy(f, fake_net.mac, 6);
    f[6] = 2;
    f[11] = 1;
    put16(f + 12, 0x86dd);
    f[IP] = 0x60;
    put16(f + IP + 4, (uint32_t)size);
    f[IP + 6] = next;
    f[IP + 7] = 255;
    memcpy(f + IP + 8, link_local, 2);
    put16(f + IP + 20, forged);
    f[IP + 23] = 1;
    memcpy(f + IP + 24, netif_ip6_addr(&fata__net->netif, 0)->addr, 16);
    packet_mend(f, L4_6 + size);
    return L4_6 + size;
}

static size_t solicit(uint8_t *f) /* RFC 4861 4.3 */
{
    uint8_t *p = f + L4_6;
    memset(p, 0, 32);
    p[0] = 135;
    memcpy(p + 8, netif_ip6_addr(&fata__net->netif, 0)->addr, 16);
    p[24] = p[25] = 1;
    p[26] = 2;
    p[31] = 1;
    return ipv6(f, 58, 32);
}

static size_t syn6(uint8_t *f)
{
    uint8_t *p = f + L4_6;
    memset(p, 0, 20);
    put16(p, 2000);
    put16(p + 2, PORT);
    put32(p + 4, 1000);
    p[12] = 5 << 4;
    p[13] = SYN;
    put16(p + 14, 1024);
    return ipv6(f, 6, 20);
}

static bool known6(unsigned who)
{
    for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++) {
        const u32_t *a = neighbor_cache[i].next_hop_address.addr;
        if (neighbor_cache[i].state != ND6_NO_ENTRY &&
            a[0] == PP_HTONL(0xfe800000) && a[3] == lwip_htonl(who << 16 | 1))
            return true;
    }
    return false;
}

static const char *neighbours6(void)
{
    int err = 0;
    for (int i = 0;
         i < 50 && err == 0 &&
         ip6_addr_istentative(netif_ip6_addr_state(&fata__net->netif, 0));
         i++)
        err = fata_sleep(FATA_MS(100));
    forged = 0;
    if (err != 0 || fake_deliver(solicit, 1) != 0 || !known6(0))
        return "before the flood";
    for (forged = 1; forged < 500 && err == 0; forged++)
        err = fake_deliver(syn6, 1);
    if (err != 0 || !known6(1))
        return "the flood does not arrive";
    return known6(0) ? NULL : "who is there is forgotten";
}

FATA_TEST(ipv6_neighbours_that_do_not_answer_take_nobodys_place)
{
    served(neighbours6);
}
