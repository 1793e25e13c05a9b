/* SPDX-License-Identifier: ISC */
/* Bytes between a flow and the engine.  Most heads come in one piece, and are
 * looked at where the flow has them.  One that does not is put together in a
 * buffer; so is one with a body, as the flow must go on behind it. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* How long a client may take to read WRITE_PART bytes. */
#define WRITE_TIME FATA_S(30)

enum { SMALLEST_BUFFER = 512, GATHER = 2048, WRITE_PART = 128 * 1024 };

void fata__http_open(struct fata_http_connection *c, struct fata_flow *flow,
                     enum fata_http_role role,
                     const struct fata_http_limits *limits)
{
    c->flow = flow;
    c->buffer = NULL;
    c->room = c->filled = c->at = c->held = 0;
    c->has_peer = false;
    c->until = FATA_NEVER;
    c->body = (struct fata_http_text){NULL, 0};
    fata_http_init(&c->engine, role, limits, fata_sched_now(fata_run_sched()));
}

void fata__http_close(struct fata_http_connection *c)
{
    free(c->buffer);
    c->buffer = NULL;
}

int fata__http_input(struct fata_http_connection *c, const char **data)
{
    const void *p;
    if (c->at < c->filled) {
        *data = c->buffer + c->at;
        return (int)(c->filled - c->at);
    }
    int n = fata_flow_peek(c->flow, &p);
    if (n <= 0)
        return n;
    if ((size_t)n == c->held)
        return FATA_EAGAIN;
    *data = (const char *)p + c->held;
    return n - (int)c->held;
}

void fata__http_use(struct fata_http_connection *c, size_t count)
{
    fata_metric_add(&fata__http_received, (int64_t)count);
    if (c->at < c->filled)
        c->at += count;
    else if (c->held > 0)
        c->held += count;
    else
        fata_flow_ack(c->flow, count);
}

void fata__http_hold(struct fata_http_connection *c, size_t count)
{
    fata_metric_add(&fata__http_received, (int64_t)count);
    if (c->at < c->filled)
        c->at += count;
    else
        c->held += count;
}

void fata__http_release(struct fata_http_connection *c)
{
    if (c->held > 0) {
        const void *p;
        /* A read may have given less than is held, or the flow has failed. */
        int n = fata_flow_peek(c->flow, &p);
        if (n >= (int)c->held)
            fata_flow_ack(c->flow, c->held);
        c->held = 0;
    }
    if (c->buffer == NULL)
        return;
    if (c->at == c->filled) {
        free(c->buffer);
        c->buffer = NULL;
        c->room = c->filled = c->at = 0;
    } else {
        memmove(c->buffer, c->buffer + c->at, c->filled - c->at);
        c->filled -= c->at;
        c->at = 0;
    }
}

static int make_room(struct fata_http_connection *c, size_t size)
{
    bool has_head = c->buffer != NULL && c->engine.head.base == c->buffer;
    size_t room = c->room == 0 ? SMALLEST_BUFFER : c->room;
    while (room < size)
        room *= 2;
    if (room == c->room)
        return 0;
    char *buffer = realloc(c->buffer, room);
    if (buffer == NULL)
        return FATA_ENOMEM;
    if (has_head)
        fata_http_move(&c->engine, buffer);
    c->buffer = buffer;
    c->room = room;
    return 0;
}

/* Moves what the flow has into the buffer, so that more can come behind it.
 * Returns how much that was, 0 at the end, FATA_EAGAIN, or an error. */
static int gather(struct fata_http_connection *c)
{
    const void *p;
    int n = fata_flow_peek(c->flow, &p);

    if (n <= 0)
        return n;
    /* At least what the engine has seen: it goes on behind that. */
    int most = c->engine.parsed > GATHER ? (int)c->engine.parsed : GATHER;
    if (n > most)
        n = most;
    int err = make_room(c, c->filled + (size_t)n);
    if (err < 0)
        return err;
    memcpy(c->buffer + c->filled, p, (size_t)n);
    c->filled += (size_t)n;
    fata_flow_ack(c->flow, (size_t)n);
    return n;
}

int fata__http_keep_head(struct fata_http_connection *c)
{
    const char *base = c->engine.head.base;
    size_t size = c->held;
    if (size == 0)
        return 0; /* it is in the buffer */
    int err = make_room(c, size);
    if (err < 0)
        return err;
    memcpy(c->buffer, base, size);
    fata_http_move(&c->engine, c->buffer);
    c->filled = c->at = size;
    c->held = 0;
    fata_flow_ack(c->flow, size);
    return 0;
}

/* The peer sends no more: that ends a body, or the connection, or breaks it off
 * within a message. */
static int at_end(struct fata_http_connection *c)
{
    switch (fata_http_feed_end(&c->engine)) {
    case FATA_HTTP_END:
        return 0;
    case FATA_HTTP_MORE:
        return FATA_EPIPE;
    default:
        return FATA_ECONNRESET;
    }
}

int fata__http_read_head(struct fata_http_connection *c, fata_time_t now)
{
    struct fata_http_text piece;
    const char *data;
    size_t used;
    int n;

    for (;;) {
        n = fata__http_input(c, &data);
        if (n > 0) {
            switch (fata_http_feed(&c->engine, now, data, (size_t)n, &used,
                                   &piece)) {
            case FATA_HTTP_HEAD:
                fata__http_hold(c, used);
                return c->engine.head.has_body ? fata__http_keep_head(c) : 0;
            case FATA_HTTP_MORE:
                break;
            default:
                return FATA_EPROTO;
            }
            if (used > 0) { /* an interim response */
                fata__http_use(c, used);
                fata__http_release(c);
                continue;
            }
            n = gather(c);
        }
        if (n == 0)
            return at_end(c);
        if (n < 0)
            return n;
    }
}

int fata__http_read_body(struct fata_http_connection *c, fata_time_t now,
                         struct fata_http_text *body)
{
    const char *data = NULL;
    size_t used;
    int n;

    fata__http_ack_body(c);
    *body = (struct fata_http_text){NULL, 0};
    for (;;) {
        if (c->engine.reading == FATA__HTTP_READ)
            return 0;
        bool buffered = c->at < c->filled;
        n = fata__http_input(c, &data);
        if (n == 0 && c->engine.reading != FATA__HTTP_OVER)
            return at_end(c);
        if (n < 0 && c->engine.reading != FATA__HTTP_OVER)
            return n;
        switch (fata_http_feed(&c->engine, now, data, n > 0 ? (size_t)n : 0,
                               &used, body)) {
        case FATA_HTTP_BODY:
            fata_metric_add(&fata__http_received, (int64_t)used);
            c->body = (struct fata_http_text){data, used};
            c->body_buffered = buffered;
            return 0;
        case FATA_HTTP_END:
            fata__http_hold(c, used); /* trailers */
            return 0;
        case FATA_HTTP_MORE:
            break;
        default:
            return FATA_EPROTO;
        }
        if (used > 0) {
            fata__http_use(c, used);
            continue;
        }
        n = gather(c); /* half a trailer section */
        if (n == 0)
            return at_end(c);
        if (n < 0)
            return n;
    }
}

void fata__http_ack_body(struct fata_http_connection *c)
{
    if (c->body.size == 0)
        return;
    if (c->body_buffered)
        c->at += c->body.size;
    else
        fata_flow_ack(c->flow, c->body.size);
    c->body.size = 0;
}

int fata__http_wait_body(struct fata_http_connection *c,
                         struct fata_http_text *body)
{
    for (;;) {
        fata_time_t now = fata_sched_now(fata_run_sched());
        const void *data;
        int n = fata__http_read_body(c, now, body);
        if (n != FATA_EAGAIN)
            return n;
        fata_time_t deadline = c->engine.deadline;
        if (deadline > c->until)
            deadline = c->until;
        n = fata_flow_read(c->flow, &data, deadline);
        if (n == FATA_ETIMEDOUT &&
            fata_http_late(&c->engine, fata_sched_now(fata_run_sched())))
            return FATA_EPROTO;
        if (n < 0)
            return n;
    }
}

static fata_time_t write_deadline(void)
{
    return fata_time_add(fata_sched_now(fata_run_sched()), WRITE_TIME);
}

int fata__http_write(struct fata_http_connection *c,
                     const struct fata_slice *slices, size_t count)
{
    size_t size = 0;
    int err = 0;

    for (size_t i = 0; i < count; i++)
        size += slices[i].length;
    fata_metric_add(&fata__http_sent, (int64_t)size);
    if (FATA_LIKELY(size <= WRITE_PART))
        return fata_flow_write(c->flow, slices, count, write_deadline());
    for (size_t i = 0; i < count; i++) {
        struct fata_slice part = slices[i];
        size_t left = part.length;
        for (; err == 0 && left > 0; left -= part.length) {
            part.length = left < WRITE_PART ? left : WRITE_PART;
            err = fata_flow_write(c->flow, &part, 1, write_deadline());
            part.data = (const char *)part.data + part.length;
        }
    }
    return err;
}
