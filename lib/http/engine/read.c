/* SPDX-License-Identifier: ISC */
/* Reading.  llhttp finds where things are in a head and takes chunks apart;
 * what it lets through for the sake of old peers is refused in head.c.  Bodies
 * with a length need no parser. */
#include "internal.h"

#include <fata/panic.h>
#include <string.h>

const struct fata_http_limits fata_http_limits = FATA_HTTP_LIMITS;

/* --- what llhttp calls --- */

static struct fata_http *of(llhttp_t *parser)
{
    return parser->data;
}

/* A token may come in parts, which touch: that is why heads are in one piece.
 */
static bool extend(struct fata_http *h, struct fata_http_span *span,
                   const char *data, size_t size)
{
    size_t from = (size_t)(data - h->base);
    if (span->size != 0 && from != (size_t)span->at + span->size)
        return false;
    if (span->size == 0)
        span->at = (uint16_t)from;
    span->size = (uint16_t)(span->size + size);
    return true;
}

static int on_method(llhttp_t *parser, const char *data, size_t size)
{
    struct fata_http *h = of(parser);
    return extend(h, &h->method, data, size) ? 0 : -1;
}

static int on_target(llhttp_t *parser, const char *data, size_t size)
{
    struct fata_http *h = of(parser);
    (void)extend(h, &h->target, data, size);
    if (h->target.size <= h->limits->target)
        return 0;
    h->status = 414;
    return -1;
}

static int on_version(llhttp_t *parser)
{
    of(parser)->version_known = true;
    return 0;
}

static bool in_trailer(const struct fata_http *h)
{
    return h->reading == FATA__HTTP_TRAILER;
}

static struct fata_http_line *line(struct fata_http *h)
{
    return (in_trailer(h) ? h->trailers : h->field) + h->count - 1;
}

static int on_name(llhttp_t *parser, const char *data, size_t size)
{
    struct fata_http *h = of(parser);
    if (h->count == 0 || h->in_value) {
        if (h->count == (in_trailer(h) ? (uint32_t)FATA_HTTP_TRAILERS
                                       : h->limits->fields)) {
            h->status = 431;
            return -1;
        }
        h->count++;
        h->in_value = false;
        *line(h) = (struct fata_http_line){0};
    }
    return extend(h, &line(h)->name, data, size) ? 0 : -1;
}

/* A gap within a value is a folded line (RFC 9112, section 5.2). */
static int on_value(llhttp_t *parser, const char *data, size_t size)
{
    struct fata_http *h = of(parser);
    h->in_value = true;
    if (size == 0 && line(h)->value.size == 0)
        line(h)->value.at = (uint16_t)(data - h->base);
    return extend(h, &line(h)->value, data, size) ? 0 : -1;
}

/* All that follows is decided before llhttp goes on. */
static int on_head(llhttp_t *parser)
{
    of(parser)->complete = true;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *parser, const char *data, size_t size)
{
    of(parser)->piece = (struct fata_http_text){data, size};
    return HPE_PAUSED;
}

/* Behind the last chunk stands the trailer section. */
static int on_chunk(llhttp_t *parser)
{
    return parser->content_length == 0 ? HPE_PAUSED : 0;
}

static int on_message(llhttp_t *parser)
{
    of(parser)->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_target,
    .on_version_complete = on_version,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_chunk_header = on_chunk,
    .on_message_complete = on_message,
};

/* --- states --- */

static void start(struct fata_http *h)
{
    h->parser.data = h;
    h->reading = FATA__HTTP_HEAD;
    h->parsed = 0;
    h->method = h->target = (struct fata_http_span){0, 0};
    h->count = h->trailer = 0;
    h->version_known = h->complete = h->in_value = false;
    h->head.count = 0;
}

void fata_http_init(struct fata_http *h, enum fata_http_role role,
                    const struct fata_http_limits *limits, fata_time_t now)
{
    fata_assert(limits->head <= FATA_HTTP_HEAD_MAX &&
                limits->fields <= FATA_HTTP_FIELDS);
    h->head = (struct fata_http_head){0};
    h->role = role;
    h->limits = limits;
    h->status = 0;
    h->deadline = fata_time_add(now, limits->idle);
    h->keep_alive = true;
    h->asked_head = false;
    h->writing = FATA__HTTP_UNSENT;
    llhttp_init(&h->parser,
                role == FATA_HTTP_SERVER ? HTTP_REQUEST : HTTP_RESPONSE,
                &settings);
    start(h);
}

bool fata_http_next(struct fata_http *h, fata_time_t now)
{
    if (h->reading != FATA__HTTP_READ || h->writing != FATA__HTTP_SENT ||
        !h->keep_alive)
        return false;
    llhttp_reset(&h->parser);
    start(h);
    h->writing = FATA__HTTP_UNSENT;
    h->asked_head = false;
    h->deadline = fata_time_add(now, h->limits->idle);
    return true;
}

static enum fata_http_event fail(struct fata_http *h, unsigned status)
{
    h->reading = FATA__HTTP_FAILED;
    h->status = h->role == FATA_HTTP_SERVER ? status : 0;
    h->keep_alive = false;
    h->deadline = FATA_NEVER;
    return FATA_HTTP_FAILED;
}

static void over(struct fata_http *h)
{
    h->reading = FATA__HTTP_OVER;
    h->deadline = FATA_NEVER;
}

static enum fata_http_event end(struct fata_http *h)
{
    h->reading = FATA__HTTP_READ;
    h->deadline = FATA_NEVER;
    return FATA_HTTP_END;
}

/* --- heads --- */

/* How much longer a body may take now that `received` bytes are here. */
static void set_body_deadline(struct fata_http *h)
{
    uint64_t seconds = h->received / h->limits->body_rate;
    h->deadline = fata_time_add(
        h->begun,
        fata_time_add(h->limits->body_time,
                      seconds < UINT32_MAX ? FATA_S(1) * seconds : FATA_NEVER));
}

static void begin_body(struct fata_http *h, fata_time_t now)
{
    h->left = h->head.length;
    h->received = 0;
    h->line = 0;
    h->begun = now;
    h->continued = false;
    h->complete = false;
    h->trailer = 0;
    set_body_deadline(h);
    if (h->reading == FATA__HTTP_OVER)
        h->deadline = FATA_NEVER;
    if (h->reading == FATA__HTTP_CHUNKS)
        llhttp_resume(&h->parser);
}

/* How much of the rest llhttp gets to see: no more than the bound. */
static size_t visible(size_t size, size_t limit, uint32_t parsed)
{
    fata_assert(size >= parsed); /* the same bytes again, and more */
    return (size < limit ? size : limit) - parsed;
}

static enum fata_http_event read_head(struct fata_http *h, fata_time_t now,
                                      const char *data, size_t size,
                                      size_t *used)
{
    size_t part = visible(size, h->limits->head, h->parsed);
    llhttp_errno_t error;

    if (size == 0)
        return FATA_HTTP_MORE;
    if (h->parsed == 0)
        h->deadline = fata_time_add(now, h->limits->begun);
    h->base = data;
    error = llhttp_execute(&h->parser, data + h->parsed, part);
    if (error == HPE_OK && !h->complete) {
        h->parsed += (uint32_t)part;
        if (h->parsed < h->limits->head)
            return FATA_HTTP_MORE;
        return fail(h, h->count == 0 ? 414 : 431);
    }
    if (error != HPE_PAUSED || !h->complete)
        return fail(h, fata__http_status_of(h, error));
    h->head.size = (uint32_t)(llhttp_get_error_pos(&h->parser) - data);
    unsigned status = fata__http_check_head(h);
    if (status != 0)
        return fail(h, status);
    begin_body(h, now);
    *used = h->head.size;
    return FATA_HTTP_HEAD;
}

/* Interim responses are for who asks for them. */
static bool is_interim(const struct fata_http *h)
{
    return h->role == FATA_HTTP_CLIENT && h->head.status < 200 &&
           h->head.status != 101;
}

/* --- bodies --- */

static enum fata_http_event give(struct fata_http *h, const char *data,
                                 size_t size, struct fata_http_text *piece)
{
    h->received += size;
    if (h->received > h->limits->body && h->reading != FATA__HTTP_RAW)
        return fail(h, 413);
    *piece = (struct fata_http_text){data, size};
    if (h->reading != FATA__HTTP_RAW)
        set_body_deadline(h);
    return FATA_HTTP_BODY;
}

static enum fata_http_event read_length(struct fata_http *h, const char *data,
                                        size_t size, size_t *used,
                                        struct fata_http_text *piece)
{
    if (size > h->left)
        size = (size_t)h->left;
    if (size == 0)
        return FATA_HTTP_MORE;
    h->left -= size;
    *used = size;
    enum fata_http_event event = give(h, data, size, piece);
    if (h->left == 0 && event == FATA_HTTP_BODY)
        over(h);
    return event;
}

static enum fata_http_event read_chunks(struct fata_http *h, const char *data,
                                        size_t size, size_t *used,
                                        struct fata_http_text *piece)
{
    llhttp_errno_t error;

    if (size == 0)
        return FATA_HTTP_MORE;
    h->piece.size = 0;
    error = llhttp_execute(&h->parser, data, size);
    if (error != HPE_OK && error != HPE_PAUSED)
        return fail(h, 400);
    *used = error == HPE_OK ? size
                            : (size_t)(llhttp_get_error_pos(&h->parser) - data);
    if (error == HPE_PAUSED)
        llhttp_resume(&h->parser);
    h->line += (uint32_t)(*used - h->piece.size);
    if (h->line > FATA_HTTP_LINE_MAX)
        return fail(h, 400);
    if (h->piece.size > 0) {
        h->line = 0;
        return give(h, h->piece.data, h->piece.size, piece);
    }
    if (error == HPE_OK)
        return FATA_HTTP_MORE;
    h->reading = FATA__HTTP_TRAILER;
    h->parsed = 0;
    h->count = 0;
    h->in_value = false;
    return FATA_HTTP_BODY; /* none yet: goes on at once, in fata_http_feed */
}

static enum fata_http_event read_trailer(struct fata_http *h, const char *data,
                                         size_t size, size_t *used)
{
    size_t part = visible(size, FATA_HTTP_TRAILER_MAX, h->parsed);
    llhttp_errno_t error;

    if (part == 0)
        return FATA_HTTP_MORE;
    h->base = data;
    error = llhttp_execute(&h->parser, data + h->parsed, part);
    if (error == HPE_OK) {
        h->parsed += (uint32_t)part;
        return h->parsed < FATA_HTTP_TRAILER_MAX ? FATA_HTTP_MORE
                                                 : fail(h, 431);
    }
    if (error != HPE_PAUSED || !h->complete)
        return fail(h, h->status != 0 ? h->status : 400);
    *used = (size_t)(llhttp_get_error_pos(&h->parser) - data);
    if (!fata__http_only_lines(data, data, data + *used, h->trailers, h->count))
        return fail(h, 400);
    h->trailer_base = data;
    h->trailer = h->count;
    return end(h);
}

enum fata_http_event fata_http_feed(struct fata_http *h, fata_time_t now,
                                    const void *data, size_t size, size_t *used,
                                    struct fata_http_text *piece)
{
    const char *p = data;
    enum fata_http_event event;

    *used = 0;
    switch (h->reading) {
    case FATA__HTTP_HEAD:
        event = read_head(h, now, p, size, used);
        if (event != FATA_HTTP_HEAD || !is_interim(h))
            return event;
        llhttp_reset(&h->parser);
        start(h);
        return FATA_HTTP_MORE;
    case FATA__HTTP_LENGTH:
        return read_length(h, p, size, used, piece);
    case FATA__HTTP_CHUNKS:
        event = read_chunks(h, p, size, used, piece);
        if (h->reading != FATA__HTTP_TRAILER)
            return event;
        size_t first = *used;
        *used = 0;
        event = read_trailer(h, p + first, size - first, used);
        *used += first;
        return event;
    case FATA__HTTP_TRAILER:
        return read_trailer(h, p, size, used);
    case FATA__HTTP_TO_CLOSE:
    case FATA__HTTP_RAW:
        if (size == 0)
            return FATA_HTTP_MORE;
        *used = size;
        return give(h, p, size, piece);
    case FATA__HTTP_OVER:
        return end(h);
    case FATA__HTTP_READ:
        return FATA_HTTP_MORE;
    case FATA__HTTP_FAILED:
        break;
    }
    return FATA_HTTP_FAILED;
}

enum fata_http_event fata_http_feed_end(struct fata_http *h)
{
    switch (h->reading) {
    case FATA__HTTP_TO_CLOSE:
    case FATA__HTTP_RAW:
    case FATA__HTTP_OVER:
        return end(h);
    case FATA__HTTP_READ:
        return FATA_HTTP_MORE;
    case FATA__HTTP_HEAD:
        if (h->parsed == 0)
            return FATA_HTTP_MORE;
        break;
    default:
        break;
    }
    return fail(h, 0);
}

void fata_http_move(struct fata_http *h, const char *base)
{
    struct fata_http_text *text[] = {&h->head.method, &h->head.target,
                                     &h->head.path, &h->head.query,
                                     &h->head.authority};
    for (size_t i = 0; i < FATA_COUNT(text); i++) {
        size_t at = (size_t)(text[i]->data - h->head.base);
        if (text[i]->size != 0 && at < h->head.size)
            text[i]->data = base + at;
    }
    h->head.base = base;
}

bool fata_http_late(struct fata_http *h, fata_time_t now)
{
    if (now < h->deadline)
        return false;
    fail(h, h->reading == FATA__HTTP_HEAD && h->parsed == 0 ? 0 : 408);
    return true;
}

bool fata_http_may_drain(const struct fata_http *h)
{
    switch (h->reading) {
    case FATA__HTTP_OVER:
    case FATA__HTTP_READ:
        return true;
    case FATA__HTTP_LENGTH:
        return h->left <= FATA_HTTP_DRAIN &&
               (!h->head.expects_continue || h->continued);
    case FATA__HTTP_CHUNKS:
    case FATA__HTTP_TRAILER:
        return h->received <= FATA_HTTP_DRAIN &&
               (!h->head.expects_continue || h->continued);
    default:
        return false;
    }
}
