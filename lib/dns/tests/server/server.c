/* SPDX-License-Identifier: ISC */
/* See server.h. */
#include "server.h"

#include <fata/run.h>

static struct {
    struct fata_scope scope;
    struct fata_udp *socket, *other;
    struct fata_listener *listener;
    server_says *says;
    unsigned asked;
} server;

static struct forge reply;

static bool read_query(struct asked *a, const uint8_t *data, size_t size)
{
    if (size > sizeof(a->query.bytes) || size < FATA_DNS_HEADER + 5)
        return false;
    memcpy(a->query.bytes, data, size);
    size_t edns = data[11] != 0 ? 11 : 0;
    a->query.length = (uint16_t)size;
    a->query.question = (uint16_t)(size - FATA_DNS_HEADER - edns);
    a->query.type = data[size - edns - 3];
    a->number = server.asked++;
    return true;
}

void server_send(const struct asked *a, const struct forge *f, bool elsewhere)
{
    if (fata_udp_send(elsewhere ? server.other : server.socket, f->bytes,
                      f->length, &a->from, a->port) != 0)
        abort();
}

static int serve_datagrams(void *arg)
{
    static uint8_t data[512];
    (void)arg;
    for (;;) {
        struct asked a = {.by_tcp = false};
        int n = fata_udp_receive(server.socket, data, sizeof(data), &a.from,
                                 &a.port, FATA_NEVER);
        if (n < 0)
            return n;
        if (read_query(&a, data, (size_t)n) && server.says(&a, &reply))
            server_send(&a, &reply, false);
    }
}

/* One connection: a query, which comes in one piece; the reply goes in two. */
static void serve_stream(struct fata_flow *flow)
{
    struct asked a = {.by_tcp = true};
    const void *data;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n < 2 || !read_query(&a, (const uint8_t *)data + 2, (size_t)n - 2))
        return;
    fata_flow_ack(flow, (size_t)n);
    if (!server.says(&a, &reply))
        return;
    uint8_t length[] = {(uint8_t)(reply.length >> 8), (uint8_t)reply.length};
    for (int i = 0; i < 2; i++) {
        if (fata_flow_send(flow, &length[i], 1, FATA_NEVER) != 0 ||
            fata_sleep(FATA_MS(2)) != 0)
            return;
    }
    int err = fata_flow_send(flow, reply.bytes, 20, FATA_NEVER);
    if (err == 0)
        err = fata_sleep(FATA_MS(2));
    if (err == 0)
        err = fata_flow_send(flow, reply.bytes + 20, reply.length - 20,
                             FATA_NEVER);
    (void)err; /* the test sees that nothing came */
}

static int serve_streams(void *arg)
{
    struct fata_flow *flow;
    (void)arg;
    for (;;) {
        int err = fata_listener_accept(server.listener, &flow, FATA_NEVER);
        if (err != 0)
            return err;
        serve_stream(flow);
        fata_flow_close(flow);
    }
}

int server_start(struct fata_stack *stack, server_says *says)
{
    server.says = says;
    server.asked = 0;
    fata_scope_open(&server.scope);
    int err = fata_stack_udp(stack, 53, &server.socket);
    if (err == 0)
        err = fata_stack_udp(stack, 0, &server.other);
    if (err == 0)
        err = fata_stack_listen(stack, 53, 4, &server.listener);
    if (err == 0)
        err = fata_scope_spawn(&server.scope, serve_datagrams, NULL);
    if (err == 0)
        err = fata_scope_spawn(&server.scope, serve_streams, NULL);
    return err;
}

void server_stop(void)
{
    fata_scope_cancel(&server.scope);
    if (fata_scope_close(&server.scope) != 0)
        abort();
    fata_listener_close(server.listener);
    fata_udp_close(server.other);
    fata_udp_close(server.socket);
}

unsigned server_asked(void)
{
    return server.asked;
}
