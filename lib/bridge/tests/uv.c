/* SPDX-License-Identifier: ISC */
/* One loop, libuv's: a TCP echo server of fibers, clients of callbacks, timers
 * of both, and a thread that posts.  A program of its own, built by uv.sh. */
#include <fata/async.h>
#include <fata/panic.h>
#include <fata/uv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 3, MESSAGES = 5, STACK_SIZE = 65536, STACKS = 8 };

/* What a program that brings its own platform gives to async. */
FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "panic at %s: %s\n", where, what);
    abort();
}

static void check(bool holds, const char *what)
{
    static unsigned number;
    number++;
    if (holds)
        return;
    printf("FAIL check %u: %s\n0 passed, 1 failed, 0 skipped\n", number, what);
    exit(1);
}
#define CHECK(condition) check(condition, #condition)

static char memory[STACKS][STACK_SIZE] FATA_ALIGNED(16);
static struct fata_fiber descriptors[STACKS];
static struct fata_stacks stacks;
static struct fata_sched sched;
static struct fata_uv bridge;
static struct fata_root root;
static int error = 1;

/* The server: callbacks put what comes into a channel, a fiber for each
 * connection takes it out. */

struct message {
    char text[32];
    size_t size; /* 0: the end */
};

struct connection {
    uv_tcp_t tcp;
    char buffer[32];
    struct message items[4];
    struct fata_channel channel;
    struct fata_event closed;
};

static uv_tcp_t listener;
static struct fata_scope *connections;
static struct fata_event finished;
static unsigned served;

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct connection *c = handle->data;
    (void)size;
    *buffer = uv_buf_init(c->buffer, sizeof(c->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct connection *c = stream->data;
    struct message m = {.size = n > 0 ? (size_t)n : 0};
    if (n == 0)
        return;
    if (n > 0)
        memcpy(m.text, buffer->base, m.size);
    else
        uv_read_stop(stream);
    /* The client waits for each answer, so there is room. */
    CHECK(fata_channel_try_send(&c->channel, &m) == 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    fata_event_set(&c->closed);
}

struct write {
    uv_write_t request;
    struct fata_event done;
    int status;
};

static void on_written(uv_write_t *request, int status)
{
    struct write *w = FATA_CONTAINER(request, struct write, request);
    w->status = status;
    fata_event_set(&w->done);
}

/* A call of libuv that suspends: start it, wait for its callback. */
static int write_all(uv_stream_t *stream, char *data, size_t size)
{
    struct write w = {.status = 0};
    uv_buf_t buffer = uv_buf_init(data, (unsigned)size);
    fata_event_init(&w.done);
    int err = uv_write(&w.request, stream, &buffer, 1, on_written);
    if (err == 0)
        fata_event_join(&w.done); /* libuv has the memory until then */
    return err != 0 ? err : w.status;
}

static int serve(void *arg)
{
    struct connection *c = arg;
    struct message m;
    int err;

    while ((err = fata_channel_recv(&c->channel, &m, FATA_NEVER)) == 0 &&
           m.size > 0) {
        err = fata_sleep_until(
            fata_time_add(fata_sched_now(&sched), FATA_US(1500)));
        if (err == 0)
            err = write_all((uv_stream_t *)&c->tcp, m.text, m.size);
        if (err < 0)
            break;
    }
    uv_close((uv_handle_t *)&c->tcp, on_closed);
    fata_event_join(&c->closed);
    free(c);
    if (++served == CLIENTS)
        fata_event_set(&finished);
    return err;
}

static void on_connection(uv_stream_t *server, int status)
{
    struct connection *c = calloc(1, sizeof(*c));
    CHECK(status == 0 && c != NULL);
    fata_channel_init(&c->channel, c->items, sizeof(c->items[0]),
                      FATA_COUNT(c->items));
    fata_event_init(&c->closed);
    uv_tcp_init(server->loop, &c->tcp);
    c->tcp.data = c;
    CHECK(uv_accept(server, (uv_stream_t *)&c->tcp) == 0);
    CHECK(uv_read_start((uv_stream_t *)&c->tcp, give_buffer, on_read) == 0);
    CHECK(fata_scope_spawn(connections, serve, c) == 0);
}

/* Clients, in callbacks only. */

static struct client {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    char buffer[32], message[32];
    unsigned answered;
} clients[CLIENTS];

static void say(struct client *c)
{
    snprintf(c->message, sizeof(c->message), "client %u message %u",
             (unsigned)(c - clients), c->answered);
    uv_buf_t buffer = uv_buf_init(c->message, (unsigned)strlen(c->message));
    CHECK(uv_write(&c->write, (uv_stream_t *)&c->tcp, &buffer, 1, NULL) == 0);
}

static void client_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct client *c = handle->data;
    (void)size;
    *buffer = uv_buf_init(c->buffer, sizeof(c->buffer));
}

static void on_answer(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct client *c = stream->data;
    if (n == 0)
        return;
    CHECK(n == (ssize_t)strlen(c->message));
    CHECK(memcmp(buffer->base, c->message, (size_t)n) == 0);
    if (++c->answered < MESSAGES)
        say(c);
    else
        uv_close((uv_handle_t *)stream, NULL);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct client *c = connect->data;
    CHECK(status == 0);
    uv_read_start((uv_stream_t *)&c->tcp, client_buffer, on_answer);
    say(c);
}

static void connect_clients(uv_loop_t *loop)
{
    struct sockaddr_in address;
    int size = sizeof(address);
    CHECK(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size) ==
          0);
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
        uv_tcp_init(loop, &c->tcp);
        c->tcp.data = c->connect.data = c;
        CHECK(uv_tcp_connect(&c->connect, &c->tcp, (struct sockaddr *)&address,
                             on_connected) == 0);
    }
}

/* Beside them: a timer of libuv, a fiber that ticks, and a thread. */

static uv_timer_t timer;
static unsigned fired, ticked;
static bool posted;

static void on_timer(uv_timer_t *t)
{
    (void)t;
    fired++;
}

static int ticks(void *arg)
{
    (void)arg;
    for (;;) {
        int err =
            fata_sleep_until(fata_time_add(fata_sched_now(&sched), FATA_MS(1)));
        if (err < 0)
            return err;
        ticked++;
    }
}

static void on_post(struct fata_job *job)
{
    (void)job;
    posted = true;
    fata_event_set(&finished);
}

static void post(void *arg)
{
    fata_sched_post(&sched, arg);
}

static int program(void *arg)
{
    struct sockaddr_in address;
    struct fata_scope scope;
    struct fata_job job;
    uv_loop_t *loop = arg;
    uv_thread_t thread;

    fata_event_init(&finished);
    fata_scope_open(&scope);
    connections = &scope;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &listener);
    CHECK(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) == 0);
    CHECK(uv_listen((uv_stream_t *)&listener, CLIENTS, on_connection) == 0);
    connect_clients(loop);
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_timer, 1, 1);
    CHECK(fata_scope_spawn_with(&scope, FATA_SPAWN("ticks", .daemon = true),
                                ticks, NULL) == 0);
    CHECK(fata_event_wait(&finished, FATA_NEVER) == 0);
    uv_close((uv_handle_t *)&listener, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    CHECK(fata_scope_close(&scope) == 0);

    /* Nothing of libuv is left.  What goes on: more jobs than a turn runs, a
     * timer, a post. */
    for (unsigned i = 0; i < 3 * FATA_TURN_JOBS; i++)
        CHECK(fata_yield() == 0);
    fata_time_t until = fata_time_add(fata_sched_now(&sched), FATA_US(2500));
    CHECK(fata_sleep_until(until) == 0 && uv_hrtime() >= until);
    fata_event_init(&finished);
    fata_job_init(&job, on_post);
    CHECK(uv_thread_create(&thread, post, &job) == 0);
    CHECK(fata_event_wait(&finished, FATA_NEVER) == 0);
    uv_thread_join(&thread);
    return 0;
}

static void done(struct fata_root *r, int result)
{
    (void)r;
    error = result;
    fata_uv_detach(&bridge);
    fata_uv_detach(&bridge);
}

int main(void)
{
    uv_loop_t loop;

    CHECK(uv_loop_init(&loop) == 0);
    fata_stacks_init(&stacks, memory, STACK_SIZE, STACKS, descriptors, false);
    fata_sched_init(&sched, &stacks);
    CHECK(fata_uv_attach(&bridge, &loop, &sched) == 0);
    CHECK(fata_root_start(&root, &sched, FATA_SPAWN("root"), program, &loop,
                          done) == 0);
    CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
    CHECK(uv_loop_close(&loop) == 0); /* no handle is left */
    CHECK(error == 0 && served == CLIENTS && posted);
    CHECK(fired > 0 && ticked > 0);
    for (unsigned i = 0; i < CLIENTS; i++)
        CHECK(clients[i].answered == MESSAGES);
    struct fata_counters c = fata_sched_counters(&sched);
    CHECK(c.fibers == 0 && c.jobs == 0 && c.timers == 0 && stacks.in_use == 0);
    puts("1 passed, 0 failed, 0 skipped");
    return 0;
}
