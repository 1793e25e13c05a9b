/* SPDX-License-Identifier: ISC */
/* Server-sent events, as the HTML standard has them. */
#include "internal.h"

#include <string.h>

int fata_http_events(struct fata_http_request *req)
{
    static const struct fata_http_header header = {"Cache-Control", "no-cache"};
    struct fata_http_reply reply = {.status = 200,
                                    .type = "text/event-stream",
                                    .headers = &header,
                                    .header_count = 1};
    return fata_http_begin(req, &reply, FATA_HTTP_STREAM);
}

/* A small event is one chunk, and one frame. */
struct out {
    struct fata_http_request *req;
    size_t used;
    int error;
    char buffer[1024];
};

static void flush(struct out *o)
{
    if (o->error == 0 && o->used > 0)
        o->error = fata_http_write(o->req, o->buffer, o->used);
    o->used = 0;
}

static void put(struct out *o, const char *text, size_t size)
{
    while (size > 0 && o->error == 0) {
        size_t n = sizeof(o->buffer) - o->used;
        if (n > size)
            n = size;
        memcpy(o->buffer + o->used, text, n);
        o->used += n;
        text += n;
        size -= n;
        if (o->used == sizeof(o->buffer))
            flush(o);
    }
}

static void put_line(struct out *o, const char *field, const char *text,
                     size_t size)
{
    put(o, field, strlen(field));
    put(o, text, size);
    put(o, "\n", 1);
}

int fata_http_event(struct fata_http_request *req, const char *event,
                    const char *id, const char *data)
{
    struct out o;
    o.req = req;
    o.used = 0;
    o.error = 0;
    if ((event != NULL && strpbrk(event, "\r\n") != NULL) ||
        (id != NULL && strpbrk(id, "\r\n") != NULL))
        return FATA_EINVAL;
    if (event != NULL)
        put_line(&o, "event: ", event, strlen(event));
    if (id != NULL)
        put_line(&o, "id: ", id, strlen(id));
    for (;;) { /* CR, LF and CRLF end lines */
        size_t n = strcspn(data, "\r\n");
        put_line(&o, "data: ", data, n);
        data += n;
        if (*data == '\0')
            break;
        data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
    }
    put(&o, "\n", 1);
    flush(&o);
    return o.error;
}
