/* SPDX-License-Identifier: ISC */
/* A program that is no part of Fata: an HTTP server with a fiber for each
 * connection, in libuv's loop.  Prints its port; ends with its input. */
#include <fata/async.h>
#include <fata/http_engine.h>
#include <fata/uv.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_SIZE = 65536, STACKS = 16, ROOM = 8192 };

static const struct fata_http_limits limits = {
    .head = 4096,
    .fields = 32,
    .target = 1024,
    .body = 1 << 20,
    .idle = FATA_S(5),
    .begun = FATA_S(5),
    .body_time = FATA_S(5),
    .body_rate = 500,
};

static char memory[STACKS][STACK_SIZE] FATA_ALIGNED(16);
static struct fata_fiber descriptors[STACKS];
static struct fata_stacks stacks;
static struct fata_sched sched;
static struct fata_uv bridge;
static struct fata_root root;
static struct fata_scope *connections;
static struct fata_event input_ended;
static uv_tcp_t listener;
static uv_pipe_t input;
static int result = 1;

struct connection {
    uv_tcp_t tcp;
    char in[ROOM], out[ROOM];
    size_t in_size, out_size;
    bool ended;
    struct fata_event came, closed;
};

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct connection *c = handle->data;
    (void)size;
    *buffer = uv_buf_init(c->in + c->in_size, (unsigned)(ROOM - c->in_size));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct connection *c = stream->data;
    (void)buffer;
    if (n < 0)
        c->ended = true;
    else
        c->in_size += (size_t)n;
    fata_event_set(&c->came);
}

struct write {
    uv_write_t request;
    struct fata_event done;
};

static void on_written(uv_write_t *request, int status)
{
    struct write *w = FATA_CONTAINER(request, struct write, request);
    (void)status;
    fata_event_set(&w->done);
}

static void flush(struct connection *c)
{
    struct write w;
    uv_buf_t buffer = uv_buf_init(c->out, (unsigned)c->out_size);
    fata_event_init(&w.done);
    if (c->out_size > 0 && uv_write(&w.request, (uv_stream_t *)&c->tcp, &buffer,
                                    1, on_written) == 0)
        fata_event_join(&w.done);
    c->out_size = 0;
}

static void reply(struct fata_http *h, struct connection *c, const char *said)
{
    char text[1200];
    int size = snprintf(text, sizeof(text), "a fiber says: %s\n", said);
    struct fata_http_message m = {.status = 200, .length = (uint64_t)size};
    int n = fata_http_write_head(h, &m, c->out, sizeof(c->out) - sizeof(text));
    const char *after;
    char chunk[FATA_HTTP_CHUNK_ROOM];
    if (n < 0)
        return;
    c->out_size = (size_t)n;
    if (fata_http_has_to_send(h) &&
        fata_http_write_chunk(h, (size_t)size, chunk, &after) == 0) {
        memcpy(c->out + c->out_size, text, (size_t)size);
        c->out_size += (size_t)size;
    }
}

static void talk(struct connection *c)
{
    struct fata_http h;
    char said[1100] = "";
    fata_http_init(&h, FATA_HTTP_SERVER, &limits, fata_sched_now(&sched));
    for (;;) {
        struct fata_http_text piece;
        size_t used;
        enum fata_http_event event = fata_http_feed(
            &h, fata_sched_now(&sched), c->in, c->in_size, &used, &piece);
        if (event == FATA_HTTP_HEAD)
            snprintf(said, sizeof(said), "%.*s", (int)h.head.path.size,
                     h.head.path.data);
        c->in_size -= used;
        memmove(c->in, c->in + used, c->in_size);
        if (event == FATA_HTTP_FAILED)
            return;
        if (event == FATA_HTTP_END) {
            reply(&h, c, said);
            flush(c);
            if (!fata_http_next(&h, fata_sched_now(&sched)))
                return;
        }
        if (event == FATA_HTTP_MORE && used == 0) {
            if (c->ended || fata_event_wait(&c->came, h.deadline) < 0)
                return;
            fata_event_init(&c->came);
        }
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    fata_event_set(&c->closed);
}

static int serve(void *arg)
{
    struct connection *c = arg;
    talk(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
    fata_event_join(&c->closed);
    free(c);
    return 0;
}

static void on_connection(uv_stream_t *server, int status)
{
    struct connection *c = calloc(1, sizeof(*c));
    if (status != 0 || c == NULL)
        abort();
    fata_event_init(&c->came);
    fata_event_init(&c->closed);
    uv_tcp_init(server->loop, &c->tcp);
    c->tcp.data = c;
    if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, give_room, on_read) != 0 ||
        fata_scope_spawn(connections, serve, c) != 0)
        abort();
}

static void give_nothing(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char byte[1];
    (void)handle;
    (void)size;
    *buffer = uv_buf_init(byte, 1);
}

static void on_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    (void)buffer;
    if (n >= 0)
        return;
    uv_read_stop(stream);
    fata_event_set(&input_ended);
}

static int program(void *arg)
{
    uv_loop_t *loop = arg;
    struct fata_scope scope;
    struct sockaddr_in at;
    int size = sizeof(at);

    fata_event_init(&input_ended);
    fata_scope_open(&scope);
    connections = &scope;
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop, &listener);
    uv_pipe_init(loop, &input, 0);
    if (uv_tcp_bind(&listener, (struct sockaddr *)&at, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, 16, on_connection) != 0 ||
        uv_tcp_getsockname(&listener, (struct sockaddr *)&at, &size) != 0 ||
        uv_pipe_open(&input, 0) != 0 ||
        uv_read_start((uv_stream_t *)&input, give_nothing, on_input) != 0)
        abort();
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    int err = fata_event_wait(&input_ended, FATA_NEVER);
    uv_close((uv_handle_t *)&listener, NULL);
    uv_close((uv_handle_t *)&input, NULL);
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    return err != 0 ? err : first;
}

static void done(struct fata_root *r, int error)
{
    (void)r;
    result = error;
    fata_uv_detach(&bridge);
}

int main(void)
{
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0)
        return 1;
    fata_stacks_init(&stacks, memory, STACK_SIZE, STACKS, descriptors, false);
    fata_sched_init(&sched, &stacks);
    if (fata_uv_attach(&bridge, &loop, &sched) != 0 ||
        fata_root_start(&root, &sched, FATA_SPAWN("root"), program, &loop,
                        done) != 0)
        return 1;
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 && result == 0 ? 0 : 1;
}
