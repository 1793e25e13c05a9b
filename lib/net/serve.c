/* SPDX-License-Identifier: ISC */
/* A server: a fiber for each connection that has something to do.  Connections
 * that wait for their peer, or for a stack, are a few words in a list. */
#include "internal.h"

#include <fata/run.h>
#include <stdlib.h>

enum { BACKLOG = 128 };

struct server {
    struct fata_scope scope; /* of the connections' fibers */
    fata_stack_handler *fn;
    void *arg;
    uint16_t port;
    struct fata_list waiting; /* for a stack */
    struct fata_job start;    /* posted when one may be free */
    struct fata_list all;
};

struct connection {
    struct server *server;
    struct fata_flow *flow;
    struct fata_job job; /* posted when there is something to read */
    struct fata_list link, waits;
};

static void drop(struct connection *c, bool abort)
{
    if (abort)
        fata_flow_abort(c->flow);
    else
        fata_flow_close(c->flow);
    fata_list_remove(&c->link);
    fata_list_remove(&c->waits);
    free(c);
}

/* What the peer does, or its network, is no news. */
static void tell(const struct connection *c, int err)
{
    char peer[FATA_ENDPOINT_TEXT];
    struct fata_address address;
    uint16_t port;

    if (err == FATA_ECONNRESET || err == FATA_EPIPE || err == FATA_ETIMEDOUT ||
        err == FATA_ECANCELED)
        return;
    fata_stack_peer(c->flow, &address, &port);
    fata_log_warning(&fata__log_tcp,
                     "ended by an error peer=%s port=%u error=%s",
                     fata_endpoint_print(&address, port, peer), c->server->port,
                     FATA_LOG_QUOTE(fata_strerror(err)));
}

static int talk(void *arg)
{
    struct connection *c = arg;
    struct server *server = c->server;
    int result = server->fn(c->flow, server->arg);

    if (result == FATA_FLOW_IDLE) {
        fata_flow_notify(c->flow, server->scope.sched, &c->job);
    } else {
        if (result < 0)
            tell(c, result);
        drop(c, result < 0);
    }
    /* The job runs when this fiber's stack is free. */
    if (!fata_list_empty(&server->waiting) && !fata_job_posted(&server->start))
        fata_job_post(server->scope.sched, &server->start);
    return 0;
}

/* Spawns the fiber of each that waits, first come first served, as long as
 * there are stacks. */
static void start(struct fata_job *job)
{
    struct server *server = FATA_CONTAINER(job, struct server, start);
    while (!fata_list_empty(&server->waiting)) {
        struct connection *c =
            FATA_CONTAINER(server->waiting.next, struct connection, waits);
        int err = fata_scope_spawn_with(&server->scope,
                                        FATA_SPAWN("connection"), talk, c);
        if (err == FATA_ENOMEM && server->scope.awaited > 0)
            return; /* until one ends */
        fata_list_remove(&c->waits);
        if (err != 0)
            drop(c, true);
    }
}

static void on_readable(struct fata_job *job)
{
    struct connection *c = FATA_CONTAINER(job, struct connection, job);
    fata_list_push_back(&c->server->waiting, &c->waits);
    start(&c->server->start);
}

static int accept_all(struct server *server, struct fata_listener *listener)
{
    for (;;) {
        struct fata_flow *flow;
        int err = fata_listener_accept(listener, &flow, FATA_NEVER);
        if (err != 0)
            return err;
        struct connection *c = malloc(sizeof(*c));
        if (c == NULL) {
            fata_flow_abort(flow);
            continue;
        }
        c->server = server;
        c->flow = flow;
        fata_job_init(&c->job, on_readable);
        fata_list_init(&c->waits);
        fata_list_push_back(&server->all, &c->link);
        fata_flow_notify(flow, server->scope.sched, &c->job);
    }
}

int fata_stack_serve(struct fata_stack *stack, uint16_t port,
                     fata_stack_handler *fn, void *arg)
{
    struct server server = {.fn = fn, .arg = arg, .port = port};
    struct fata_listener *listener;
    int err = fata_stack_listen(stack, port, BACKLOG, &listener);

    if (err != 0)
        return err;
    fata_list_init(&server.waiting);
    fata_job_init(&server.start, start);
    fata_list_init(&server.all);
    fata_scope_open(&server.scope);
    err = accept_all(&server, listener);
    fata_scope_cancel(&server.scope);
    int first = fata_scope_close(&server.scope);
    fata_assert(first == 0 || first == FATA_ECANCELED); /* see talk */
    /* Jobs of connections that have been posted run now, and find the scope
     * cancelled; no others follow. */
    FATA_LIST_FOREACH (node, &server.all)
        fata_flow_notify(FATA_CONTAINER(node, struct connection, link)->flow,
                         NULL, NULL);
    int yielded = fata_yield();
    fata_assert(yielded == FATA_ECANCELED); /* it is why we are here */
    while (!fata_list_empty(&server.all))
        drop(FATA_CONTAINER(server.all.next, struct connection, link), true);
    fata_listener_close(listener);
    return err;
}
