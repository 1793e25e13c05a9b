/* SPDX-License-Identifier: ISC */
/* Bytes in, events out.  Each case is shown whole, byte by byte and in random
 * parts: the events must be the same. */
#include <fata/http_engine.h>
#include <fata/test.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a peer that keeps what is not used, and writes down what it is told ---
 */

struct log {
    char text[4096];
    size_t size;
    bool in_body;
};

static void note(struct log *l, const char *text, size_t size)
{
    if (size > sizeof(l->text) - 1 - l->size)
        size = sizeof(l->text) - 1 - l->size;
    memcpy(l->text + l->size, text, size);
    l->size += size;
    l->text[l->size] = '\0';
}

static void note_head(struct log *l, const struct fata_http *h)
{
    const struct fata_http_head *head = &h->head;
    char line[256];
    if (h->role == FATA_HTTP_SERVER)
        snprintf(line, sizeof(line), "%.*s %.*s?%.*s @%.*s 1.%u",
                 (int)head->method.size, head->method.data,
                 (int)head->path.size, head->path.data, (int)head->query.size,
                 head->query.data, (int)head->authority.size,
                 head->authority.data, head->minor);
    else
        snprintf(line, sizeof(line), "%u 1.%u", head->status, head->minor);
    note(l, line, strlen(line));
    for (unsigned i = 0; i < head->count; i++) {
        struct fata_http_text name, value;
        fata_http_field_at(h, i, &name, &value);
        if (fata_http_same(name, "host"))
            continue;
        note(l, "|", 1);
        note(l, name.data, name.size);
        note(l, "=", 1);
        note(l, value.data, value.size);
    }
    note(l, head->expects_continue ? " 100" : "", head->expects_continue * 4u);
    note(l, head->upgrades ? " up" : "", head->upgrades * 3u);
    note(l, "\n", 1);
}

/* Every message of `in`, in parts of which part() says the sizes. */
static void run(enum fata_http_role role, const char *method, const char *in,
                size_t size, size_t (*part)(void), struct log *l)
{
    struct fata_http h;
    char *at = malloc(size + 1); /* its end is the sanitizer's */
    size_t there = 0, from = 0;
    bool ended = false;
    char out[512];

    fata_http_init(&h, role, &fata_http_limits, 0);
    memset(l, 0, sizeof(*l));
    if (role == FATA_HTTP_CLIENT) {
        struct fata_http_message m = {.method = method,
                                      .target = "/",
                                      .host = "h"};
        if (fata_http_write_head(&h, &m, out, sizeof(out)) < 0)
            abort();
    }
    for (;;) {
        struct fata_http_text piece;
        size_t used;
        /* Moved each time, so that nobody keeps an address. */
        char *copy = malloc(there - from + 1);
        memcpy(copy, at + from, there - from);
        enum fata_http_event event =
            ended ? fata_http_feed_end(&h)
                  : fata_http_feed(&h, 0, copy, there - from, &used, &piece);
        if (event != FATA_HTTP_BODY && event != FATA_HTTP_MORE && l->in_body) {
            note(l, "\n", 1);
            l->in_body = false;
        }
        if (ended)
            used = 0;
        from += used;
        if (event == FATA_HTTP_HEAD)
            note_head(l, &h);
        if (event == FATA_HTTP_BODY) {
            note(l, piece.data, piece.size);
            l->in_body = true;
        }
        if (event == FATA_HTTP_END) {
            struct fata_http_text t = fata_http_trailer(&h, "T");
            note(l, "end", 3);
            if (t.data != NULL) {
                note(l, " T=", 3);
                note(l, t.data, t.size);
            }
            note(l, "\n", 1);
            struct fata_http_message m = {.status = 200};
            if (role == FATA_HTTP_SERVER &&
                fata_http_write_head(&h, &m, out, sizeof(out)) < 0)
                abort();
            if (!fata_http_next(&h, 0)) {
                note(l, "close\n", 6);
                free(copy);
                break;
            }
            if (role == FATA_HTTP_CLIENT) {
                m = (struct fata_http_message){.method = method,
                                               .target = "/",
                                               .host = "h"};
                if (fata_http_write_head(&h, &m, out, sizeof(out)) < 0)
                    abort();
            }
        }
        free(copy);
        if (event == FATA_HTTP_FAILED) {
            char line[32];
            snprintf(line, sizeof(line), "failed %u\n", h.status);
            note(l, line, strlen(line));
            break;
        }
        if (event == FATA_HTTP_MORE && used == 0) {
            if (ended)
                break;
            size_t n = part();
            if (n > size - there)
                n = size - there;
            memcpy(at + there, in + there, n);
            there += n;
            ended = n == 0;
        }
    }
    free(at);
}

static size_t whole(void)
{
    return SIZE_MAX;
}

static size_t single(void)
{
    return 1;
}

static uint32_t state = 1;

static size_t some(void)
{
    state = state * 1664525u + 1013904223u;
    return 1 + (state >> 24) % 17;
}

struct example {
    const char *section; /* of RFC 9110 or 9112 */
    const char *in, *out;
};

static bool same(enum fata_http_role role, const char *method,
                 const struct example *e)
{
    struct log l;
    size_t size = strlen(e->in);
    for (int i = 0; i < 12; i++) {
        run(role, method, e->in, size,
            i == 0   ? whole
            : i == 1 ? single
                     : some,
            &l);
        if (strcmp(l.text, e->out) != 0) {
            printf("%s (%s)\n%s--- is\n%s--- instead of\n%s", e->section,
                   i == 0   ? "whole"
                   : i == 1 ? "byte by byte"
                            : "in parts",
                   e->in, l.text, e->out);
            return false;
        }
    }
    return true;
}

#define POST   "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKS POST "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKY "POST /? @h 1.1|Transfer-Encoding=chunked\n"
#define GET    "GET / HTTP/1.1\r\nHost: h\r\n"
#define GOT    "GET /? @h 1.1"

static const struct example requests[] = {
    {"9112 2.1 a request", GET "\r\n", GOT "\nend\n"},
    {"9112 2.2 an empty line before it", "\r\n\r\n" GET "\r\n", GOT "\nend\n"},
    {"9112 2.2 bare LF", "GET / HTTP/1.1\nHost: h\n\n", "failed 400\n"},
    {"9112 2.2 bare LF after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n",
     "failed 400\n"},
    {"9112 2.2 bare CR in a field", GET "A: b\rC: d\r\n\r\n", "failed 400\n"},
    {"9112 2.2 bare CR before it", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 2.2 space before the first field",
     "GET / HTTP/1.1\r\n Host: h\r\n\r\n", "failed 400\n"},
    {"9112 2.3 version 1.0", "GET / HTTP/1.0\r\n\r\n",
     "GET /? @ 1.0\nend\nclose\n"},
    {"9112 2.3 version 2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
     "failed 505\n"},
    {"9112 2.3 version 1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n",
     "failed 505\n"},
    {"9112 2.3 version 9.9", "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
     "failed 505\n"},
    {"9112 2.3 its name in small letters", "GET / http/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 2.3 none", "GET /\r\n\r\n", "failed 400\n"},
    {"9112 3 two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "failed 400\n"},
    {"9112 3 two spaces before the version",
     "GET /  HTTP/1.1\r\nHost: h\r\n\r\n", "failed 400\n"},
    {"9112 3 space at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3 space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3 another protocol", "SOURCE / ICE/1.0\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3 TLS", "\x16\x03\x01\x02\x01\x01", "failed 400\n"},
    {"9110 9.1 an unknown method", "FETCH / HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 501\n"},
    {"9110 9.1 the beginning of one", "GE / HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 501\n"},
    {"9110 9.1 in small letters", "get / HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 501\n"},
    {"9110 9.1 no token", "GE[T / HTTP/1.1\r\nHost: h\r\n\r\n", "failed 400\n"},
    {"9110 9.3.6 CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 501\n"},
    {"9112 3.2.1 a query", "GET /a?b=c?d HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a?b=c?d @h 1.1\nend\n"},
    {"9112 3.2 a fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3.2 bytes that no URI has", "GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3.2.2 an absolute target",
     "GET http://x:8/a?b HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a?b @x:8 1.1\nend\n"},
    {"9112 3.2.2 without a path", "GET http://x HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /? @x 1.1\nend\n"},
    {"9112 3.2.2 of another scheme", "GET ftp://x/ HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3.2.4 asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
     "OPTIONS ? @h 1.1\nend\n"},
    {"9112 3.2.4 asterisk for GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
     "failed 400\n"},
    {"9112 3.2 no Host", "GET / HTTP/1.1\r\n\r\n", "failed 400\n"},
    {"9112 3.2 two Hosts", GET "Host: h\r\n\r\n", "failed 400\n"},
    {"9112 3.2 a Host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n",
     "failed 400\n"},
    {"9112 3.2 an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
     "GET /? @ 1.1\nend\n"},
    {"9112 5 fields", GET "A: b\r\nC:d\r\nE:\r\nF: \t g h \t\r\n\r\n",
     GOT "|A=b|C=d|E=|F=g h\nend\n"},
    {"9110 5.5 obs-text in a value", GET "A: \xe4\r\n\r\n",
     GOT "|A=\xe4\nend\n"},
    {"9110 5.5 a control in a value", GET "A: b\x01\r\n\r\n", "failed 400\n"},
    {"9110 5.1 a name that is no token", GET "A(: b\r\n\r\n", "failed 400\n"},
    {"9110 5.1 an empty name", GET ": b\r\n\r\n", "failed 400\n"},
    {"9112 5.1 space before the colon", GET "A : b\r\n\r\n", "failed 400\n"},
    {"9112 5.1 no colon", GET "A\r\n\r\n", "failed 400\n"},
    {"9112 5.2 a folded line", GET "A: b\r\n c\r\n\r\n", "failed 400\n"},
    {"9112 5.2 a line folded at once", GET "A:\r\n c\r\n\r\n", "failed 400\n"},
    {"9112 6.2 a length", POST "Content-Length: 5\r\n\r\nhello",
     "POST /? @h 1.1|Content-Length=5\nhello\nend\n"},
    {"9112 6.2 length 0", POST "Content-Length: 0\r\n\r\n",
     "POST /? @h 1.1|Content-Length=0\nend\n"},
    {"9112 6.2 half a body", POST "Content-Length: 5\r\n\r\nhel",
     "POST /? @h 1.1|Content-Length=5\nhel\nfailed 0\n"},
    {"9112 6.3 two lengths",
     POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
     "failed 400\n"},
    {"9112 6.3 a list of lengths", POST "Content-Length: 5, 5\r\n\r\nhello",
     "failed 400\n"},
    {"9112 6.3 a length with a sign", POST "Content-Length: +5\r\n\r\nhello",
     "failed 400\n"},
    {"9112 6.3 a hexadecimal length", POST "Content-Length: 0x5\r\n\r\nhello",
     "failed 400\n"},
    {"9112 6.3 an empty length", POST "Content-Length:\r\n\r\nhello",
     "failed 400\n"},
    {"9112 6.3 a length of 2^64",
     POST "Content-Length: 18446744073709551616\r\n\r\n", "failed 400\n"},
    {"9112 6.3 a length that is too large",
     POST "Content-Length: 99999999\r\n\r\n", "failed 413\n"},
    {"9112 6.1 both lengths",
     POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "failed 400\n"},
    {"9112 6.1 both, the other way",
     POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
     "failed 400\n"},
    {"9112 6.1 twice chunked",
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     "failed 400\n"},
    {"9112 6.1 chunked, but not last",
     POST "Transfer-Encoding: chunked, gzip\r\n\r\n", "failed 400\n"},
    {"9112 6.1 gzip before chunked",
     POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "failed 501\n"},
    {"9112 6.1 another coding", POST "Transfer-Encoding: xchunked\r\n\r\n",
     "failed 400\n"},
    {"9112 6.1 with a tab",
     POST "Transfer-Encoding: \tchunked\t\r\n\r\n0\r\n\r\n",
     "failed 400\n"}, /* llhttp does not see it */
    {"9112 6.1 in HTTP/1.0",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "failed 400\n"},
    {"9112 7.1 chunks", CHUNKS "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
     CHUNKY "hello world\nend\n"},
    {"9112 7.1 large digits", CHUNKS "A\r\n0123456789\r\n00\r\n\r\n",
     CHUNKY "0123456789\nend\n"},
    {"9112 7.1 a size with 0x", CHUNKS "0x5\r\nhello\r\n0\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 a size with a sign", CHUNKS "+5\r\nhello\r\n0\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 a size with space", CHUNKS "5 \r\nhello\r\n0\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 no size", CHUNKS "\r\nhello\r\n0\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 a size of 2^64", CHUNKS "10000000000000000\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 a size that ends in LF", CHUNKS "5\nhello\r\n0\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1 a longer chunk than it says", CHUNKS "5\r\nhelloX\r\n0\r\n\r\n",
     CHUNKY "hello\nfailed 400\n"},
    {"9112 7.1 an end in LF", CHUNKS "5\r\nhello\n0\r\n\r\n",
     CHUNKY "hello\nfailed 400\n"},
    {"9112 7.1.2 a trailer", CHUNKS "1\r\nx\r\n0\r\nS: a\r\nT: b \r\n\r\n",
     CHUNKY "x\nend T=b\n"},
    {"9112 7.1.2 a folded trailer", CHUNKS "0\r\nT: b\r\n c\r\n\r\n",
     CHUNKY "failed 400\n"},
    {"9112 7.1.2 too many trailers",
     CHUNKS "0\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\ni:\r\n\r\n",
     CHUNKY "failed 431\n"},
    {"9112 9.3 close", GET "Connection: close\r\n\r\n" GET "\r\n",
     GOT "|Connection=close\nend\nclose\n"},
    {"9112 9.3 close among others", GET "Connection: a, Close\r\n\r\n",
     GOT "|Connection=a, Close\nend\nclose\n"},
    {"9112 9.3 keep-alive in HTTP/1.0",
     "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
     "GET /? @ 1.0|Connection=Keep-Alive\nend\n"},
    {"9112 9.3.2 a pipeline",
     GET "\r\n" POST "Content-Length: 2\r\n\r\nab" CHUNKS
         "1\r\nc\r\n0\r\n\r\n" GET "\r\n",
     GOT "\nend\nPOST /? @h 1.1|Content-Length=2\nab\nend\n" CHUNKY
         "c\nend\n" GOT "\nend\n"},
    {"9110 7.8 upgrade",
     GET "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
     GOT "|Upgrade=websocket|Connection=upgrade up\nend\n"},
    {"9110 7.8 upgrade without its token", GET "Upgrade: websocket\r\n\r\n",
     GOT "|Upgrade=websocket\nend\n"},
    {"9110 10.1.1 expect",
     POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
     "POST /? @h 1.1|Expect=100-Continue|Content-Length=1 100\nx\nend\n"},
    {"9110 10.1.1 expect something else", GET "Expect: more\r\n\r\n",
     "failed 417\n"},
    {"9110 10.1.1 without a body", GET "Expect: 100-continue\r\n\r\n",
     GOT "|Expect=100-continue\nend\n"},
    {"9112 8 an end within a head", "GET / HTT", "failed 0\n"},
    {"9112 8 an end before a head", "", ""},
};

FATA_TEST(requests_by_section)
{
    bool good = true;
    for (size_t i = 0; i < FATA_COUNT(requests); i++)
        good &= same(FATA_HTTP_SERVER, NULL, &requests[i]);
    fata_check(good);
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct example responses[] = {
    {"9112 6.3 a length", OK "Content-Length: 2\r\n\r\nab",
     "200 1.1|Content-Length=2\nab\nend\n"},
    {"9112 6.3 no length", OK "\r\nab", "200 1.1\nab\nend\nclose\n"},
    {"9112 6.3 204", "HTTP/1.1 204 No Content\r\n\r\n", "204 1.1\nend\n"},
    {"9112 6.3 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
     "304 1.1|Content-Length=9\nend\n"},
    {"9112 6.3 half a body", OK "Content-Length: 3\r\n\r\nab",
     "200 1.1|Content-Length=3\nab\nfailed 0\n"},
    {"9112 7.1 chunks",
     OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
     "200 1.1|Transfer-Encoding=chunked\na\nend\n"},
    {"9112 7.1 half a chunk", OK "Transfer-Encoding: chunked\r\n\r\n2\r\na",
     "200 1.1|Transfer-Encoding=chunked\na\nfailed 0\n"},
    {"9112 6.1 both lengths",
     OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na",
     "failed 0\n"},
    {"9112 4 no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
     "200 1.1|Content-Length=0\nend\n"},
    {"9112 4 no status", "HTTP/1.1 \r\n\r\n", "failed 0\n"},
    {"9110 15.2 interim responses",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n" OK
     "Content-Length: 1\r\n\r\nx",
     "200 1.1|Content-Length=1\nx\nend\n"},
    {"9110 15.2.2 another protocol",
     "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nraw bytes",
     "101 1.1|Upgrade=x up\nraw bytes\nend\nclose\n"},
    {"9112 9.3 close", OK "Connection: close\r\nContent-Length: 0\r\n\r\n",
     "200 1.1|Connection=close|Content-Length=0\nend\nclose\n"},
    {"9112 9.3 HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     "200 1.0|Content-Length=0\nend\nclose\n"},
    {"9112 9.3.2 a pipeline",
     OK "Content-Length: 1\r\n\r\na" OK "Content-Length: 1\r\n\r\nb",
     "200 1.1|Content-Length=1\na\nend\n200 1.1|Content-Length=1\nb\nend\n"},
};

FATA_TEST(responses_by_section)
{
    static const struct example head = {
        "9110 9.3.2 HEAD", OK "Content-Length: 2\r\n\r\n" OK "\r\n",
        "200 1.1|Content-Length=2\nend\n200 1.1\nend\n"};
    bool good = true;
    for (size_t i = 0; i < FATA_COUNT(responses); i++)
        good &= same(FATA_HTTP_CLIENT, "GET", &responses[i]);
    good &= same(FATA_HTTP_CLIENT, "HEAD", &head);
    fata_check(good);
}

/* --- bounds --- */

static unsigned refused(const char *in, size_t size)
{
    struct log l;
    unsigned status = 0, other = 0;
    run(FATA_HTTP_SERVER, NULL, in, size, some, &l);
    sscanf(l.text, "failed %u", &status);
    run(FATA_HTTP_SERVER, NULL, in, size, whole, &l);
    sscanf(l.text, "failed %u", &other);
    return status == other ? status : 0;
}

FATA_TEST(heads_have_bounds)
{
    static char in[70000];
    memset(in, 'a', sizeof(in));
    memcpy(in, "GET /", 5);
    fata_check_int(refused(in, sizeof(in)), ==, 414);
    fata_check_int(refused(in, 5000), ==, 414);
    memcpy(in, GET "A: ", sizeof(GET) + 2);
    fata_check_int(refused(in, sizeof(in)), ==, 431);
    memcpy(in, GET "A", sizeof(GET));
    fata_check_int(refused(in, sizeof(in)), ==, 431);
    memset(in, '\r', sizeof(in));
    fata_check_int(refused(in, sizeof(in)), ==, 414);
    size_t size = sizeof(GET) - 1;
    memcpy(in, GET, size);
    for (int i = 0; i < FATA_HTTP_FIELDS - 1; i++, size += 4)
        memcpy(in + size, "a:\r\n", 4);
    memcpy(in + size, "\r\n", 2);
    fata_check_int(refused(in, size + 2), ==, 0);
    memcpy(in + size, "a:\r\n\r\n", 6);
    fata_check_int(refused(in, size + 6), ==, 431);
}

FATA_TEST(a_chunks_line_has_a_bound)
{
    static char in[1000];
    struct log l;
    memset(in, 'a', sizeof(in));
    memcpy(in, CHUNKS "5;", sizeof(CHUNKS) + 1);
    run(FATA_HTTP_SERVER, NULL, in, sizeof(in), some, &l);
    fata_check(strcmp(l.text, CHUNKY "failed 400\n") == 0);
}

/* --- deadlines --- */

FATA_TEST(who_says_nothing_is_dropped)
{
    struct fata_http h;
    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, FATA_S(1));
    fata_check(h.deadline == FATA_S(61));
    fata_check(!fata_http_late(&h, FATA_S(60)));
    fata_check(fata_http_late(&h, FATA_S(61)));
    fata_check_int(h.status, ==, 0);
}

FATA_TEST(half_a_head_is_answered_with_408)
{
    struct fata_http h;
    struct fata_http_text piece;
    size_t used;
    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, 0);
    fata_check(fata_http_feed(&h, FATA_S(50), "G", 1, &used, &piece) ==
               FATA_HTTP_MORE);
    fata_check(h.deadline == FATA_S(60));
    /* More bytes do not move it. */
    fata_check(fata_http_feed(&h, FATA_S(59), "GE", 2, &used, &piece) ==
               FATA_HTTP_MORE);
    fata_check(fata_http_late(&h, FATA_S(60)));
    fata_check_int(h.status, ==, 408);
}

FATA_TEST(a_body_has_a_rate)
{
    static const char in[] = POST "Content-Length: 100000\r\n\r\n";
    static const char bytes[5000];
    struct fata_http h;
    struct fata_http_text piece;
    size_t used;
    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, 0);
    fata_check(fata_http_feed(&h, 0, in, sizeof(in) - 1, &used, &piece) ==
               FATA_HTTP_HEAD);
    fata_check(h.deadline == FATA_S(20));
    fata_check(fata_http_feed(&h, FATA_S(9), bytes, 1, &used, &piece) ==
               FATA_HTTP_BODY);
    fata_check(h.deadline == FATA_S(20));
    fata_check(fata_http_feed(&h, FATA_S(9), bytes, 5000, &used, &piece) ==
               FATA_HTTP_BODY);
    fata_check(h.deadline == FATA_S(30));
    fata_check(fata_http_late(&h, FATA_S(30)));
    fata_check_int(h.status, ==, 408);
}

/* --- writing --- */

static struct fata_http *asked(const char *request)
{
    static struct fata_http h;
    struct fata_http_text piece;
    size_t used;
    fata_http_init(&h, FATA_HTTP_SERVER, &fata_http_limits, 0);
    if (fata_http_feed(&h, 0, request, strlen(request), &used, &piece) !=
        FATA_HTTP_HEAD)
        return NULL;
    if (!h.head.has_body)
        (void)fata_http_feed(&h, 0, "", 0, &used, &piece);
    return &h;
}

static const char *answer(struct fata_http *h, struct fata_http_message m)
{
    static char out[512];
    int n = fata_http_write_head(h, &m, out, sizeof(out) - 1);
    if (n < 0)
        return fata_error_name(n);
    out[n] = '\0';
    return out;
}

FATA_TEST(a_response)
{
    static const struct fata_http_header headers[] = {{"ETag", "\"1\""}};
    struct fata_http *h = asked(GET "\r\n");
    char chunk[FATA_HTTP_CHUNK_ROOM];
    const char *after;
    fata_check(strcmp(answer(h, (struct fata_http_message){.status = 200,
                                                           .type = "text/html",
                                                           .headers = headers,
                                                           .header_count = 1,
                                                           .length = 5}),
                      OK "Content-Type: text/html\r\nETag: \"1\"\r\n"
                         "Content-Length: 5\r\n\r\n") == 0);
    fata_check(fata_http_has_to_send(h));
    fata_check_int(fata_http_write_chunk(h, 6, chunk, &after), ==, FATA_ERANGE);
    fata_check_int(fata_http_write_chunk(h, 4, chunk, &after), ==, 0);
    fata_check_int(fata_http_write_end(h, NULL, 0, NULL, 0), ==, FATA_ERANGE);
    fata_check(!fata_http_next(h, 0));
    fata_check_int(fata_http_write_chunk(h, 1, chunk, &after), ==, 0);
    fata_check(!fata_http_has_to_send(h));
    fata_check_int(fata_http_write_end(h, NULL, 0, NULL, 0), ==, 0);
    fata_check(fata_http_next(h, 0));
}

FATA_TEST(chunks_and_trailers)
{
    static const struct fata_http_header trailers[] = {{"T", "x"}};
    struct fata_http *h = asked(GET "\r\n");
    char chunk[FATA_HTTP_CHUNK_ROOM], out[64];
    const char *after;
    fata_check(
        strcmp(
            answer(h, (struct fata_http_message){.status = 404,
                                                 .length = FATA_HTTP_CHUNKED}),
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        0);
    fata_check_int(fata_http_write_chunk(h, 1000, chunk, &after), ==, 5);
    fata_check(memcmp(chunk, "3e8\r\n", 5) == 0 && strcmp(after, "\r\n") == 0);
    fata_check_int(fata_http_write_chunk(h, SIZE_MAX, chunk, &after), ==, 18);
    fata_check_int(fata_http_write_end(h, trailers, 1, out, 8), ==,
                   FATA_ENOSPC);
    int n = fata_http_write_end(h, trailers, 1, out, sizeof(out));
    fata_check(n == 11 && memcmp(out, "0\r\nT: x\r\n\r\n", 11) == 0);
    fata_check(fata_http_next(h, 0));
}

FATA_TEST(responses_without_a_body)
{
    struct fata_http *h = asked("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    fata_check(strcmp(answer(h, (struct fata_http_message){.status = 200,
                                                           .length = 7}),
                      OK "Content-Length: 7\r\n\r\n") == 0);
    fata_check(!fata_http_has_to_send(h) && fata_http_next(h, 0));
    h = asked(GET "\r\n");
    fata_check(strcmp(answer(h, (struct fata_http_message){.status = 304,
                                                           .length = 7}),
                      "HTTP/1.1 304 Not Modified\r\n\r\n") == 0);
    fata_check(!fata_http_has_to_send(h) && fata_http_next(h, 0));
    h = asked("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    fata_check(
        strcmp(
            answer(h, (struct fata_http_message){.status = 200,
                                                 .length = FATA_HTTP_CHUNKED}),
            OK "Transfer-Encoding: chunked\r\n\r\n") == 0);
    fata_check(!fata_http_has_to_send(h) && fata_http_next(h, 0));
}

FATA_TEST(what_clients_of_http_1_0_get)
{
    struct fata_http *h =
        asked("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    fata_check(strcmp(answer(h, (struct fata_http_message){.status = 200}),
                      OK "Content-Length: 0\r\n"
                         "Connection: keep-alive\r\n\r\n") == 0);
    fata_check(fata_http_next(h, 0));
    h = asked("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    fata_check(
        strcmp(
            answer(h, (struct fata_http_message){.status = 200,
                                                 .length = FATA_HTTP_CHUNKED}),
            OK "Connection: close\r\n\r\n") == 0);
    fata_check(fata_http_has_to_send(h));
    fata_check_int(fata_http_write_end(h, NULL, 0, NULL, 0), ==, 0);
    fata_check(!fata_http_next(h, 0));
}

FATA_TEST(nobody_splits_a_response)
{
    static const struct fata_http_header bad[] = {{"A", "b\r\nC: d"}};
    struct fata_http *h = asked(GET "\r\n");
    struct fata_http_message m = {.status = 200,
                                  .headers = bad,
                                  .header_count = 1};
    fata_check(strcmp(answer(h, m), "EINVAL") == 0);
    m = (struct fata_http_message){.status = 200, .type = "a\nb"};
    fata_check(strcmp(answer(h, m), "EINVAL") == 0);
    m = (struct fata_http_message){.status = 200};
    fata_check(strcmp(answer(h, m), OK "Content-Length: 0\r\n\r\n") == 0);
    fata_check(strcmp(answer(h, m), "EINVAL") == 0); /* one is enough */
}

FATA_TEST(a_body_that_nobody_wants_ends_the_connection)
{
    struct fata_http *h = asked(POST "Content-Length: 100000\r\n\r\n");
    struct fata_http_message m = {.status = 404};
    fata_check(!fata_http_may_drain(h));
    fata_check(strstr(answer(h, m), "Connection: close\r\n") != NULL);
    h = asked(POST "Content-Length: 10\r\n\r\n");
    fata_check(fata_http_may_drain(h));
    fata_check(strstr(answer(h, m), "Connection: close\r\n") == NULL);
    h = asked(POST "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    fata_check(strstr(answer(h, m), "Connection: close\r\n") != NULL);
    h = asked(POST "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    fata_check(fata_http_continue(h) != NULL);
    fata_check(fata_http_continue(h) == NULL);
    fata_check(strstr(answer(h, m), "Connection: close\r\n") == NULL);
}

FATA_TEST(an_error_fits)
{
    struct fata_http *h = asked(GET "\r\n");
    char out[512];
    int n = fata_http_write_error(h, 431, "Sun, 06 Nov 1994 08:49:37 GMT", out,
                                  sizeof(out) - 1);
    fata_check(n > 0);
    out[n] = '\0';
    fata_check(strstr(out, "Connection: close\r\n") != NULL);
    fata_check(strstr(out, "\r\n\r\n431 Request Header Fields Too Large\n") !=
               NULL);
    fata_check(!fata_http_next(h, 0));
}

FATA_TEST(a_request)
{
    static const struct fata_http_header headers[] = {{"Accept", "*/*"}};
    struct fata_http h;
    fata_http_init(&h, FATA_HTTP_CLIENT, &fata_http_limits, 0);
    fata_check(
        strcmp(answer(&h, (struct fata_http_message){.method = "GET",
                                                     .target = "/a?b",
                                                     .host = "example.org",
                                                     .headers = headers,
                                                     .header_count = 1}),
               "GET /a?b HTTP/1.1\r\nHost: example.org\r\n"
               "Accept: */*\r\n\r\n") == 0);
    fata_http_init(&h, FATA_HTTP_CLIENT, &fata_http_limits, 0);
    fata_check(strcmp(answer(&h, (struct fata_http_message){.method = "POST",
                                                            .target = "/",
                                                            .host = "h"}),
                      "POST / HTTP/1.1\r\nHost: h\r\n"
                      "Content-Length: 0\r\n\r\n") == 0);
    fata_http_init(&h, FATA_HTTP_CLIENT, &fata_http_limits, 0);
    fata_check(strcmp(answer(&h, (struct fata_http_message){.method = "GET",
                                                            .target = "/ x",
                                                            .host = "h"}),
                      "EINVAL") == 0);
}
