/* SPDX-License-Identifier: ISC */
/* W8 on libuv. */
#include "../echo.h"

#include <uv.h>

static char buffer[ECHO_BUFFER];

static void lend(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle, (void)size;
    *buf = uv_buf_init(buffer, sizeof(buffer));
}

static void closed(uv_handle_t *handle)
{
    free(handle);
}

/* uv_try_write: no request is needed while the socket has room. */
static void received(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    if (n < 0) {
        uv_close((uv_handle_t *)stream, closed);
        return;
    }
    uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
    if (n > 0 && uv_try_write(stream, &out, 1) != n)
        echo_fail("uv_try_write");
}

static void connected(uv_stream_t *listener, int status)
{
    uv_tcp_t *tcp = malloc(sizeof(*tcp));
    if (status < 0 || tcp == NULL)
        echo_fail("connection");
    uv_tcp_init(listener->loop, tcp);
    uv_accept(listener, (uv_stream_t *)tcp);
    uv_tcp_nodelay(tcp, 1);
    uv_read_start((uv_stream_t *)tcp, lend, received);
}

int main(int argc, char **argv)
{
    static uv_tcp_t listener;
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_init(loop, &listener);
    if (uv_tcp_open(&listener, echo_listen(argc, argv)) < 0 ||
        uv_listen((uv_stream_t *)&listener, ECHO_CONNECTIONS, connected) < 0)
        echo_fail("uv_listen");
    return uv_run(loop, UV_RUN_DEFAULT);
}
