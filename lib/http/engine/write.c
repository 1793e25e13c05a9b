/* SPDX-License-Identifier: ISC */
/* Writing heads, and what stands around bodies. */
#include <fata/http_engine.h>

#include <fata/panic.h>
#include <string.h>

const char *fata_http_reason(unsigned status)
{
    static const struct {
        uint16_t status;
        const char *text;
    } reasons[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < FATA_COUNT(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Status";
}

/* --- text into a bounded buffer --- */

struct out {
    char *data;
    size_t size, room;
    bool full, bad;
};

static inline void put_bytes(struct out *o, const char *data, size_t size)
{
    if (o->room - o->size < size) {
        o->full = true;
        return;
    }
    memcpy(o->data + o->size, data, size);
    o->size += size;
}

#define PUT(o, literal) put_bytes(o, literal, sizeof(literal) - 1)

/* What a program gives must not end its line. */
static void put(struct out *o, const char *text)
{
    size_t size = 0;
    for (; (unsigned char)text[size] >= ' '; size++)
        ;
    if (text[size] != '\0')
        o->bad = true;
    put_bytes(o, text, size);
}

static size_t digits(uint64_t n, unsigned base, char end[20])
{
    char *p = end + 20;
    do {
        *--p = "0123456789abcdef"[n % base];
        n /= base;
    } while (n != 0);
    return (size_t)(end + 20 - p);
}

static void put_number(struct out *o, uint64_t n)
{
    char text[20];
    size_t size = digits(n, 10, text);
    put_bytes(o, text + 20 - size, size);
}

static void put_header(struct out *o, const char *name, const char *value)
{
    put(o, name);
    PUT(o, ": ");
    put(o, value);
    PUT(o, "\r\n");
}

static int result(const struct out *o)
{
    return o->bad ? FATA_EINVAL : o->full ? FATA_ENOSPC : (int)o->size;
}

/* --- heads --- */

static void put_status_line(struct out *o, unsigned status)
{
    if (status == 200) {
        PUT(o, "HTTP/1.1 200 OK\r\n");
        return;
    }
    PUT(o, "HTTP/1.1 ");
    put_number(o, status);
    PUT(o, " ");
    put(o, fata_http_reason(status));
    PUT(o, "\r\n");
}

static bool is_head(const char *method)
{
    return strlen(method) == 4 && memcmp(method, "HEAD", 4) == 0;
}

static bool has_space(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == ' ')
            return true;
    return false;
}

static void put_request_line(struct out *o, const struct fata_http_message *m)
{
    o->bad |= has_space(m->method) || has_space(m->target);
    put(o, m->method);
    PUT(o, " ");
    put(o, m->target);
    PUT(o, " HTTP/1.1\r\n");
    put_header(o, "Host", m->host);
}

int fata_http_write_head(struct fata_http *h, const struct fata_http_message *m,
                         char *out, size_t room)
{
    struct out o = {.data = out, .room = room};
    bool server = h->role == FATA_HTTP_SERVER;
    bool raw = server && m->status == 101;
    bool bodiless = server && (raw || m->status == 204 || m->status == 304);
    bool chunked = m->length == FATA_HTTP_CHUNKED && !bodiless;
    /* A client of HTTP/1.0 reads up to the end of the stream. */
    bool to_close = chunked && server && h->head.minor == 0;
    bool keep = h->keep_alive && !m->close && !to_close && !raw;

    if (h->writing != FATA__HTTP_UNSENT)
        return FATA_EINVAL;
    /* What the client still sends would take longer to read away than a new
     * connection. */
    if (server && !raw && !fata_http_may_drain(h))
        keep = false;
    if (server)
        put_status_line(&o, m->status);
    else
        put_request_line(&o, m);
    if (m->date != NULL) {
        PUT(&o, "Date: ");
        put_bytes(&o, m->date, strlen(m->date));
        PUT(&o, "\r\n");
    }
    if (m->type != NULL)
        put_header(&o, "Content-Type", m->type);
    for (size_t i = 0; i < m->header_count; i++)
        put_header(&o, m->headers[i].name, m->headers[i].value);
    if (chunked && !to_close) {
        PUT(&o, "Transfer-Encoding: chunked\r\n");
    } else if (!bodiless && !to_close &&
               (server || m->length != 0 || m->method[0] == 'P')) {
        PUT(&o, "Content-Length: ");
        put_number(&o, m->length);
        PUT(&o, "\r\n");
    }
    if (m->upgrade != NULL) {
        put_header(&o, "Upgrade", m->upgrade);
        PUT(&o, "Connection: Upgrade\r\n");
    } else if (!keep) {
        PUT(&o, "Connection: close\r\n");
    } else if (server && h->head.minor == 0) {
        PUT(&o, "Connection: keep-alive\r\n");
    }
    PUT(&o, "\r\n");
    if (o.bad || o.full)
        return result(&o);

    h->keep_alive = keep;
    h->to_send = bodiless ? 0 : m->length;
    if (!server)
        h->asked_head = is_head(m->method);
    h->sends_nothing = bodiless || (server && h->asked_head);
    h->writing = to_close  ? FATA__HTTP_SENDS_TO_CLOSE
                 : chunked ? FATA__HTTP_SENDS_CHUNKS
                           : FATA__HTTP_SENDS_LENGTH;
    if (h->sends_nothing || h->to_send == 0)
        h->writing = FATA__HTTP_SENT;
    if (raw) {
        h->reading = FATA__HTTP_RAW;
        h->deadline = FATA_NEVER;
    }
    return (int)o.size;
}

bool fata_http_has_to_send(const struct fata_http *h)
{
    return h->writing != FATA__HTTP_UNSENT && h->writing != FATA__HTTP_SENT;
}

int fata_http_write_chunk(struct fata_http *h, size_t size,
                          char out[FATA_HTTP_CHUNK_ROOM], const char **after)
{
    fata_assert(size > 0);
    *after = "";
    switch (h->writing) {
    case FATA__HTTP_SENDS_LENGTH:
        if (size > h->to_send)
            return FATA_ERANGE;
        h->to_send -= size;
        if (h->to_send == 0)
            h->writing = FATA__HTTP_SENT;
        return 0;
    case FATA__HTTP_SENDS_CHUNKS: {
        char text[20];
        size_t n = digits(size, 16, text);
        memcpy(out, text + 20 - n, n);
        memcpy(out + n, "\r\n", 2);
        *after = "\r\n";
        return (int)n + 2;
    }
    case FATA__HTTP_SENDS_TO_CLOSE:
        return 0;
    default:
        return h->sends_nothing ? 0 : FATA_ERANGE;
    }
}

int fata_http_write_end(struct fata_http *h,
                        const struct fata_http_header *trailers, size_t count,
                        char *out, size_t room)
{
    struct out o = {.data = out, .room = room};

    if (h->writing == FATA__HTTP_SENDS_LENGTH ||
        h->writing == FATA__HTTP_UNSENT)
        return FATA_ERANGE;
    if (h->writing == FATA__HTTP_SENDS_CHUNKS) {
        PUT(&o, "0\r\n");
        for (size_t i = 0; i < count; i++)
            put_header(&o, trailers[i].name, trailers[i].value);
        PUT(&o, "\r\n");
        if (o.bad || o.full)
            return result(&o);
    }
    h->writing = FATA__HTTP_SENT;
    return (int)o.size;
}

const char *fata_http_continue(struct fata_http *h)
{
    if (!h->head.expects_continue || h->continued || h->received != 0 ||
        h->writing != FATA__HTTP_UNSENT)
        return NULL;
    h->continued = true;
    return "HTTP/1.1 100 Continue\r\n\r\n";
}

int fata_http_write_error(struct fata_http *h, unsigned status,
                          const char *date, char *out, size_t room)
{
    const char *reason = fata_http_reason(status);
    struct fata_http_message m = {
        .status = status,
        .type = "text/plain",
        .date = date,
        .length = 4 + strlen(reason) + 1,
        .close = true,
    };
    int head = fata_http_write_head(h, &m, out, room);
    if (head < 0)
        return head;
    struct out o = {.data = out, .size = (size_t)head, .room = room};
    if (!h->sends_nothing) {
        put_number(&o, status);
        PUT(&o, " ");
        put(&o, reason);
        PUT(&o, "\n");
    }
    h->writing = FATA__HTTP_SENT;
    return result(&o);
}
