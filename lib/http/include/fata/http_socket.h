/* SPDX-License-Identifier: ISC */
/* WebSockets in handlers: the handshake, and messages both ways.
 *
 *     static int talk(struct fata_http_request *req, void *arg)
 *     {
 *         struct fata_http_socket socket;
 *         int n, err = fata_http_socket_open(req, &socket);
 *         if (err != 0)
 *             return err;
 *         while ((n = fata_http_socket_read(&socket, buffer, room)) >= 0)
 *             ...
 *         return n == FATA_EPIPE ? 0 : n;       (closed in peace)
 *     }
 *
 * Pings are answered in a read.  One fiber at a time.
 * Context: the handler's fiber.  Allocation: none. */
#ifndef FATA_HTTP_SOCKET_H
#define FATA_HTTP_SOCKET_H

#include <fata/cc.h>
#include <fata/http.h>
#include <fata/websocket.h>

/* All fields are private but those of `ws` that may be read. */
struct fata_http_socket {
    struct fata_http_request *req;
    struct fata_websocket ws; /* is_text, at_end: of the last read */
    const char *data;         /* of the connection, not used yet */
    size_t left;
    bool closed;
};

/* Checks the request and answers it: 101, or 400, or 426 where it is none for a
 * WebSocket.
 * Returns 0: it is open; FATA_EPROTO: it has been answered otherwise - return 0
 * from the handler; or an error of the flow. */
FATA_NODISCARD int fata_http_socket_open(struct fata_http_request *req,
                                         struct fata_http_socket *socket);

/* Waits for a message's next part.
 * buffer  `room` bytes, at least 1
 * Returns its size - 0 is an empty message -, FATA_EPIPE (the peer has closed,
 * or we have), FATA_EPROTO (it breaks the rules; it has been told), or the
 * flow's error.  A message longer than --http-body breaks the rules.
 * Suspends. */
FATA_NODISCARD int fata_http_socket_read(struct fata_http_socket *socket,
                                         void *buffer, size_t room);

/* Sends a whole message.  A text must be UTF-8.  Suspends. */
FATA_NODISCARD int fata_http_socket_write(struct fata_http_socket *socket,
                                          bool text, const void *data,
                                          size_t size);

/* Sends a close; the handler should return.  A second one does nothing.
 * status  1000: normal, 1001: going away, ... */
FATA_NODISCARD int fata_http_socket_close(struct fata_http_socket *socket,
                                          unsigned status);

#endif
