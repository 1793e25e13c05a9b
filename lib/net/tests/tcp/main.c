/* SPDX-License-Identifier: ISC */
/* Connections of the stack with itself: every byte goes through both halves of
 * TCP.  The host's kernel as the peer: examples/echo.  On unix also sockets of
 * the host, with the same tests. */
#include <fata/flow_suite.h>
#include <fata/run.h>
#include <fata/stack.h>
#include <string.h>
#include "../sample.h"
#include "app.h"

enum { PORT = 1234 };

static struct fata_stack *stack(void)
{
    return ((struct app *)fata_test_app)->stack;
}

static bool on_host(void)
{
    return ((struct app *)fata_test_app)->service->host != NULL;
}

static fata_time_t soon(void)
{
    return fata_time_add(fata_now(), FATA_S(10));
}

/* The same one always: more may come while a test runs. */
static bool own_address(struct fata_address *address)
{
    static struct fata_address own;
    struct fata_address all[8];
    size_t n;
    if (own.family == 0) {
        if (fata_stack_ready(stack(), soon()) != 0)
            return false;
        n = fata_stack_addresses(stack(), all, FATA_COUNT(all));
        if (n == 0)
            return false;
        own = all[n <= FATA_COUNT(all) ? n - 1 : 0];
    }
    *address = own;
    return true;
}

static bool join_on(struct fata_listener *listener, struct fata_flow **a,
                    struct fata_flow **b)
{
    struct fata_address address;
    if (!own_address(&address) ||
        fata_stack_connect(stack(), &address, PORT, a, soon()) != 0)
        return false;
    return fata_listener_accept(listener, b, soon()) == 0;
}

static bool join(struct fata_flow **a, struct fata_flow **b)
{
    struct fata_listener *listener;
    if (fata_stack_listen(stack(), PORT, 4, &listener) != 0)
        return false;
    bool ok = join_on(listener, a, b);
    fata_listener_close(listener);
    return ok;
}

FATA_FLOW_SUITE(tcp, join)

FATA_TEST(both_ends_know_both_addresses)
{
    struct fata_flow *a, *b;
    struct fata_address own, peer, local;
    uint16_t a_port, b_port;
    fata_check(own_address(&own));
    fata_check(join(&a, &b));
    fata_stack_peer(a, &peer, &a_port);
    fata_check(fata_address_equal(&peer, &own));
    fata_check_int(a_port, ==, PORT);
    fata_stack_local(b, &local, &b_port);
    fata_check(fata_address_equal(&local, &own));
    fata_check_int(b_port, ==, PORT);
    fata_stack_local(a, NULL, &a_port);
    fata_stack_peer(b, NULL, &b_port);
    fata_check_int(a_port, ==, b_port);
    fata_check_int(a_port, >=, 32768); /* none that is registered */
    fata_flow_close(a);
    fata_flow_close(b);
}

/* By writing only; a process would get SIGPIPE. */
FATA_TEST(a_writer_hears_of_a_reset)
{
    struct fata_flow *a, *b;
    int err = 0;
    fata_check(join(&a, &b));
    fata_flow_abort(b);
    for (int i = 0; i < 100 && err == 0; i++) {
        err = fata_flow_send(a, "x", 1, soon());
        if (err == 0)
            err = fata_sleep(FATA_MS(5));
    }
    fata_check_int(err, ==, FATA_ECONNRESET);
    fata_check_int(fata_flow_send(a, "x", 1, soon()), ==, FATA_ECONNRESET);
    fata_flow_close(a);
}

FATA_TEST(nobody_listens_is_refused)
{
    struct fata_address own;
    struct fata_flow *flow;
    fata_check(own_address(&own));
    fata_check_int(fata_stack_connect(stack(), &own, 4321, &flow, soon()), ==,
                   FATA_ECONNREFUSED);
}

FATA_TEST(a_connect_has_a_deadline)
{
    struct fata_address
        nobody; /* a neighbour: what is further away may answer */
    struct fata_flow *flow;
    if (on_host())
        fata_skip("the host's neighbours are not ours to ask");
    fata_check(own_address(&nobody));
    nobody.bytes[nobody.family == 6 ? 15 : 3] = 77;
    fata_check_int(fata_stack_connect(stack(), &nobody, PORT, &flow,
                                      fata_time_add(fata_now(), FATA_MS(50))),
                   ==, FATA_ETIMEDOUT);
}

FATA_TEST(a_loopback_address_does_not_leave)
{
    struct fata_address there[2];
    struct fata_flow *flow;
    struct fata_udp *udp;
    if (on_host())
        fata_skip("the host has a loopback");
    fata_check_int(fata_address_parse(&there[0], "127.0.0.1"), ==, 0);
    fata_check_int(fata_address_parse(&there[1], "::1"), ==, 0);
    fata_check_int(fata_stack_udp(stack(), 0, &udp), ==, 0);
    for (int i = 0; i < 2; i++) {
        fata_check_int(
            fata_stack_connect(stack(), &there[i], PORT, &flow, soon()), ==,
            FATA_ENETDOWN);
        fata_check_int(fata_udp_send(udp, "x", 1, &there[i], PORT), ==,
                       FATA_ENETDOWN);
    }
    fata_udp_close(udp);
}

FATA_TEST(a_port_has_one_listener)
{
    struct fata_listener *one, *two;
    struct fata_flow *flow;
    fata_check_int(fata_stack_listen(stack(), PORT, 1, &one), ==, 0);
    fata_check_int(fata_stack_listen(stack(), PORT, 1, &two), ==, FATA_EBUSY);
    fata_check_int(fata_listener_accept(one, &flow, 0), ==, FATA_ETIMEDOUT);
    fata_listener_close(one);
}

/* The third connection has no place in the queue until one is accepted. */
FATA_TEST(a_backlog_is_a_bound)
{
    struct fata_listener *listener;
    struct fata_address own;
    struct fata_flow *a[3], *b[3];
    fata_check(own_address(&own));
    fata_check_int(fata_stack_listen(stack(), PORT, 2, &listener), ==, 0);
    for (int i = 0; i < 2; i++)
        fata_check_int(fata_stack_connect(stack(), &own, PORT, &a[i], soon()),
                       ==, 0);
    fata_check_int(fata_stack_connect(stack(), &own, PORT, &a[2],
                                      fata_time_add(fata_now(), FATA_MS(50))),
                   ==, FATA_ETIMEDOUT);
    fata_check_int(fata_listener_accept(listener, &b[0], soon()), ==, 0);
    fata_check_int(fata_stack_connect(stack(), &own, PORT, &a[2], soon()), ==,
                   0);
    for (int i = 1; i < 3; i++)
        fata_check_int(fata_listener_accept(listener, &b[i], soon()), ==, 0);
    for (int i = 0; i < 3; i++) {
        fata_flow_close(a[i]);
        fata_flow_close(b[i]);
    }
    fata_listener_close(listener);
}

/* --- a server --- */

static unsigned calls;

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    (void)arg;
    calls++;
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
    (void)arg;
    return fata_stack_serve(stack(), PORT, echo, NULL);
}

static const char *ask(struct fata_flow *flow, char letter)
{
    const void *data;
    if (fata_flow_send(flow, &letter, 1, soon()) != 0)
        return "send";
    int n = fata_flow_read(flow, &data, soon());
    if (n != 1)
        return n > 0 ? "more than was sent" : fata_error_name(n);
    if (*(const char *)data != letter)
        return "letter";
    fata_flow_ack(flow, 1);
    return NULL;
}

/* More connections than there are stacks: they cost none while they are idle.
 */
FATA_TEST(idle_connections_need_no_stack)
{
    enum { MANY = 100 };
    static struct fata_flow *flows[MANY];
    struct fata_address own;
    struct fata_scope scope;
    const char *bad = NULL;
    int made = 0;
    fata_check(own_address(&own));
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, serve, NULL);
    err |= fata_yield();
    for (; made < MANY && err == 0; made++)
        err = fata_stack_connect(stack(), &own, PORT, &flows[made], soon());
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < made && err == 0 && bad == NULL; i++)
            bad = ask(flows[i], (char)('a' + i % 26));
    for (int i = 0; i < made; i++)
        fata_flow_close(flows[i]);
    err |= fata_sleep(FATA_MS(20)); /* the server sees the ends */
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    fata_check_int(err, ==, 0);
    fata_check_int(first, ==, 0);
    if (bad != NULL)
        fata_test_fail("asking", bad);
    fata_check_int(made, ==, MANY);
    fata_check_int(calls, >=, 2 * MANY);
}

/* --- UDP --- */

FATA_TEST(datagrams_keep_their_bounds)
{
    struct fata_address own, from;
    struct fata_udp *a, *b;
    char text[16];
    uint16_t port;
    fata_check(own_address(&own));
    fata_check_int(fata_stack_udp(stack(), 0, &a), ==, 0);
    fata_check_int(fata_stack_udp(stack(), PORT, &b), ==, 0);
    fata_check_int(fata_udp_send(a, "one", 3, &own, PORT), ==, 0);
    fata_check_int(fata_udp_send(a, "seventeen letters", 17, &own, PORT), ==,
                   0);
    fata_check_int(
        fata_udp_receive(b, text, sizeof(text), &from, &port, soon()), ==, 3);
    fata_check(memcmp(text, "one", 3) == 0);
    fata_check(fata_address_equal(&from, &own));
    fata_check_int(port, ==, fata_udp_port(a));
    fata_check_int(fata_udp_receive(b, text, sizeof(text), NULL, NULL, soon()),
                   ==, 17);
    fata_check(memcmp(text, "seventeen letter", 16) == 0);
    fata_check_int(fata_udp_receive(b, text, sizeof(text), NULL, NULL, 0), ==,
                   FATA_ETIMEDOUT);
    fata_udp_close(a);
    fata_udp_close(b);
}

/* --- what is counted --- */

#define OPENED  "fata_tcp_opened_total{by=\"peer\"} "
#define STARTED "fata_tcp_opened_total{by=\"image\"} "
#define CLOSED  "fata_tcp_ended_total{how=\"closed\"} "
#define ABORTED "fata_tcp_ended_total{how=\"aborted\"} "
#define RESET   "fata_tcp_ended_total{how=\"reset\"} "
#define FAILED  "fata_tcp_connect_failed_total "
#define DROPPED "fata_udp_dropped_total "

FATA_TEST(connections_are_counted)
{
    struct fata_flow *a, *b;
    struct fata_address own;
    const void *data;
    long opened = value_of(OPENED), started = value_of(STARTED),
         closed = value_of(CLOSED), aborted = value_of(ABORTED),
         reset = value_of(RESET), failed = value_of(FAILED),
         alive = value_of("fata_tcp_connections ");

    fata_check(own_address(&own) && join(&a, &b));
    fata_check_int(value_of("fata_tcp_connections "), ==, alive + 2);
    fata_flow_close(a);
    fata_flow_close(b);
    fata_check_int(value_of("fata_tcp_connections "), ==, alive);
    fata_check_int(value_of(CLOSED), ==, closed + 2);

    fata_check(join(&a, &b));
    fata_flow_abort(a);
    fata_check_int(fata_flow_read(b, &data, soon()), ==, FATA_ECONNRESET);
    fata_flow_close(b);
    fata_check_int(value_of(OPENED), ==, opened + 2);
    fata_check_int(value_of(STARTED), ==, started + 2);
    fata_check_int(value_of(ABORTED), ==, aborted + 1);
    fata_check_int(value_of(RESET), ==, reset + 1);
    fata_check_int(value_of(CLOSED), ==, closed + 2);

    fata_check_int(fata_stack_connect(stack(), &own, PORT + 1, &a, soon()), ==,
                   FATA_ECONNREFUSED);
    fata_check_int(value_of(FAILED), ==, failed + 1);
    fata_check_int(value_of(STARTED), ==, started + 2);
}

/* How many are kept is the stack's affair. */
FATA_TEST(lost_datagrams_are_counted)
{
    enum { SENT = 1000 };
    struct fata_address own;
    struct fata_udp *a;
    char data[256] = "x";
    int kept = 0;
    long before = value_of(DROPPED);
    fata_check(own_address(&own));
    fata_check_int(fata_stack_udp(stack(), PORT, &a), ==, 0);
    for (int i = 0; i < SENT; i++)
        fata_check_int(fata_udp_send(a, data, sizeof(data), &own, PORT), ==, 0);
    fata_check_int(fata_sleep(FATA_MS(1)), ==, 0); /* they arrive */
    while (fata_udp_receive(a, data, sizeof(data), NULL, NULL, 0) > 0)
        kept++;
    /* A host tells of the loss with the next one. */
    fata_check_int(fata_udp_send(a, "y", 1, &own, PORT), ==, 0);
    fata_check_int(fata_udp_receive(a, data, sizeof(data), NULL, NULL, soon()),
                   ==, 1);
    fata_udp_close(a);
    fata_check_int(kept, <, SENT);
    long lost = value_of(DROPPED) - before;
    if (on_host() && lost == 0)
        fata_skip("this host does not tell what is lost (qemu-user)");
    fata_check_int(kept + lost, ==, SENT);
}
