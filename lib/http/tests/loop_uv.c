/* SPDX-License-Identifier: ISC */
/* The engine in libuv's loop.  Prints its port; ends with its input. */
#include "loop.h"

#include <arpa/inet.h>
#include <uv.h>

struct connection {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_write_t write;
    struct peer peer;
    char sends[sizeof(((struct peer *)0)->out)];
    bool writing, closing;
    int handles;
};

static uv_loop_t loop;
static uv_tcp_t listener;
static uv_pipe_t input;

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    if (--c->handles == 0)
        free(c);
}

static void drop(struct connection *c)
{
    if (c->closing)
        return;
    c->closing = true;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}

static void on_late(uv_timer_t *timer);
static void on_written(uv_write_t *write, int status);

/* Sends what there is, and sets the timer. */
static void go_on(struct connection *c)
{
    struct peer *p = &c->peer;
    if (c->closing || c->writing)
        return;
    peer_go_on(p, uv_hrtime());
    if (p->out_size > 0) {
        uv_buf_t buffer = uv_buf_init(c->sends, (unsigned)p->out_size);
        memcpy(c->sends, p->out, p->out_size);
        p->out_size = 0;
        c->writing = true;
        if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buffer, 1,
                     on_written) != 0)
            drop(c);
    } else if (p->ends) {
        drop(c);
    } else if (p->h.deadline != FATA_NEVER) {
        fata_time_t now = uv_hrtime(), at = p->h.deadline;
        uv_timer_start(&c->timer, on_late,
                       at > now ? (at - now) / FATA_MS(1) + 1 : 0, 0);
    }
}

static void on_late(uv_timer_t *timer)
{
    struct connection *c = timer->data;
    peer_late(&c->peer, uv_hrtime());
    go_on(c);
}

static void on_written(uv_write_t *write, int status)
{
    struct connection *c = write->data;
    c->writing = false;
    if (status != 0)
        drop(c);
    go_on(c);
}

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct connection *c = handle->data;
    (void)size;
    *buffer = uv_buf_init(c->peer.in + c->peer.in_size,
                          (unsigned)(sizeof(c->peer.in) - c->peer.in_size));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct connection *c = stream->data;
    (void)buffer;
    if (n < 0) {
        drop(c);
        return;
    }
    c->peer.in_size += (size_t)n;
    go_on(c);
}

static void on_connection(uv_stream_t *server, int status)
{
    struct connection *c = calloc(1, sizeof(*c));
    if (status != 0 || c == NULL)
        abort();
    uv_tcp_init(&loop, &c->tcp);
    uv_timer_init(&loop, &c->timer);
    c->handles = 2;
    c->tcp.data = c->timer.data = c->write.data = c;
    peer_open(&c->peer, uv_hrtime());
    if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, give_buffer, on_read) != 0)
        drop(c);
    go_on(c);
}

static void give_nothing(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char byte[1];
    (void)handle;
    (void)size;
    *buffer = uv_buf_init(byte, 1);
}

static void close_one(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (handle == (uv_handle_t *)&listener || handle == (uv_handle_t *)&input)
        uv_close(handle, NULL);
    else
        drop(handle->data);
}

static void on_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    (void)stream;
    (void)buffer;
    if (n < 0)
        uv_walk(&loop, close_one, NULL);
}

int main(void)
{
    struct sockaddr_in at;
    int size = sizeof(at);

    uv_loop_init(&loop);
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(&loop, &listener);
    if (uv_tcp_bind(&listener, (struct sockaddr *)&at, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, 16, on_connection) != 0 ||
        uv_tcp_getsockname(&listener, (struct sockaddr *)&at, &size) != 0)
        return 1;
    uv_pipe_init(&loop, &input, 0);
    if (uv_pipe_open(&input, 0) != 0 ||
        uv_read_start((uv_stream_t *)&input, give_nothing, on_input) != 0)
        return 1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}
