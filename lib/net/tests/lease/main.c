/* SPDX-License-Identifier: ISC */
/* A DHCP server (RFC 2131) at the other end of the fake device, that answers or
 * does not; lwIP's minutes are run by hand. */
#include "../fake.h"
#include "../packet.h"

#include <fata/run.h>
#include <fata/stack.h>
#include <fata/test.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <string.h>
#include "../../internal.h"

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK };
enum { SERVER = 0x0a000001, OURS = 0x0a000002, LEASE_S = 240 };
enum { UDP_HEADER = 8, BOOTP = L4 + UDP_HEADER, OPTIONS = BOOTP + 240 };

static struct {
    unsigned discovers, requests, announcements;
    uint32_t xid;
    uint8_t last; /* type of the message */
} heard;

static uint8_t option(const uint8_t *f, size_t length, uint8_t which)
{
    for (size_t i = OPTIONS; i + 2 < length && f[i] != 255; i += 2u + f[i + 1])
        if (f[i] == which)
            return f[i + 2];
    return 0;
}

static void sent(const uint8_t *f, size_t length)
{
    if (length >= 42 && get16(f + 12) == 0x0806 && f[21] == 1 &&
        get32(f + 28) == OURS && get32(f + 38) == OURS)
        heard.announcements++;
    if (length < OPTIONS || get16(f + 12) != 0x0800 || f[IP + 9] != 17 ||
        get16(f + L4 + 2) != 67)
        return;
    heard.last = option(f, length, 53);
    heard.xid = get32(f + BOOTP + 4);
    heard.discovers += heard.last == DISCOVER;
    heard.requests += heard.last == REQUEST;
}

static uint8_t answer_type;

static size_t answer(uint8_t *f)
{
    uint8_t options[] = {0x63, 0x82, 0x53, 0x63, 53, 1,       answer_type,
                         54,   4,    10,   0,    0,  1, /* server */
                         51,   4,    0,    0,    0,  LEASE_S, 1,
                         4,    255,  255,  255,  0,     /* mask */
                         3,    4,    10,   0,    0,  1, /* router */
                         255};
    size_t length = BOOTP + 236 + sizeof(options);
    memset(f, 0, length);
    memcpy(f, fake_net.mac, 6);
    f[6] = 2;
    f[11] = 1;
    put16(f + 12, 0x0800);
    f[IP] = 0x45;
    put16(f + IP + 2, (uint32_t)length - IP);
    f[IP + 8] = 64;
    f[IP + 9] = 17;
    put32(f + IP + 12, SERVER);
    put32(f + IP + 16, 0xffffffff);
    put16(f + L4, 67);
    put16(f + L4 + 2, 68);
    put16(f + L4 + 4, (uint32_t)length - L4);
    f[BOOTP] = 2;
    f[BOOTP + 1] = 1;
    f[BOOTP + 2] = 6;
    put32(f + BOOTP + 4, heard.xid);
    put32(f + BOOTP + 16, answer_type == NAK ? 0 : OURS);
    memcpy(f + BOOTP + 28, fake_net.mac, 6);
    memcpy(f + BOOTP + 236, options, sizeof(options));
    packet_mend(f, length);
    return length;
}

static void say(uint8_t type)
{
    answer_type = type;
    fata_check_int(fake_deliver(answer, 1), ==, 0);
    fata_check_int(fata_sleep(FATA_MS(1)), ==, 0); /* what is sent goes out */
}

/* Runs lwIP's DHCP for so long, in its own steps. */
static void pass(unsigned seconds)
{
    heard.last = 0;
    for (unsigned ms = 0; ms < seconds * 1000; ms += DHCP_FINE_TIMER_MSECS) {
        dhcp_fine_tmr();
        if (ms % DHCP_COARSE_TIMER_MSECS == 0)
            dhcp_coarse_tmr();
    }
    fata_check_int(fata_sleep(FATA_MS(1)), ==, 0);
}

static struct fata_stack *stack;

static bool has_address(void)
{
    struct fata_address address[8];
    size_t count = fata_stack_addresses(stack, address, 8);
    for (size_t i = 0; i < count && i < 8; i++)
        if (address[i].family == 4)
            return true;
    return false;
}

/* A stack that asks for an address; opened by the first test of the image. */
static void open_stack(void)
{
    if (stack == NULL) {
        fake_open(sent);
        fata_check_int(fata_stack_open(&stack, "device", &fake_net), ==, 0);
        fata_check_int(fata_sleep(FATA_MS(1)), ==, 0);
    }
    if (has_address())
        dhcp_release_and_stop(&fata__net->netif);
    fata_check_int(dhcp_start(&fata__net->netif), ==, ERR_OK);
    pass(60);
    fata_check_int(heard.last, ==, DISCOVER);
    fata_check(!has_address());
}

static void get_address(void)
{
    say(OFFER);
    fata_check_int(heard.last, ==, REQUEST);
    say(ACK);
    fata_check(has_address());
    fata_check_int(fake_deliver(packet_arp, 1), ==, 0); /* who the server is */
}

FATA_TEST(an_address_is_asked_for_until_somebody_answers)
{
    open_stack();
    unsigned before = heard.discovers;
    pass(300);
    fata_check_int(heard.discovers, >, before + 4);
    fata_check(!has_address());
    fata_check_int(fata_stack_ready(stack, fata_now()), ==, FATA_ETIMEDOUT);
    get_address();
    fata_check_int(fata_stack_ready(stack, 0), ==, 0);
}

FATA_TEST(a_lease_is_renewed_in_time)
{
    open_stack();
    get_address();
    unsigned before = heard.requests;
    pass(LEASE_S / 2 + 60);
    fata_check_int(heard.requests, >, before);
    fata_check(has_address());
    say(ACK);
    pass(60);
    fata_check(has_address());
}

FATA_TEST(a_lease_that_nobody_renews_ends_and_a_new_one_is_asked_for)
{
    open_stack();
    get_address();
    unsigned before = heard.discovers;
    pass(2 * LEASE_S);
    fata_check(!has_address());
    fata_check_int(heard.discovers, >, before);
    pass(60);
    get_address();
}

FATA_TEST(a_server_that_says_no_is_asked_anew)
{
    open_stack();
    get_address();
    pass(LEASE_S / 2 + 60);
    fata_check_int(heard.last, ==, REQUEST);
    say(NAK);
    fata_check(!has_address());
    fata_check_int(heard.last, ==, DISCOVER);
    get_address();
}

static size_t claim(uint8_t *f)
{
    size_t length = packet_arp(f);
    put32(f + 28, OURS);
    return length;
}

FATA_TEST(an_address_that_somebody_else_claims_is_defended)
{
    open_stack();
    get_address();
    unsigned before = heard.announcements;
    fata_check_int(fake_deliver(claim, 1), ==, 0);
    fata_check_int(fata_sleep(FATA_MS(1)), ==, 0);
    fata_check_int(heard.announcements, ==, before + 1);
    fata_check_int(fake_deliver(claim, 10), ==, 0);
    fata_check_int(fata_sleep(FATA_MS(1)), ==, 0);
    fata_check_int(heard.announcements, ==, before + 1); /* not at once again */
    fata_check(has_address());
}
