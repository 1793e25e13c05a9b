/* SPDX-License-Identifier: ISC */
/* A server: what its connections wait for, and how it ends.
 *
 * A connection waits for a head in jobs, without a fiber: that is where slow
 * clients are.  When the head is there it gets a fiber, as soon as there is a
 * stack, which goes on as long as requests are there already.  A connection
 * that is to end while its client still sends is shut down and read away for a
 * while, as a close with unread bytes would be a reset, and the client would
 * not see the reply. */
#include "internal.h"

#include <fata/panic.h>
#include <stdlib.h>

#define LINGER_TIME FATA_S(2)

enum {
    BACKLOG = 128,
    PIPELINED = 16,           /* requests before others have their turn */
    LINGER_BYTES = 256 * 1024 /* that are read away */
};

struct server {
    struct fata_scope scope; /* of the connections' fibers */
    fata_http_handler *fn;
    void *arg;
    struct fata_listener *listener;
    struct fata_list waiting; /* for a stack */
    struct fata_job start;    /* posted when one may be free */
    struct fata_list all;
    size_t count;
    bool stops;             /* no more requests than those under way */
    struct fata_event gone; /* set when it stops and no connection is left */
};

struct connection {
    struct fata_http_connection http;
    struct server *server;
    struct fata_job job;     /* posted when there is something to read */
    struct fata_timer timer; /* not later than its deadline */
    struct fata_list link, waits;
    enum { READS, HAS_HEAD, RUNS, DRAINS, LINGERS } state;
    size_t lingered;
    fata_time_t linger_until;
};

static struct fata_sched *sched(void)
{
    return fata_run_sched();
}

static fata_time_t now(void)
{
    return fata_sched_now(fata_run_sched());
}

static void drop(struct connection *c, bool abort)
{
    struct server *server = c->server;

    if (abort)
        fata_flow_abort(c->http.flow);
    else
        fata_flow_close(c->http.flow);
    fata_timer_cancel(sched(), &c->timer);
    fata_list_remove(&c->link);
    fata_list_remove(&c->waits);
    fata__http_close(&c->http);
    free(c);
    fata_metric_add(&fata__http_connections, -1);
    if (--server->count == 0 && server->stops)
        fata_event_set(&server->gone);
}

static fata_time_t deadline_of(const struct connection *c)
{
    return c->state == LINGERS ? c->linger_until : c->http.engine.deadline;
}

/* A timer that is early looks again, so that a request costs none. */
static void watch(struct connection *c)
{
    fata_time_t at = deadline_of(c);
    if (!fata_timer_started(&c->timer) || c->timer.deadline > at)
        fata_timer_start(sched(), &c->timer, at);
}

static void wait(struct connection *c)
{
    watch(c);
    fata_flow_notify(c->http.flow, sched(), &c->job);
}

/* All that the client has sent is read. */
static bool is_quiet(struct connection *c)
{
    const void *data;
    return c->http.engine.reading == FATA__HTTP_READ &&
           c->http.at == c->http.filled &&
           fata_flow_peek(c->http.flow, &data) == FATA_EAGAIN;
}

/* Nothing more is sent; what the client still says is not listened to. */
static void part(struct connection *c)
{
    if (is_quiet(c) || fata_flow_shutdown(c->http.flow) != 0) {
        drop(c, false);
        return;
    }
    c->state = LINGERS;
    c->lingered = 0;
    c->linger_until = fata_time_add(now(), LINGER_TIME);
    wait(c);
}

static void linger(struct connection *c)
{
    const void *data;
    int n;
    while ((n = fata_flow_peek(c->http.flow, &data)) > 0) {
        fata_flow_ack(c->http.flow, (size_t)n);
        c->lingered += (size_t)n;
        if (c->lingered > LINGER_BYTES) {
            drop(c, true);
            return;
        }
    }
    if (n == FATA_EAGAIN)
        wait(c);
    else
        drop(c, n < 0);
}

/* Reads away a body that the handler did not want.  Returns as reading does. */
static int drain(struct connection *c)
{
    struct fata_http_text body;
    int err;
    do
        err = fata__http_read_body(&c->http, now(), &body);
    while (err == 0 && body.size > 0);
    return err;
}

/* Goes on as far as that is possible without a fiber.  True: there is a head.
 * Else it waits, or is gone. */
static bool advance(struct connection *c)
{
    int err = 0;

    if (c->state == DRAINS && !c->http.engine.keep_alive) {
        part(c); /* whatever else it says */
        return false;
    }
    if (c->state == DRAINS) {
        err = drain(c);
        if (err == 0) {
            fata__http_release(&c->http);
            if (c->server->stops || !fata_http_next(&c->http.engine, now())) {
                part(c);
                return false;
            }
            c->state = READS;
        }
    }
    if (err == 0)
        err = fata__http_read_head(&c->http, now());
    switch (err) {
    case 0:
        c->state = HAS_HEAD;
        return true;
    case FATA_EAGAIN:
        wait(c);
        return false;
    case FATA_EPROTO:
        fata__http_refuse(&c->http);
        fata__http_release(&c->http);
        part(c);
        return false;
    default:
        drop(c, err != FATA_EPIPE);
        return false;
    }
}

static void start(struct fata_job *job);

static int run(void *arg)
{
    struct connection *c = arg;
    struct server *server = c->server;
    unsigned requests = 0;

    do {
        c->state = RUNS;
        int err = fata__http_handle(&c->http, server->fn, server->arg);
        if (err < 0) {
            if (err == FATA_EPIPE)
                part(c);
            else
                drop(c, true);
            break;
        }
        c->state = DRAINS;
        if (++requests % PIPELINED == 0 && fata_yield() != 0) {
            drop(c, true);
            break;
        }
    } while (advance(c));
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
        int err = fata_scope_spawn_with(&server->scope, FATA_SPAWN("request"),
                                        run, c);
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
    if (c->state == LINGERS) {
        linger(c);
        return;
    }
    if (!advance(c))
        return;
    fata_list_push_back(&c->server->waiting, &c->waits);
    start(&c->server->start);
}

static void on_timer(struct fata_timer *timer)
{
    struct connection *c = FATA_CONTAINER(timer, struct connection, timer);

    if (c->state == RUNS || c->state == HAS_HEAD)
        return; /* it is watched again when it waits */
    if (now() < deadline_of(c)) {
        watch(c);
        return;
    }
    fata_flow_notify(c->http.flow, NULL, NULL);
    if (fata_job_posted(&c->job))
        return; /* it has come in time */
    if (c->state == LINGERS || !fata_http_late(&c->http.engine, now()) ||
        c->http.engine.status == 0) {
        drop(c, c->state == LINGERS);
        return;
    }
    fata__http_refuse(&c->http);
    part(c);
}

static void accept_one(struct server *server, struct fata_flow *flow)
{
    struct connection *c = malloc(sizeof(*c));
    if (c == NULL) {
        fata_flow_abort(flow);
        return;
    }
    c->server = server;
    c->state = READS;
    fata__http_open(&c->http, flow, FATA_HTTP_SERVER, &fata__http_config);
    c->http.has_peer = true;
    fata_job_init(&c->job, on_readable);
    fata_timer_init(&c->timer, on_timer);
    fata_list_init(&c->waits);
    fata_list_push_back(&server->all, &c->link);
    server->count++;
    fata_metric_add(&fata__http_connections, 1);
    wait(c);
}

/* --- the end --- */

/* Connections without a request end; the others at its end. */
static void stop(struct server *server)
{
    server->stops = true;
    FATA_LIST_FOREACH_SAFE (node, &server->all) {
        struct connection *c = FATA_CONTAINER(node, struct connection, link);
        if (c->state == READS && c->http.engine.parsed == 0 &&
            !fata_job_posted(&c->job)) {
            drop(c, false);
        } else {
            c->http.engine.keep_alive = false;
        }
    }
    if (server->count == 0)
        fata_event_set(&server->gone);
}

static int await_shutdown(void *arg)
{
    struct server *server = arg;
    int err = fata_shutdown_wait(FATA_NEVER);
    if (err < 0)
        return err;
    stop(server);
    fata_listener_close(server->listener); /* the accept ends */
    server->listener = NULL;
    return 0;
}

static int accept_all(struct server *server)
{
    for (;;) {
        struct fata_flow *flow;
        int err = fata_listener_accept(server->listener, &flow, FATA_NEVER);
        if (err != 0)
            return err;
        accept_one(server, flow);
    }
}

int fata_http_serve(struct fata_stack *stack, uint16_t port,
                    fata_http_handler *fn, void *arg)
{
    struct server server = {.fn = fn, .arg = arg};
    int err = fata_stack_listen(stack, port, BACKLOG, &server.listener);

    if (err != 0)
        return err;
    fata_list_init(&server.waiting);
    fata_job_init(&server.start, start);
    fata_list_init(&server.all);
    fata_event_init(&server.gone);
    fata_scope_open(&server.scope);
    err = fata_scope_spawn_with(&server.scope,
                                FATA_SPAWN("shutdown", .daemon = true),
                                await_shutdown, &server);
    if (err == 0)
        err = accept_all(&server);
    if (err == FATA_EPIPE) { /* asked to stop */
        fata_time_t until = fata_time_add(now(), fata__http_grace);
        err = fata_event_wait(&server.gone, until);
        if (err == FATA_ETIMEDOUT)
            fata_log_warning(&fata__log_http, "cut off connections=%zu",
                             server.count);
        err = FATA_ECANCELED;
    }
    fata_scope_cancel(&server.scope);
    int first = fata_scope_close(&server.scope);
    fata_assert(first == 0 || first == FATA_ECANCELED); /* see run */
    /* Jobs of connections that have been posted run now, and find the scope
     * cancelled; no others follow. */
    FATA_LIST_FOREACH (node, &server.all) {
        struct connection *c = FATA_CONTAINER(node, struct connection, link);
        fata_flow_notify(c->http.flow, NULL, NULL);
        fata_timer_cancel(sched(), &c->timer);
    }
    int yielded = fata_yield();
    (void)yielded; /* cancelled or not */
    while (!fata_list_empty(&server.all))
        drop(FATA_CONTAINER(server.all.next, struct connection, link), true);
    if (server.listener != NULL)
        fata_listener_close(server.listener);
    return err;
}

/* --- one flow --- */

int fata_http_serve_flow(struct fata_flow *flow, fata_http_handler *fn,
                         void *arg)
{
    struct fata_http_connection c;
    struct fata_http_text body;
    const void *data;
    int err;

    fata__http_open(&c, flow, FATA_HTTP_SERVER, &fata__http_config);
    for (;;) {
        err = fata__http_read_head(&c, now());
        if (err == FATA_EAGAIN) {
            err = fata_flow_read(flow, &data, c.engine.deadline);
            if (err == FATA_ETIMEDOUT && fata_http_late(&c.engine, now()))
                err = FATA_EPROTO;
            else if (err >= 0)
                continue;
        }
        if (err == 0)
            err = fata__http_handle(&c, fn, arg);
        else if (err == FATA_EPROTO)
            fata__http_refuse(&c);
        while (err == 0 && c.engine.keep_alive) {
            err = fata__http_wait_body(&c, &body);
            if (body.size == 0)
                break;
        }
        fata__http_release(&c);
        if (err != 0 || !fata_http_next(&c.engine, now()))
            break;
    }
    fata__http_close(&c);
    return err == FATA_EPIPE || err == FATA_EPROTO ? 0 : err;
}
