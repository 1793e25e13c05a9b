/* SPDX-License-Identifier: ISC */
/* Batches of forged frames; afterwards the stack must still answer ARP.  What
 * else may go wrong the sanitizers, lwIP's assertions and ours tell. */
#include "../fake.h"
#include "forge.h"

#include <fata/run.h>
#include <fata/stack.h>
#include <fata/test.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include "app.h"

static bool answered; /* an ARP request */

static void sent(const uint8_t *frame, size_t length)
{
    forge_learn(frame, length);
    if (length >= 42 && get16(frame + 12) == 0x0806 && frame[21] == 2)
        answered = true;
}

static size_t any(uint8_t *frame)
{
    return forge_frame(frame, fake_net.mac);
}

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, 0);
    if (n <= 0)
        return n == FATA_ETIMEDOUT ? FATA_FLOW_IDLE : n;
    int err = fata_flow_send(flow, data, (size_t)n,
                             fata_time_add(fata_now(), FATA_MS(1)));
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
        /* What cannot be sent is lost, as on any network. */
        int err = fata_udp_send(arg, data, (size_t)n, &from, port);
        if (err != 0)
            n = 0;
    }
    return n;
}

FATA_TEST(frames_of_all_kinds)
{
    const struct app *app = fata_test_app;
    struct fata_stack *stack;
    struct fata_udp *udp;
    struct fata_scope scope;

    fake_open(sent);
    forge_seed((uint32_t)app->keys.seed);
    fata_check_int(fata_stack_open(&stack, "device", &fake_net), ==, 0);
    fata_check_int(fata_stack_udp(stack, 7, &udp), ==, 0);
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, serve, stack);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve_udp, udp);
    for (int64_t i = 0; i < app->keys.rounds && err == 0; i++)
        err = fake_deliver(any, 1 + forge_random(8));
    answered = false;
    for (int i = 0; i < 100 && err == 0 && !answered; i++)
        err = fake_deliver(packet_arp, 1);
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    fata_udp_close(udp);
    /* Fragments wait in a list whose links lie unaligned in the packets, where
     * the leak checker does not see them: their time is over. */
    for (int i = 0; i <= IPV6_REASS_MAXAGE; i++) {
        ip_reass_tmr();
        ip6_reass_tmr();
    }
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
    fata_check(answered);
}
