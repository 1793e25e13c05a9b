/* SPDX-License-Identifier: ISC */
/* Frames and messages. */
#include <fata/websocket.h>

#include <fata/panic.h>
#include <string.h>

enum { NORMAL = 1000, PROTOCOL = 1002, BAD_DATA = 1007, TOO_BIG = 1009 };

void fata_websocket_init(struct fata_websocket *ws, bool server, uint64_t limit)
{
    memset(ws, 0, sizeof(*ws));
    ws->masked = server;
    ws->limit = limit;
}

static enum fata_websocket_event fail(struct fata_websocket *ws, unsigned code)
{
    ws->state = FATA__WS_OVER;
    ws->status = code;
    return FATA_WEBSOCKET_FAILED;
}

static bool is_control(const struct fata_websocket *ws)
{
    return ws->opcode >= FATA_WEBSOCKET_OP_CLOSE;
}

/* Bytes that a header has, as far as can be said by now. */
static size_t header_size(const struct fata_websocket *ws)
{
    size_t size = 2;
    if (ws->have < 2)
        return size;
    unsigned length = ws->header[1] & 0x7f;
    size += length == 126 ? 2 : length == 127 ? 8 : 0;
    return size + ((ws->header[1] & 0x80) != 0 ? 4 : 0);
}

/* What can be said about a frame by its first two bytes.  Returns a status that
 * refuses it, or 0. */
static unsigned check_start(struct fata_websocket *ws)
{
    uint8_t first = ws->header[0], second = ws->header[1];

    ws->fin = (first & 0x80) != 0;
    ws->opcode = first & 0xf;
    if ((first & 0x70) != 0 || ((second & 0x80) != 0) != ws->masked)
        return PROTOCOL;
    switch (ws->opcode) {
    case FATA_WEBSOCKET_OP_CONTINUE:
        return ws->in_message ? 0 : PROTOCOL;
    case FATA_WEBSOCKET_OP_TEXT:
    case FATA_WEBSOCKET_OP_BINARY:
        return ws->in_message ? PROTOCOL : 0;
    case FATA_WEBSOCKET_OP_CLOSE:
    case FATA_WEBSOCKET_OP_PING:
    case FATA_WEBSOCKET_OP_PONG:
        return ws->fin && (second & 0x7f) <= FATA_WEBSOCKET_CONTROL ? 0
                                                                    : PROTOCOL;
    default:
        return PROTOCOL;
    }
}

static unsigned check_header(struct fata_websocket *ws)
{
    const uint8_t *p = ws->header + 2;
    uint64_t size = ws->header[1] & 0x7f;

    if (size >= 126) {
        unsigned bytes = size == 126 ? 2 : 8;
        size = 0;
        for (unsigned i = 0; i < bytes; i++)
            size = size << 8 | *p++;
        if (size < 126 || (bytes == 8 && size <= 0xffff) || size > INT64_MAX)
            return PROTOCOL;
    }
    if (ws->masked)
        memcpy(ws->mask, p, 4);
    ws->left = size;
    ws->at = 0;
    if (is_control(ws)) {
        ws->control_size = (uint8_t)size;
        return 0;
    }
    if (ws->opcode != FATA_WEBSOCKET_OP_CONTINUE) {
        ws->is_text = ws->opcode == FATA_WEBSOCKET_OP_TEXT;
        ws->in_message = true;
        ws->size = 0;
        ws->utf8_left = 0;
    }
    if (size > ws->limit - ws->size)
        return TOO_BIG;
    ws->size += size;
    return 0;
}

/* UTF-8 as in RFC 3629: shortest forms, no surrogates.  `low` and `high` bound
 * the byte after the first. */
static bool is_utf8(struct fata_websocket *ws, const uint8_t *p, size_t size)
{
    for (; size > 0; p++, size--) {
        uint8_t c = *p;
        if (ws->utf8_left == 0) {
            ws->utf8 = c;
            if (c < 0x80)
                continue;
            if (c < 0xc2 || c > 0xf4)
                return false;
            ws->utf8_left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
            continue;
        }
        uint8_t low = 0x80, high = 0xbf;
        if (ws->utf8 == 0xe0)
            low = 0xa0;
        else if (ws->utf8 == 0xed)
            high = 0x9f;
        else if (ws->utf8 == 0xf0)
            low = 0x90;
        else if (ws->utf8 == 0xf4)
            high = 0x8f;
        if (c < low || c > high)
            return false;
        ws->utf8 = 0;
        ws->utf8_left--;
    }
    return true;
}

/* RFC 6455, section 7.4, and the codes registered since. */
static bool is_status(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
            code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static enum fata_websocket_event end_control(struct fata_websocket *ws)
{
    struct fata_websocket text = {0};

    ws->state = FATA__WS_HEADER;
    ws->have = 0;
    if (ws->opcode == FATA_WEBSOCKET_OP_PING)
        return FATA_WEBSOCKET_PING;
    if (ws->opcode == FATA_WEBSOCKET_OP_PONG)
        return FATA_WEBSOCKET_PONG;
    ws->status = FATA_WEBSOCKET_NONE;
    if (ws->control_size == 1)
        return fail(ws, PROTOCOL);
    if (ws->control_size >= 2) {
        ws->status = (unsigned)ws->control[0] << 8 | ws->control[1];
        if (!is_status(ws->status))
            return fail(ws, PROTOCOL);
        if (!is_utf8(&text, ws->control + 2, ws->control_size - 2u) ||
            text.utf8_left != 0)
            return fail(ws, BAD_DATA);
    }
    ws->state = FATA__WS_OVER;
    return FATA_WEBSOCKET_CLOSE;
}

void fata_websocket_mask(void *data, size_t size, uint64_t at,
                         const uint8_t mask[4])
{
    uint8_t *p = data;
    for (size_t i = 0; i < size; i++)
        p[i] ^= mask[(at + i) % 4];
}

/* Up to `room` bytes of the payload; returns how many. */
static size_t take(struct fata_websocket *ws, const uint8_t *p, size_t size,
                   uint8_t *out, size_t room)
{
    size_t n = size < room ? size : room;
    if (n > ws->left)
        n = (size_t)ws->left;
    if (n > 0)
        memcpy(out, p, n);
    if (ws->masked)
        fata_websocket_mask(out, n, ws->at, ws->mask);
    ws->at += n;
    ws->left -= n;
    return n;
}

static enum fata_websocket_event payload(struct fata_websocket *ws,
                                         const uint8_t *p, size_t size,
                                         size_t *used, uint8_t *out,
                                         size_t room, size_t *got)
{
    if (is_control(ws)) {
        *used += take(ws, p, size, ws->control + ws->at,
                      FATA_WEBSOCKET_CONTROL - (size_t)ws->at);
        return ws->left == 0 ? end_control(ws) : FATA_WEBSOCKET_MORE;
    }
    *got = take(ws, p, size, out, room);
    *used += *got;
    if (*got == 0 && ws->left > 0)
        return FATA_WEBSOCKET_MORE;
    if (ws->is_text && !is_utf8(ws, out, *got))
        return fail(ws, BAD_DATA);
    ws->at_end = ws->left == 0 && ws->fin;
    if (ws->left == 0) {
        ws->state = FATA__WS_HEADER;
        ws->have = 0;
    }
    if (!ws->at_end)
        return *got > 0 ? FATA_WEBSOCKET_DATA : FATA_WEBSOCKET_MORE;
    ws->in_message = false;
    if (ws->is_text && ws->utf8_left != 0)
        return fail(ws, BAD_DATA);
    return FATA_WEBSOCKET_DATA;
}

enum fata_websocket_event fata_websocket_feed(struct fata_websocket *ws,
                                              const void *data, size_t size,
                                              size_t *used, void *out,
                                              size_t room, size_t *got)
{
    const uint8_t *p = data;
    unsigned status;

    fata_assert(room > 0);
    *used = *got = 0;
    if (ws->state == FATA__WS_OVER)
        return FATA_WEBSOCKET_FAILED;
    if (ws->state == FATA__WS_HEADER) {
        while (ws->have < header_size(ws)) {
            if (*used == size)
                return FATA_WEBSOCKET_MORE;
            ws->header[ws->have++] = p[(*used)++];
            if (ws->have == 2 && (status = check_start(ws)) != 0)
                return fail(ws, status);
        }
        status = check_header(ws);
        if (status != 0)
            return fail(ws, status);
        ws->state = FATA__WS_PAYLOAD;
    }
    return payload(ws, size == *used ? p : p + *used, size - *used, used, out,
                   room, got);
}

size_t fata_websocket_header(enum fata_websocket_opcode opcode, bool fin,
                             uint64_t size, const uint8_t mask[4],
                             uint8_t out[FATA_WEBSOCKET_HEADER])
{
    size_t n = 2;
    unsigned bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;

    out[0] = (uint8_t)((fin ? 0x80 : 0) | (unsigned)opcode);
    out[1] = (uint8_t)((mask != NULL ? 0x80 : 0) | (bytes == 0 ? (unsigned)size
                                                    : bytes == 2 ? 126u
                                                                 : 127u));
    while (bytes-- > 0)
        out[n++] = (uint8_t)(size >> 8 * bytes);
    if (mask != NULL) {
        memcpy(out + n, mask, 4);
        n += 4;
    }
    return n;
}
