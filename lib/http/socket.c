/* SPDX-License-Identifier: ISC */
/* WebSockets on a request's connection. */
#include "internal.h"

#include <fata/http_socket.h>
#include <string.h>

static int refuse(struct fata_http_request *req, unsigned status)
{
    static const struct fata_http_header headers[] = {
        {"Upgrade", "websocket"},
        {"Sec-WebSocket-Version", "13"}};
    const char *text = fata_http_reason(status);
    struct fata_http_reply reply = {
        .status = status,
        .type = "text/plain",
        .headers = headers,
        .header_count = status == 426 ? FATA_COUNT(headers) : 0,
        .body = text,
        .size = strlen(text),
    };
    int err = fata_http_reply(req, &reply);
    return err != 0 ? err : FATA_EPROTO;
}

int fata_http_socket_open(struct fata_http_request *req,
                          struct fata_http_socket *socket)
{
    char accept[FATA_WEBSOCKET_KEY + 1];
    struct fata_http_header header = {"Sec-WebSocket-Accept", accept};
    struct fata_http_text key = fata_http_get(req, "Sec-WebSocket-Key");

    if (!fata_http_equal(req->method, "GET") || !req->engine->head.upgrades ||
        !fata_http_lists(req, "Upgrade", "websocket") ||
        !fata_http_equal(fata_http_get(req, "Sec-WebSocket-Version"), "13"))
        return refuse(req, 426);
    if (key.data == NULL ||
        !fata_websocket_accept_key(key.data, key.size, accept))
        return refuse(req, 400);
    socket->req = req;
    socket->data = NULL;
    socket->left = 0;
    socket->closed = false;
    fata_websocket_init(&socket->ws, true, fata__http_config.body);
    return fata_http_upgrade(req, "websocket", &header, 1);
}

static int send_frame(struct fata_http_socket *socket,
                      enum fata_websocket_opcode opcode, const void *data,
                      size_t size)
{
    uint8_t header[FATA_WEBSOCKET_HEADER];
    size_t n = fata_websocket_header(opcode, true, size, NULL, header);
    struct fata_slice slices[2] = {{.data = header, .length = n},
                                   {.data = data, .length = size}};
    return fata__http_write(socket->req->connection, slices, 2);
}

int fata_http_socket_close(struct fata_http_socket *socket, unsigned status)
{
    uint8_t code[2] = {(uint8_t)(status >> 8), (uint8_t)status};
    if (socket->closed)
        return 0;
    socket->closed = true;
    return send_frame(socket, FATA_WEBSOCKET_OP_CLOSE, code,
                      status == FATA_WEBSOCKET_NONE ? 0 : 2);
}

int fata_http_socket_write(struct fata_http_socket *socket, bool text,
                           const void *data, size_t size)
{
    if (socket->closed)
        return FATA_EPIPE;
    return send_frame(socket,
                      text ? FATA_WEBSOCKET_OP_TEXT : FATA_WEBSOCKET_OP_BINARY,
                      data, size);
}

static int read_on(struct fata_http_socket *socket)
{
    const void *data;
    int n = fata_http_read(socket->req, &data);
    if (n == 0)
        return FATA_ECONNRESET; /* without a close */
    if (n < 0)
        return n;
    socket->data = data;
    socket->left = (size_t)n;
    return 0;
}

int fata_http_socket_read(struct fata_http_socket *socket, void *buffer,
                          size_t room)
{
    struct fata_websocket *ws = &socket->ws;
    int err = socket->closed ? FATA_EPIPE : 0;

    while (err == 0) {
        size_t used, got;
        enum fata_websocket_event event = fata_websocket_feed(
            ws, socket->data, socket->left, &used, buffer, room, &got);
        if (used > 0)
            socket->data += used;
        socket->left -= used;
        switch (event) {
        case FATA_WEBSOCKET_DATA:
            return (int)got;
        case FATA_WEBSOCKET_PING:
            err = send_frame(socket, FATA_WEBSOCKET_OP_PONG, ws->control,
                             ws->control_size);
            break;
        case FATA_WEBSOCKET_PONG:
            break;
        case FATA_WEBSOCKET_CLOSE:
            err = fata_http_socket_close(socket, ws->status);
            return err != 0 ? err : FATA_EPIPE;
        case FATA_WEBSOCKET_FAILED:
            err = fata_http_socket_close(socket, ws->status);
            return err != 0 ? err : FATA_EPROTO;
        case FATA_WEBSOCKET_MORE:
            if (used == 0)
                err = read_on(socket);
        }
    }
    return err;
}
