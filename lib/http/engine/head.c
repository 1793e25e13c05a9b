/* SPDX-License-Identifier: ISC */
/* A head that is complete: is it one, and what does it say of the message.
 * Two parsers that disagree let a request be smuggled: the lines must cover the
 * head byte by byte, and what decides a body's length must be said once. */
#include "internal.h"

#include <string.h>

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

unsigned fata__http_status_of(const struct fata_http *h, llhttp_errno_t error)
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

bool fata__http_only_lines(const char *base, const char *p, const char *end,
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

unsigned fata__http_check_head(struct fata_http *h)
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
        !fata__http_only_lines(h->base, lines, h->base + head->size, h->field,
                               h->count))
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
