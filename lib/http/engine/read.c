/* SPDX-License-Identifier: ISC */
/* Reading.  llhttp finds where things are in a head and takes chunks apart;
 * what it lets through for the sake of old peers is refused here.  Bodies with
 * a length need no parser. */
#include <fata/http_engine.h>

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

/* --- a head --- */

static bool is_in(char c, const uint32_t set[4])
{
    unsigned char u = (unsigned char)c;
    return u < 128 && (set[u / 32] >> (u % 32) & 1) != 0;
}

static bool is_token(char c)
{
    static const uint32_t set[4] = {0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};
    return is_in(c, set);
}

/* A method that llhttp does not know is no mistake, if it is a token. */
static unsigned unknown_method(const struct fata_http *h)
{
    const char *end = llhttp_get_error_pos(&h->parser);
    const char *p = h->base;
    while (p < end && (*p == '\r' || *p == '\n'))
        p++;
    const char *from = p;
    while (p < end && is_token(*p))
        p++;
    if (p == from)
        return is_token(*p) ? 501 : 400;
    return p == end && (is_token(*p) || *p == ' ') ? 501 : 400;
}

static unsigned status_of(const struct fata_http *h, llhttp_errno_t error)
{
    if (h->status != 0) /* a callback has said */
        return h->status;
    if (error == HPE_INVALID_METHOD)
        return unknown_method(h);
    if (error == HPE_INVALID_VERSION && !h->version_known)
        return 505;
    return 400;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_end(const char *p)
{
    return p[0] == '\r' && p[1] == '\n';
}

/* The lines cover a head from `p` to its end, nothing else in between: only
 * that of what llhttp accepts.  Cuts the space behind values. */
static bool only_lines(const char *base, const char *p, const char *end,
                       struct fata_http_line *line, unsigned count)
{
    for (; count > 0; line++, count--) {
        struct fata_http_span *value = &line->value;
        if (line->name.size == 0 || base + line->name.at != p)
            return false;
        p += line->name.size;
        if (*p++ != ':')
            return false;
        while (is_space(*p))
            p++;
        if (value->size != 0 && base + value->at != p)
            return false;
        value->at = (uint16_t)(p - base);
        p += value->size;
        while (value->size > 0 && is_space(p[-1])) {
            value->size--;
            p--;
        }
        while (is_space(*p))
            p++;
        if (!is_end(p))
            return false;
        p += 2;
    }
    return p + 2 == end && is_end(p);
}

/* Returns what follows the request line, or NULL. */
static const char *check_request_line(struct fata_http *h)
{
    struct fata_http_span m = h->method, t = h->target;
    const char *p = h->base + t.at + t.size;

    if (m.size == 0 || t.size == 0 || t.at != m.at + m.size + 1 ||
        h->head.size - t.at - t.size < 13 || memcmp(p, " HTTP/1.", 8) != 0 ||
        !is_end(p + 9))
        return NULL;
    for (const char *q = h->base; q < h->base + m.at; q += 2)
        if (!is_end(q))
            return NULL;
    h->head.method = (struct fata_http_text){h->base + m.at, m.size};
    h->head.target = (struct fata_http_text){h->base + t.at, t.size};
    return p + 11;
}

static const char *check_status_line(struct fata_http *h)
{
    const char *p = h->base;
    if (memcmp(p, "HTTP/1.", 7) != 0)
        return NULL;
    while (!is_end(p)) /* llhttp has seen it */
        p++;
    h->head.status = h->parser.status_code;
    return p + 2;
}

/* In an absolute target the authority comes first; what a client sends to a
 * server begins with the path (RFC 9112, section 3.2). */
static unsigned split_target(struct fata_http_head *head)
{
    const char *p = head->target.data, *end = p + head->target.size;
    static const struct fata_http_text none = {"", 0};

    head->path = head->query = head->authority = none;
    if (fata_http_equal(head->method, "CONNECT"))
        return 501; /* no proxy */
    if (*p == '*')
        return head->target.size == 1 &&
                       fata_http_equal(head->method, "OPTIONS")
                   ? 0
                   : 400;
    if (*p != '/') {
        size_t scheme = head->target.size > 7 && p[4] == ':' ? 7 : 8;
        struct fata_http_text s = {p, scheme};
        if (head->target.size < scheme ||
            (!fata_http_same(s, "http://") && !fata_http_same(s, "https://")))
            return 400;
        p += scheme;
        const char *from = p;
        while (p < end && *p != '/' && *p != '?')
            p++;
        head->authority = (struct fata_http_text){from, (size_t)(p - from)};
        if (p == from)
            return 400;
    }
    const char *from = p;
    while (p < end && *p != '?' && *p != '#')
        p++;
    head->path = (struct fata_http_text){from, (size_t)(p - from)};
    if (head->path.size == 0)
        head->path = FATA_HTTP_TEXT("/");
    if (p < end && *p == '?') {
        from = ++p;
        while (p < end && *p != '#')
            p++;
        head->query = (struct fata_http_text){from, (size_t)(p - from)};
    }
    return p == end ? 0 : 400; /* a fragment is the client's own */
}

/* No space, no controls, nothing that ends an authority or is in no URI. */
static bool is_host(struct fata_http_text host)
{
    static const uint32_t set[4] = {0, 0x2fff7ff2, 0xaffffffe, 0x47fffffe};
    for (size_t i = 0; i < host.size; i++)
        if (!is_in(host.data[i], set))
            return false;
    return true;
}

/* What the fields say about the message as such. */
struct meaning {
    struct fata_http_text host, coding, length;
    unsigned hosts, codings;
    bool close, keep, upgrade_token, upgrade, expects, expects_other;
};

static void look_at_connection(struct fata_http_text list, struct meaning *m)
{
    struct fata_http_text token;
    while (fata_http_element(&list, &token)) {
        m->close |= fata_http_same(token, "close");
        m->keep |= fata_http_same(token, "keep-alive");
        m->upgrade_token |= fata_http_same(token, "upgrade");
    }
}

static void look_at(struct fata_http_text name, struct fata_http_text value,
                    struct meaning *m)
{
    switch (name.size) {
    case 4:
        if (fata_http_same(name, "host")) {
            m->host = value;
            m->hosts++;
        }
        break;
    case 6:
        if (fata_http_same(name, "expect")) {
            if (fata_http_same(value, "100-continue"))
                m->expects = true;
            else
                m->expects_other = true;
        }
        break;
    case 7:
        if (fata_http_same(name, "upgrade"))
            m->upgrade = true;
        break;
    case 10:
        if (fata_http_same(name, "connection"))
            look_at_connection(value, m);
        break;
    case 14:
        if (fata_http_same(name, "content-length"))
            m->length = value; /* llhttp refuses a second one */
        break;
    case 17:
        if (fata_http_same(name, "transfer-encoding")) {
            m->coding = value;
            m->codings++;
        }
        break;
    }
}

/* Is `chunked` the last coding? */
static bool ends_chunked(struct fata_http_text list)
{
    struct fata_http_text last = {NULL, 0}, element;
    while (fata_http_element(&list, &element))
        last = element;
    return last.data != NULL && fata_http_same(last, "chunked");
}

/* The body's length, by RFC 9112, section 6.3.  Returns a status that refuses
 * it, or 0. */
static unsigned decide_length(struct fata_http *h, const struct meaning *m)
{
    struct fata_http_head *head = &h->head;

    head->length = 0;
    if (m->codings > 0 && m->length.data != NULL)
        return 400;
    if (m->codings > 0) {
        if (head->minor == 0 || m->codings > 1 || !ends_chunked(m->coding))
            return 400;
        if (!fata_http_same(m->coding, "chunked"))
            return 501;
        if ((h->parser.flags & F_CHUNKED) == 0)
            return 400; /* llhttp must see the same */
        head->length = FATA_HTTP_CHUNKED;
    } else if (m->length.data != NULL) {
        if (!fata_http_number(m->length, &head->length) ||
            head->length == FATA_HTTP_CHUNKED)
            return 400;
    } else if (h->role == FATA_HTTP_CLIENT) {
        head->length = FATA_HTTP_CHUNKED;
    }
    return 0;
}

static unsigned decide_request(struct fata_http *h, const struct meaning *m)
{
    struct fata_http_head *head = &h->head;
    unsigned status = split_target(head);

    h->asked_head = fata_http_equal(head->method, "HEAD");
    if (status != 0)
        return status;
    if (m->hosts > 1 || (m->hosts == 0 && head->minor == 1) ||
        !is_host(m->host))
        return 400;
    if (head->authority.size == 0)
        head->authority = m->host;
    status = decide_length(h, m);
    if (status != 0)
        return status;
    head->has_body = head->length != 0;
    if (head->has_body && head->length != FATA_HTTP_CHUNKED &&
        head->length > h->limits->body)
        return 413;
    if (m->expects_other && head->minor == 1)
        return 417;
    head->expects_continue = m->expects && head->minor == 1 && head->has_body;
    head->upgrades =
        m->upgrade && m->upgrade_token && head->minor == 1 && !head->has_body;
    h->reading = !head->has_body                     ? FATA__HTTP_OVER
                 : head->length == FATA_HTTP_CHUNKED ? FATA__HTTP_CHUNKS
                                                     : FATA__HTTP_LENGTH;
    return 0;
}

static unsigned decide_response(struct fata_http *h, const struct meaning *m)
{
    struct fata_http_head *head = &h->head;
    unsigned status = decide_length(h, m);

    if (status != 0)
        return status;
    if (head->status < 100)
        return 400;
    head->has_body = !h->asked_head && head->status >= 200 &&
                     head->status != 204 && head->status != 304 &&
                     head->length != 0;
    head->upgrades = head->status == 101;
    if (head->upgrades)
        h->reading = FATA__HTTP_RAW;
    else if (!head->has_body)
        h->reading = FATA__HTTP_OVER;
    else if (m->codings > 0)
        h->reading = FATA__HTTP_CHUNKS;
    else if (m->length.data != NULL)
        h->reading = FATA__HTTP_LENGTH;
    else
        h->reading = FATA__HTTP_TO_CLOSE;
    if (h->reading == FATA__HTTP_TO_CLOSE || h->reading == FATA__HTTP_RAW)
        h->keep_alive = false;
    else if (head->has_body && head->length != FATA_HTTP_CHUNKED &&
             head->length > h->limits->body)
        return 413;
    return 0;
}

/* Returns a status that refuses it, or 0. */
static unsigned check_head(struct fata_http *h)
{
    struct fata_http_head *head = &h->head;
    struct meaning m = {0};
    const char *lines;

    if (h->parser.http_major != 1)
        return h->version_known ? 505 : 400;
    head->base = h->base;
    lines = h->role == FATA_HTTP_SERVER ? check_request_line(h)
                                        : check_status_line(h);
    if (lines == NULL ||
        !only_lines(h->base, lines, h->base + head->size, h->field, h->count))
        return 400;
    head->minor = h->parser.http_minor;
    head->count = h->count;
    for (unsigned i = 0; i < head->count; i++) {
        struct fata_http_text name, value;
        fata_http_field_at(h, i, &name, &value);
        look_at(name, value, &m);
    }
    if (m.close || (head->minor == 0 && !m.keep))
        h->keep_alive = false;
    return h->role == FATA_HTTP_SERVER ? decide_request(h, &m)
                                       : decide_response(h, &m);
}

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
        return fail(h, status_of(h, error));
    h->head.size = (uint32_t)(llhttp_get_error_pos(&h->parser) - data);
    unsigned status = check_head(h);
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
    if (!only_lines(data, data, data + *used, h->trailers, h->count))
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
