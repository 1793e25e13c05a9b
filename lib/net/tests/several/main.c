/* SPDX-License-Identifier: ISC */
/* Each connection to `front` is passed on by `near`, over a wire, to `far`,
 * which sends back what it gets.  lwIP runs for another stack with almost every
 * packet. */
#include <fata/run.h>
#include <fata/stack.h>
#include "app.h"

enum { PORT = 7 };

static const struct fata_address there = {.family = 4, .bytes = {10, 1, 0, 3}};

/* To the end, which is passed on, too. */
static int pass(struct fata_flow *from, struct fata_flow *to)
{
    const void *data;
    int n;
    while ((n = fata_flow_read(from, &data, FATA_NEVER)) > 0) {
        int err = fata_flow_send(to, data, (size_t)n, FATA_NEVER);
        if (err != 0)
            return err;
        fata_flow_ack(from, (size_t)n);
    }
    return n < 0 ? n : fata_flow_shutdown(to);
}

static int echo(struct fata_flow *flow, void *arg)
{
    (void)arg;
    return pass(flow, flow);
}

struct pair {
    struct fata_flow *front, *near;
};

static int pass_back(void *arg)
{
    struct pair *p = arg;
    return pass(p->near, p->front);
}

static int relay(struct fata_flow *flow, void *arg)
{
    struct app *app = arg;
    struct pair p = {.front = flow};
    struct fata_scope scope;
    int err = fata_stack_connect(app->near, &there, PORT, &p.near, FATA_NEVER);

    if (err != 0)
        return err;
    fata_scope_open(&scope);
    err = fata_scope_spawn(&scope, pass_back, &p);
    if (err == 0)
        err = pass(p.front, p.near);
    if (err != 0)
        fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    fata_flow_close(p.near);
    return err != 0 ? err : first;
}

static int serve_far(void *arg)
{
    struct app *app = arg;
    return fata_stack_serve(app->far, PORT, echo, NULL);
}

int start(struct app *app)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    int err = fata_scope_spawn(&scope, serve_far, app);
    if (err == 0)
        err =
            fata_stack_serve(app->front, (uint16_t)app->keys.port, relay, app);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}
