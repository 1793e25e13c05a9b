/* SPDX-License-Identifier: ISC */
/* One connection of a server that knows no fibers: bytes in, bytes out, a
 * deadline.  The main loop around it is somebody else's: loop_poll.c,
 * loop_uv.c. */
#ifndef FATA_HTTP_LOOP_H
#define FATA_HTTP_LOOP_H

#include <fata/http_engine.h>
#include <fata/panic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fata_http_limits loop_limits = {
    .head = 4096,
    .fields = 32,
    .target = 1024,
    .body = 1 << 20,
    .idle = FATA_S(2),
    .begun = FATA_S(1),
    .body_time = FATA_S(5),
    .body_rate = 500,
};

struct peer {
    struct fata_http h;
    char in[8192], out[4096];
    size_t in_size, out_size;
    uint64_t body; /* bytes of it so far */
    char said[128];
    bool ends; /* close it when `out` has been sent */
};

void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    abort();
}

static void peer_open(struct peer *p, fata_time_t now)
{
    fata_http_init(&p->h, FATA_HTTP_SERVER, &loop_limits, now);
    p->in_size = p->out_size = 0;
    p->ends = false;
}

static void peer_put(struct peer *p, int n)
{
    if (n < 0)
        p->ends = true;
    else
        p->out_size += (size_t)n;
}

static void peer_fail(struct peer *p)
{
    p->ends = true;
    if (p->h.status != 0)
        peer_put(p, fata_http_write_error(&p->h, p->h.status, NULL,
                                          p->out + p->out_size,
                                          sizeof(p->out) - p->out_size));
}

static void peer_reply(struct peer *p)
{
    char text[200], chunk[FATA_HTTP_CHUNK_ROOM];
    const char *after;
    int size = snprintf(text, sizeof(text), "%s %llu\n", p->said,
                        (unsigned long long)p->body);
    struct fata_http_message m = {.status = 200, .length = (uint64_t)size};
    peer_put(p, fata_http_write_head(&p->h, &m, p->out + p->out_size,
                                     sizeof(p->out) - p->out_size));
    if (p->ends || !fata_http_has_to_send(&p->h))
        return;
    if (sizeof(p->out) - p->out_size < (size_t)size ||
        fata_http_write_chunk(&p->h, (size_t)size, chunk, &after) != 0) {
        p->ends = true;
        return;
    }
    memcpy(p->out + p->out_size, text, (size_t)size);
    p->out_size += (size_t)size;
}

/* Looks at `in`, as long as there is room for a reply. */
static void peer_go_on(struct peer *p, fata_time_t now)
{
    size_t from = 0;
    while (!p->ends && sizeof(p->out) - p->out_size >= 1024) {
        struct fata_http_text piece;
        size_t used;
        enum fata_http_event event = fata_http_feed(
            &p->h, now, p->in + from, p->in_size - from, &used, &piece);
        from += used;
        if (event == FATA_HTTP_MORE && used == 0)
            break;
        if (event == FATA_HTTP_HEAD) {
            const char *go_on = fata_http_continue(&p->h);
            snprintf(p->said, sizeof(p->said), "%.*s %.*s",
                     (int)p->h.head.method.size, p->h.head.method.data,
                     (int)p->h.head.path.size, p->h.head.path.data);
            p->body = 0;
            if (go_on != NULL) {
                memcpy(p->out + p->out_size, go_on, strlen(go_on));
                p->out_size += strlen(go_on);
            }
        }
        if (event == FATA_HTTP_BODY)
            p->body += piece.size;
        if (event == FATA_HTTP_END) {
            peer_reply(p);
            if (!fata_http_next(&p->h, now))
                p->ends = true;
        }
        if (event == FATA_HTTP_FAILED)
            peer_fail(p);
    }
    memmove(p->in, p->in + from, p->in_size - from);
    p->in_size -= from;
}

/* Its deadline has come. */
static void peer_late(struct peer *p, fata_time_t now)
{
    if (!p->ends && fata_http_late(&p->h, now))
        peer_fail(p);
}

#endif
