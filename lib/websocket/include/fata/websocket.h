/* SPDX-License-Identifier: ISC */
/* WebSocket (RFC 6455) without I/O: one end of one connection, after the
 * handshake.  No extensions.
 *
 *     for (;;) switch (fata_websocket_feed(&ws, data, size, &used, out, room,
 *                                          &got)) {
 *     case FATA_WEBSOCKET_MORE:   get more bytes behind the unused ones
 *     case FATA_WEBSOCKET_DATA:   `got` bytes of a message are in `out`;
 *                                 ws.is_text, ws.at_end say which
 *     case FATA_WEBSOCKET_PING:   answer with a pong of ws.control
 *     case FATA_WEBSOCKET_PONG:
 *     case FATA_WEBSOCKET_CLOSE:  send a close with ws.status, and be done
 *     case FATA_WEBSOCKET_FAILED: the same
 *     }
 *
 * What the standard forbids fails: masks that are missing or should be, bits
 * that nobody agreed on, control frames in parts, lengths that are longer than
 * they need be, text that is not UTF-8, closes without sense.
 * Allocation: none.  Context: any. */
#ifndef FATA_WEBSOCKET_H
#define FATA_WEBSOCKET_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fata_websocket_event {
    FATA_WEBSOCKET_MORE,
    FATA_WEBSOCKET_DATA,
    FATA_WEBSOCKET_PING,
    FATA_WEBSOCKET_PONG,
    FATA_WEBSOCKET_CLOSE,
    FATA_WEBSOCKET_FAILED,
};

enum fata_websocket_opcode {
    FATA_WEBSOCKET_OP_CONTINUE = 0,
    FATA_WEBSOCKET_OP_TEXT = 1,
    FATA_WEBSOCKET_OP_BINARY = 2,
    FATA_WEBSOCKET_OP_CLOSE = 8,
    FATA_WEBSOCKET_OP_PING = 9,
    FATA_WEBSOCKET_OP_PONG = 10,
};

enum {
    FATA_WEBSOCKET_CONTROL = 125, /* the most that a control frame has */
    FATA_WEBSOCKET_HEADER = 14,   /* bytes of a frame's header, at most */
    FATA_WEBSOCKET_KEY = 28,      /* bytes of Sec-WebSocket-Accept */
    FATA_WEBSOCKET_NONE = 1005,   /* a close without a status */
};

/* Private but for what is said to be read. */
struct fata_websocket {
    bool is_text, at_end; /* of DATA: what it is, and its last piece */
    unsigned status;      /* of CLOSE and FAILED: what to answer with */
    uint8_t control[FATA_WEBSOCKET_CONTROL]; /* of PING, PONG, CLOSE */
    uint8_t control_size;

    bool masked; /* what comes in: a client's is */
    enum { FATA__WS_HEADER, FATA__WS_PAYLOAD, FATA__WS_OVER } state;
    uint8_t header[FATA_WEBSOCKET_HEADER];
    uint8_t have; /* bytes of the header */
    uint8_t mask[4];
    uint8_t opcode, utf8, utf8_left;
    bool fin, in_message;
    uint64_t left, at; /* of the payload */
    uint64_t limit;    /* bytes of a message */
    uint64_t size;     /* of the message so far */
};

/* server  this end is the server: what comes is masked, what goes is not
 * limit   bytes of a message; longer ones fail with 1009 */
void fata_websocket_init(struct fata_websocket *ws, bool server,
                         uint64_t limit);

/* data  borrowed; `size` bytes, of which *used are done with
 * out   for DATA: room for at least one byte; *got are written
 * A message of no bytes gives one DATA, too. */
enum fata_websocket_event fata_websocket_feed(struct fata_websocket *ws,
                                              const void *data, size_t size,
                                              size_t *used, void *out,
                                              size_t room, size_t *got);

/* Writes the header of a frame of `size` bytes; masked with `mask` where it is
 * not NULL (a client's: four random bytes).  Returns its size. */
size_t fata_websocket_header(enum fata_websocket_opcode opcode, bool fin,
                             uint64_t size, const uint8_t mask[4],
                             uint8_t out[FATA_WEBSOCKET_HEADER]);

/* Masks `size` bytes that stand at byte `at` of a frame's payload. */
void fata_websocket_mask(void *data, size_t size, uint64_t at,
                         const uint8_t mask[4]);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key, with a NUL.  Returns false
 * where it is no key: 24 characters, of 16 bytes in base64. */
bool fata_websocket_accept_key(const char *key, size_t size,
                               char out[FATA_WEBSOCKET_KEY + 1]);

#endif
