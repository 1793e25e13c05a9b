/* SPDX-License-Identifier: ISC */
/* What handlers see of a request, and do with it. */
#include "internal.h"

#include <fata/panic.h>
#include <string.h>

/* A head, or a head and a small body, which then need one piece and one frame.
 */
enum { HEAD_ROOM = 1400, SMALL_BODY = 512 };

/* --- reading --- */

struct fata_http_text fata_http_get(const struct fata_http_request *req,
                                    const char *name)
{
    return fata_http_field(req->engine, name);
}

bool fata_http_lists(const struct fata_http_request *req, const char *name,
                     const char *token)
{
    return fata_http_has(req->engine, name, token);
}

struct fata_http_text fata_http_trailing(const struct fata_http_request *req,
                                         const char *name)
{
    return fata_http_trailer(req->engine, name);
}

static bool name_is(const char *name, size_t size, const char *with)
{
    return strlen(with) == size && memcmp(name, with, size) == 0;
}

struct fata_http_text fata_http_param(const struct fata_http_request *req,
                                      const char *name)
{
    for (unsigned i = 0; i < req->param_count; i++) {
        const char *p = req->params[i].name;
        if (name_is(p, strcspn(p, "/"), name))
            return req->params[i].value;
    }
    return (struct fata_http_text){NULL, 0};
}

struct fata_http_text fata_http_query(const struct fata_http_request *req,
                                      const char *name)
{
    const char *p = req->query.data, *end = p + req->query.size;
    while (p < end) {
        const char *to = memchr(p, '&', (size_t)(end - p));
        if (to == NULL)
            to = end;
        const char *equals = memchr(p, '=', (size_t)(to - p));
        const char *after = equals == NULL ? to : equals;
        if (name_is(p, (size_t)(after - p), name)) {
            if (equals != NULL)
                after++;
            return (struct fata_http_text){after, (size_t)(to - after)};
        }
        p = to == end ? end : to + 1;
    }
    return (struct fata_http_text){NULL, 0};
}

static int body_error(const struct fata_http_request *req, int err)
{
    if (err != FATA_EPROTO)
        return err;
    switch (req->engine->status) {
    case 413:
        return FATA_EMSGSIZE;
    case 408:
        return FATA_ETIMEDOUT;
    default:
        return FATA_EPROTO;
    }
}

int fata_http_read(struct fata_http_request *req, const void **data)
{
    const char *go_on = fata_http_continue(req->engine);
    struct fata_http_text body;
    int err;

    if (go_on != NULL) {
        struct fata_slice slice = {go_on, strlen(go_on), true};
        err = fata__http_write(req->connection, &slice, 1);
        if (err < 0)
            return err;
    }
    err = fata__http_wait_body(req->connection, &body);
    if (err < 0)
        return body_error(req, err);
    *data = body.data;
    return (int)body.size;
}

int fata_http_read_all(struct fata_http_request *req, void *buffer, size_t room)
{
    size_t size = 0;
    for (;;) {
        const void *data;
        int n = fata_http_read(req, &data);
        if (n < 0)
            return n;
        if (n == 0)
            return (int)size;
        if ((size_t)n > room - size)
            return FATA_ENOSPC;
        memcpy((char *)buffer + size, data, (size_t)n);
        size += (size_t)n;
    }
}

/* --- writing --- */

static int write_head(struct fata_http_request *req,
                      const struct fata_http_reply *reply, uint64_t length,
                      const char *upgrade, char *out)
{
    struct fata_http_message m = {
        .status = reply->status,
        .type = reply->type,
        .date = fata__http_date(fata_sched_now(fata_run_sched())),
        .headers = reply->headers,
        .header_count = reply->header_count,
        .upgrade = upgrade,
        .length = length,
    };
    req->status = reply->status;
    return fata_http_write_head(req->engine, &m, out, HEAD_ROOM);
}

int fata_http_reply(struct fata_http_request *req,
                    const struct fata_http_reply *reply)
{
    char out[HEAD_ROOM];
    struct fata_slice slices[2] = {{.data = out},
                                   {reply->body, reply->size, reply->stays}};
    const char *after;
    int n = write_head(req, reply, reply->size, NULL, out);

    if (n < 0)
        return n;
    slices[0].length = (size_t)n;
    if (!fata_http_has_to_send(req->engine))
        return fata__http_write(req->connection, slices, 1);
    n = fata_http_write_chunk(req->engine, reply->size, NULL, &after);
    fata_assert(n == 0);
    req->sent = reply->size;
    if (reply->size > SMALL_BODY ||
        reply->size > sizeof(out) - slices[0].length)
        return fata__http_write(req->connection, slices, 2);
    memcpy(out + slices[0].length, reply->body, reply->size);
    slices[0].length += reply->size;
    return fata__http_write(req->connection, slices, 1);
}

int fata_http_reply_text(struct fata_http_request *req, unsigned status,
                         const char *type, const char *text)
{
    struct fata_http_reply reply = {.status = status,
                                    .type = type,
                                    .body = text,
                                    .size = strlen(text)};
    return fata_http_reply(req, &reply);
}

int fata_http_reply_status(struct fata_http_request *req, unsigned status)
{
    return fata_http_reply_text(req, status, "text/plain",
                                fata_http_reason(status));
}

int fata_http_redirect(struct fata_http_request *req, unsigned status,
                       const char *location)
{
    struct fata_http_header header = {"Location", location};
    struct fata_http_reply reply = {.status = status,
                                    .headers = &header,
                                    .header_count = 1};
    return fata_http_reply(req, &reply);
}

int fata_http_begin(struct fata_http_request *req,
                    const struct fata_http_reply *reply, uint64_t length)
{
    char out[HEAD_ROOM];
    int n = write_head(req, reply, length, NULL, out);
    if (n < 0)
        return n;
    struct fata_slice slice = {.data = out, .length = (size_t)n};
    return fata__http_write(req->connection, &slice, 1);
}

static int write_body(struct fata_http_request *req, const void *data,
                      size_t size, bool stays)
{
    char before[FATA_HTTP_CHUNK_ROOM];
    const char *after;

    if (size == 0)
        return 0;
    if (req->raw) {
        struct fata_slice slice = {data, size, stays};
        return fata__http_write(req->connection, &slice, 1);
    }
    int n = fata_http_write_chunk(req->engine, size, before, &after);
    if (n < 0 ||
        !(fata_http_has_to_send(req->engine) || req->engine->to_send == 0))
        return n < 0 ? n : 0;
    if (req->engine->sends_nothing)
        return 0;
    struct fata_slice slices[3] = {
        {.data = before, .length = (size_t)n},
        {data, size, stays},
        {after, strlen(after), true},
    };
    req->sent += size;
    return fata__http_write(req->connection, slices, 3);
}

int fata_http_write(struct fata_http_request *req, const void *data,
                    size_t size)
{
    return write_body(req, data, size, false);
}

int fata_http_write_static(struct fata_http_request *req, const void *data,
                           size_t size)
{
    return write_body(req, data, size, true);
}

int fata_http_end(struct fata_http_request *req,
                  const struct fata_http_header *trailers, size_t count)
{
    char out[HEAD_ROOM];
    int n = fata_http_write_end(req->engine, trailers, count, out, sizeof(out));
    if (n <= 0)
        return n;
    struct fata_slice slice = {.data = out, .length = (size_t)n};
    return fata__http_write(req->connection, &slice, 1);
}

int fata_http_upgrade(struct fata_http_request *req, const char *protocol,
                      const struct fata_http_header *headers, size_t count)
{
    struct fata_http_reply reply = {.status = 101,
                                    .headers = headers,
                                    .header_count = count};
    char out[HEAD_ROOM];
    int n = fata__http_keep_head(req->connection);
    if (n == 0)
        n = write_head(req, &reply, 0, protocol, out);
    if (n < 0)
        return n;
    req->raw = true;
    struct fata_slice slice = {.data = out, .length = (size_t)n};
    return fata__http_write(req->connection, &slice, 1);
}

/* --- a request's life --- */

static unsigned status_of(const struct fata_http_request *req, int err)
{
    if (req->engine->status != 0)
        return req->engine->status;
    switch (err) {
    case FATA_ENOENT:
        return 404;
    case FATA_EINVAL:
        return 400;
    case FATA_EPERM:
        return 403;
    default:
        return 500;
    }
}

static int refuse(struct fata_http_connection *c, unsigned status)
{
    char out[512];
    int n = fata_http_write_error(
        &c->engine, status, fata__http_date(fata_sched_now(fata_run_sched())),
        out, sizeof(out));
    if (n < 0)
        return n;
    struct fata_slice slice = {.data = out, .length = (size_t)n};
    return fata__http_write(c, &slice, 1);
}

/* Errors of the connection: there is nobody to answer. */
static bool is_gone(int err)
{
    return err == FATA_ECONNRESET || err == FATA_EPIPE || err == FATA_ECANCELED;
}

static int finish(struct fata_http_request *req, int result)
{
    struct fata_http *h = req->engine;

    if (req->raw)
        return FATA_EPIPE; /* it has said what it had to say */
    if (h->writing == FATA__HTTP_UNSENT) {
        if (is_gone(result))
            return result;
        req->status = status_of(req, result);
        if (req->status == 500)
            fata_log_error(&fata__log_http, "handler failed error=%s",
                           FATA_LOG_QUOTE(result < 0 ? fata_strerror(result)
                                                     : "no reply"));
        return refuse(req->connection, req->status);
    }
    if (result < 0 && h->writing != FATA__HTTP_SENT)
        return result;
    if (result < 0)
        h->keep_alive = false;
    return fata_http_end(req, NULL, 0);
}

int fata__http_handle(struct fata_http_connection *c, fata_http_handler *fn,
                      void *arg)
{
    const struct fata_http_head *head = &c->engine.head;
    struct fata_http_request req;

    req.method = head->method;
    req.path = head->path;
    req.query = head->query;
    req.host = head->authority;
    req.connection = c;
    req.engine = &c->engine;
    req.begun = fata_sched_now(fata_run_sched());
    req.sent = 0;
    req.status = 0;
    req.raw = false;
    req.param_count = 0;
    int err = finish(&req, fn(&req, arg));
    fata__http_ack_body(c);
    fata__http_count(&req);
    return err;
}

void fata__http_refuse(struct fata_http_connection *c)
{
    if (c->engine.status == 0 || c->engine.writing != FATA__HTTP_UNSENT)
        return;
    fata__http_tell_refused(c);
    /* Not from a fiber: what does not go at once is not sent. */
    char out[512];
    int n = fata_http_write_error(
        &c->engine, c->engine.status,
        fata__http_date(fata_sched_now(fata_run_sched())), out, sizeof(out));
    struct fata_slice slice = {.data = out, .length = n > 0 ? (size_t)n : 0};
    if (n > 0 && c->flow->ops->put(c->flow, &slice, false) > 0)
        c->flow->ops->flush(c->flow);
}
