/* SPDX-License-Identifier: ISC */
/* Three services, as control.c has them. */
#include <fata/run.h>
#include <fata/stack.h>
#include "app.h"

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    for (;;) {
        int n = fata_flow_read(flow, &data, FATA_NEVER);
        if (n <= 0)
            return n;
        int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
        if (err < 0)
            return err;
        fata_flow_ack(flow, (size_t)n);
    }
}

static int discard(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    for (;;) {
        int n = fata_flow_read(flow, &data, FATA_NEVER);
        if (n <= 0)
            return n;
        fata_flow_ack(flow, (size_t)n);
    }
}

/* To whoever connects, without being asked. */
static int give(void *arg)
{
    static const char block[256 * 1024];
    static const struct fata_slice slice = {block, sizeof(block), true};
    struct fata_flow *flow = arg;
    int err;
    do
        err = fata_flow_write(flow, &slice, 1, FATA_NEVER);
    while (err == 0);
    fata_flow_abort(flow);
    return 0;
}

static int chargen(struct fata_stack *stack)
{
    struct fata_listener *listener;
    struct fata_scope scope;
    int err = fata_stack_listen(stack, 19, 16, &listener);
    if (err != 0)
        return err;
    fata_scope_open(&scope);
    while (err == 0) {
        struct fata_flow *flow;
        err = fata_listener_accept(listener, &flow, FATA_NEVER);
        if (err == 0 && fata_scope_spawn(&scope, give, flow) != 0)
            fata_flow_abort(flow);
    }
    fata_listener_close(listener);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}

static int serve_echo(void *arg)
{
    return fata_stack_serve(arg, 7, echo, NULL);
}

static int serve_discard(void *arg)
{
    return fata_stack_serve(arg, 9, discard, NULL);
}

int start(struct app *app)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, serve_echo, app->stack);
    if (err == 0)
        err = fata_scope_spawn(&scope, serve_discard, app->stack);
    if (err == 0)
        err = chargen(app->stack);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}
