/* SPDX-License-Identifier: ISC */
/* HTTP/1.1 (RFC 9110, 9112) without I/O: one end of one connection.  Bytes come
 * in, heads to be sent come out, and `deadline` says by when the peer must have
 * gone on.  Who moves the bytes - fibers, libuv, a poll loop, a test - is not
 * known here.
 *
 *     fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, now);
 *     for (;;) switch (fata_http_feed(&h, now, data, size, &used, &piece)) {
 *     case FATA_HTTP_MORE:   drop `used` bytes, get more behind the rest
 *     case FATA_HTTP_HEAD:   h.head says what is asked; it points into `data`
 *     case FATA_HTTP_BODY:   `piece` is the next part of the body
 *     case FATA_HTTP_END:    that was the message
 *     case FATA_HTTP_FAILED: h.status is the answer; then close
 *     }
 *
 * Heads and trailers must lie in one piece, so that they are never copied here:
 * while one is not complete `used` is 0, and the caller reads on behind it.
 * llhttp reads each byte once, however often it is shown.
 *
 * Strict: what RFC 9112 lets a server refuse is refused, as it is where two
 * parsers may disagree: bare CR or LF, folded lines, space before a colon, both
 * lengths, anything in Transfer-Encoding but "chunked".
 * Allocation: none.  Context: any. */
#ifndef FATA_HTTP_ENGINE_H
#define FATA_HTTP_ENGINE_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/http_text.h>
#include <fata/time.h>
#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FATA_HTTP_FIELDS = 64,        /* of a head, at most */
    FATA_HTTP_TRAILERS = 8,       /* of a trailer section, at most */
    FATA_HTTP_TRAILER_MAX = 2048, /* bytes of that */
    FATA_HTTP_LINE_MAX = 256,     /* bytes of a chunk's line */
    FATA_HTTP_HEAD_MAX = 65535,   /* bytes of a head: what offsets can say */
    FATA_HTTP_CHUNK_ROOM = 18,    /* of fata_http_write_chunk */
    FATA_HTTP_DRAIN = 65536,      /* bytes of a body nobody reads that are worth
                                     reading to keep the connection */
};

#define FATA_HTTP_CHUNKED UINT64_MAX /* a body whose length is not known */

/* Bounds; FATA_HTTP_LIMITS has the values that are meant for a server, and so
 * has `fata_http_limits`. */
struct fata_http_limits {
    uint32_t head;         /* bytes of a head; FATA_HTTP_HEAD_MAX at most */
    uint32_t fields;       /* in it; FATA_HTTP_FIELDS at most */
    uint32_t target;       /* bytes of a request's target */
    uint64_t body;         /* bytes of a body */
    fata_time_t idle;      /* without a message, ns */
    fata_time_t begun;     /* from a head's first byte to its last */
    fata_time_t body_time; /* for a body, and besides ... */
    uint32_t body_rate;    /* ... a second for as many bytes */
};
#define FATA_HTTP_LIMITS                                                       \
    {                                                                          \
        .head = 8192, .fields = FATA_HTTP_FIELDS, .target = 4096,              \
        .body = 1024 * 1024, .idle = FATA_S(60), .begun = FATA_S(10),          \
        .body_time = FATA_S(20), .body_rate = 500,                             \
    }
extern const struct fata_http_limits fata_http_limits;

enum fata_http_role { FATA_HTTP_SERVER, FATA_HTTP_CLIENT };

enum fata_http_event {
    FATA_HTTP_MORE,
    FATA_HTTP_HEAD,
    FATA_HTTP_BODY,
    FATA_HTTP_END,
    FATA_HTTP_FAILED,
};

/* Where something lies, from `base`. */
struct fata_http_span {
    uint16_t at, size;
};

/* Private; fata_http_field and its like look into it. */
struct fata_http_line {
    struct fata_http_span name, value;
};

/* A head that is complete.  All may be read; what it points at is the caller's
 * memory. */
struct fata_http_head {
    const char *base;                /* private */
    uint32_t size;                   /* bytes of it */
    struct fata_http_text method;    /* server */
    struct fata_http_text target;    /* server: as it was sent */
    struct fata_http_text path;      /* server: of the target, not decoded */
    struct fata_http_text query;     /* server: behind the `?`, or empty */
    struct fata_http_text authority; /* server: of the target, or Host */
    unsigned status;                 /* client */
    unsigned minor;                  /* HTTP/1.`minor` */
    uint64_t length;                 /* of the body: 0 where there is none, or
                                        FATA_HTTP_CHUNKED */
    bool has_body;
    bool expects_continue; /* it waits for 100 before it sends the body */
    bool upgrades;         /* wants another protocol: field Upgrade */
    unsigned count;        /* of fields */
};

/* One end of a connection.  Private but `head`, `status`, `deadline`. */
struct fata_http {
    struct fata_http_head head; /* of the message that is read */
    fata_time_t deadline;       /* by then the peer must have gone on */
    unsigned status;            /* once it has failed: what to answer, 0: only
                                   close */
    enum fata_http_role role;
    const struct fata_http_limits *limits;

    enum {
        FATA__HTTP_HEAD,
        FATA__HTTP_LENGTH,
        FATA__HTTP_CHUNKS,
        FATA__HTTP_TRAILER,
        FATA__HTTP_TO_CLOSE, /* a response's: up to the end of the stream */
        FATA__HTTP_OVER,     /* END has not been told */
        FATA__HTTP_READ,     /* it has */
        FATA__HTTP_RAW,      /* another protocol */
        FATA__HTTP_FAILED
    } reading;
    llhttp_t parser;
    const char *base;  /* of the head or trailer section that is parsed */
    uint32_t parsed;   /* bytes of it that llhttp has seen */
    uint64_t left;     /* of a body with a length */
    uint64_t received; /* of the body */
    uint32_t line;     /* bytes since a chunk's last */
    fata_time_t begun; /* the body */
    struct fata_http_text piece;
    struct fata_http_span method, target;
    uint16_t count;   /* fields parsed, of the head or the trailer section */
    uint16_t trailer; /* of these: the trailer section's */
    bool version_known, complete, in_value;
    const char *trailer_base;
    struct fata_http_line field[FATA_HTTP_FIELDS];
    struct fata_http_line trailers[FATA_HTTP_TRAILERS];

    enum {
        FATA__HTTP_UNSENT,
        FATA__HTTP_SENDS_LENGTH,
        FATA__HTTP_SENDS_CHUNKS,
        FATA__HTTP_SENDS_TO_CLOSE,
        FATA__HTTP_SENT
    } writing;
    uint64_t to_send;
    bool keep_alive;    /* the connection lives longer than this message */
    bool asked_head;    /* the request is HEAD: the response has no body */
    bool continued;     /* 100 has been sent */
    bool sends_nothing; /* the body is not sent: HEAD, 204, 304 */
};

/* limits  borrowed for the connection's life
 * now     monotonic */
void fata_http_init(struct fata_http *h, enum fata_http_role role,
                    const struct fata_http_limits *limits, fata_time_t now);

/* --- reading --- */

/* Goes on with what the peer has sent.
 * data   borrowed; after HEAD `head` points into it until the message's END, or
 *        to where fata_http_move says
 * used   returned: how many bytes are done with; show the others again, with
 *        more behind them after MORE (which may come with `used` == 0)
 * piece  returned with BODY: within `data`
 * After END it says MORE until fata_http_next. */
enum fata_http_event fata_http_feed(struct fata_http *h, fata_time_t now,
                                    const void *data, size_t size, size_t *used,
                                    struct fata_http_text *piece);

/* The stream has ended.  Returns END (that ends the body of a response), MORE
 * (no message was under way) or FAILED (one was, status 0). */
enum fata_http_event fata_http_feed_end(struct fata_http *h);

/* The bytes of the head are at `base` from now on. */
void fata_http_move(struct fata_http *h, const char *base);

/* True when the peer was to have gone on by `now`; then `status` is 408, or 0
 * where nothing had begun: answer that, and close. */
bool fata_http_late(struct fata_http *h, fata_time_t now);

/* The value of the first field of that name (in any case); data NULL: none. */
struct fata_http_text fata_http_field(const struct fata_http *h,
                                      const char *name);

/* Field number `n` of the head, from 0 to head.count - 1. */
void fata_http_field_at(const struct fata_http *h, unsigned n,
                        struct fata_http_text *name,
                        struct fata_http_text *value);

/* The same of the trailer section, after END; it lies where the last read's
 * `data` was. */
struct fata_http_text fata_http_trailer(const struct fata_http *h,
                                        const char *name);

/* True where one of the fields `name`, which is a list, has the element `token`
 * (in any case; parameters do not count). */
bool fata_http_has(const struct fata_http *h, const char *name,
                   const char *token);

/* --- writing --- */

/* The head of a response, or of a request. */
struct fata_http_message {
    unsigned status;           /* response: 200 .. 599, or 101 */
    const char *method;        /* request */
    const char *target, *host; /* request */
    const char *type;          /* Content-Type, or NULL */
    const char *date;          /* of fata_http_date, or NULL: a server with a
                                  clock must give it */
    const struct fata_http_header *headers;
    size_t header_count;
    const char *upgrade; /* with 101, or to ask for it: the protocol */
    uint64_t length;     /* of the body, or FATA_HTTP_CHUNKED */
    bool close;          /* do not keep the connection */
};

/* Writes a head.  It says Content-Length, Transfer-Encoding, Connection and
 * Date itself: these must not be in `headers`.
 * out  the caller's; `room` bytes
 * Returns its size, FATA_ENOSPC, or FATA_EINVAL (a name or value that would end
 * its line, or a head that has been sent); then nothing has been sent. */
FATA_NODISCARD int fata_http_write_head(struct fata_http *h,
                                        const struct fata_http_message *message,
                                        char *out, size_t room);

/* After the head: true where body bytes are to be sent; a response to HEAD has
 * none, whatever its length says. */
bool fata_http_has_to_send(const struct fata_http *h);

/* `size` bytes of the body, at least 1, follow.  Writes what must stand before
 * them into `out`, and returns its size; *after is what must stand behind.
 * FATA_ERANGE: that is more than was promised. */
FATA_NODISCARD int fata_http_write_chunk(struct fata_http *h, size_t size,
                                         char out[FATA_HTTP_CHUNK_ROOM],
                                         const char **after);

/* The body is complete: writes what ends it, with trailers where they can be
 * sent.  Returns its size, 0 or more, FATA_ENOSPC, or FATA_ERANGE (fewer bytes
 * than were promised: the connection must be closed). */
FATA_NODISCARD int fata_http_write_end(struct fata_http *h,
                                       const struct fata_http_header *trailers,
                                       size_t count, char *out, size_t room);

/* What must be sent to a client that waits for it before the body is read, or
 * NULL. */
const char *fata_http_continue(struct fata_http *h);

/* A whole response that says `status`, as text, with the connection's end.
 * Returns its size or FATA_ENOSPC; 512 bytes suffice. */
FATA_NODISCARD int fata_http_write_error(struct fata_http *h, unsigned status,
                                         const char *date, char *out,
                                         size_t room);

/* A message has been read and one has been sent: true if the next one may
 * follow on this connection, for which `h` is ready; false: close it. */
bool fata_http_next(struct fata_http *h, fata_time_t now);

/* True when what is left of the message is short enough to be read away. */
bool fata_http_may_drain(const struct fata_http *h);

/* "Not Found"; never NULL. */
const char *fata_http_reason(unsigned status);

#endif
