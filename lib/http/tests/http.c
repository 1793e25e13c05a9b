/* SPDX-License-Identifier: ISC */
/* The server and the client on a pipe: what goes in, what comes out. */
#include <fata/http.h>
#include <fata/http_client.h>
#include <fata/pipe.h>
#include <fata/run.h>
#include <fata/test.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is served --- */

static char long_body[20000];

static int hello(struct fata_http_request *req, void *arg)
{
    (void)arg;
    return fata_http_reply_text(req, 200, "text/plain", "Hello");
}

static int long_reply(struct fata_http_request *req, void *arg)
{
    (void)arg;
    memset(long_body, 'x', sizeof(long_body));
    struct fata_http_reply reply = {.status = 200,
                                    .body = long_body,
                                    .size = sizeof(long_body),
                                    .stays = true};
    return fata_http_reply(req, &reply);
}

static int echo(struct fata_http_request *req, void *arg)
{
    static const struct fata_http_header trailers[] = {{"T", "end"}};
    struct fata_http_reply reply = {.status = 200};
    const void *data;
    int n, err = fata_http_begin(req, &reply, FATA_HTTP_STREAM);
    (void)arg;
    while (err == 0 && (n = fata_http_read(req, &data)) != 0)
        err = n < 0 ? n : fata_http_write(req, data, (size_t)n);
    return err != 0 ? err : fata_http_end(req, trailers, 1);
}

static int size(struct fata_http_request *req, void *arg)
{
    char body[64], text[80];
    (void)arg;
    int n = fata_http_read_all(req, body, sizeof(body));
    if (n < 0)
        return n;
    struct fata_http_text t = fata_http_trailing(req, "T");
    snprintf(text, sizeof(text), "%d %.*s", n, (int)t.size,
             t.data == NULL ? "" : t.data);
    return fata_http_reply_text(req, 200, NULL, text);
}

static int params(struct fata_http_request *req, void *arg)
{
    struct fata_http_text a = fata_http_param(req, "a"),
                          b = fata_http_param(req, "b"),
                          q = fata_http_query(req, "q");
    char text[100];
    snprintf(text, sizeof(text), "%s a=%.*s b=%.*s q=%.*s", (const char *)arg,
             (int)a.size, a.data == NULL ? "" : a.data, (int)b.size,
             b.data == NULL ? "" : b.data, (int)q.size,
             q.data == NULL ? "" : q.data);
    return fata_http_reply_text(req, 200, NULL, text);
}

static int fails(struct fata_http_request *req, void *arg)
{
    (void)req;
    return *(int *)arg;
}

static int fails_late(struct fata_http_request *req, void *arg)
{
    struct fata_http_reply reply = {.status = 200};
    int err = fata_http_begin(req, &reply, 10);
    (void)arg;
    return err != 0 ? err : fata_http_write(req, "12345", 5);
}

static int events(struct fata_http_request *req, void *arg)
{
    (void)arg;
    int err = fata_http_events(req);
    if (err == 0)
        err = fata_http_event(req, NULL, NULL, "one\ntwo");
    if (err == 0)
        err = fata_http_event(req, "e", "7", "");
    return err;
}

static int upgrade(struct fata_http_request *req, void *arg)
{
    const void *data;
    (void)arg;
    int n, err = fata_http_upgrade(req, "loud", NULL, 0);
    while (err == 0 && (n = fata_http_read(req, &data)) > 0) {
        char text[16];
        for (int i = 0; i < n && i < 16; i++)
            text[i] = (char)(((const char *)data)[i] & ~0x20);
        err = fata_http_write(req, text, (size_t)n);
    }
    return err;
}

static int moved(struct fata_http_request *req, void *arg)
{
    return fata_http_redirect(req, 302, arg);
}

static char one[] = "one", two[] = "two", rest[] = "rest", to[] = "/p/x?q=1";
static int not_there = FATA_ENOENT, broken = FATA_EIO, none = 0;

static const struct fata_http_route routes[] = {
    {"GET", "/", hello, NULL},
    {"GET", "/long", long_reply, NULL},
    {"POST", "/echo", echo, NULL},
    {"POST", "/size", size, NULL},
    {"GET", "/p/:a", params, one},
    {"GET", "/p/:a/:b", params, two},
    {"GET", "/rest/*b", params, rest},
    {NULL, "/not-there", fails, &not_there},
    {NULL, "/broken", fails, &broken},
    {NULL, "/none", fails, &none},
    {NULL, "/late", fails_late, NULL},
    {"GET", "/events", events, NULL},
    {"GET", "/upgrade", upgrade, NULL},
    {"GET", "/moved", moved, to},
    {"GET", "/metrics", fata_http_metrics, NULL},
    {"GET", "/debug/fibers", fata_http_debug_fibers, NULL},
};

static struct fata_http_router router = {routes, FATA_COUNT(routes)};

/* --- a conversation --- */

static struct fata_pipe joined;
static char there[16 * 1024], back[700];
static size_t there_size = 512; /* so that everything comes in parts */
static int served;

static int serve(void *arg)
{
    served = fata_http_serve_flow(arg, fata_http_route, &router);
    fata_flow_close(arg);
    return 0;
}

static const char *to_say;
static size_t left_to_say, part;

static int say(void *arg)
{
    while (left_to_say > 0) {
        size_t n = left_to_say < part ? left_to_say : part;
        int err = fata_flow_send(arg, to_say, n, FATA_NEVER);
        if (err < 0)
            return 0; /* the server has had enough */
        to_say += n;
        left_to_say -= n;
        if ((err = fata_yield()) < 0)
            return err;
    }
    (void)!fata_flow_shutdown(arg);
    return 0;
}

static char heard[64 * 1024];
static size_t heard_size;

static void cut_dates(void)
{
    char *at;
    while ((at = strstr(heard, "Date: ")) != NULL) {
        char *end = strchr(at, '\n') + 1;
        memmove(at, end, strlen(end) + 1);
    }
    heard_size = strlen(heard);
}

/* Says `text` in parts of `n` bytes, then shuts down; `heard` is the answer.
 * Returns the last read's result. */
static int talk(const char *text, size_t n)
{
    struct fata_scope scope;
    struct fata_flow *own = &joined.end[0].flow;
    const void *data;
    int got;

    fata_pipe_init(&joined, there, there_size, back, sizeof(back));
    fata_scope_open(&scope);
    to_say = text;
    left_to_say = strlen(text);
    part = n;
    if (fata_scope_spawn(&scope, serve, &joined.end[1].flow) != 0 ||
        fata_scope_spawn(&scope, say, own) != 0)
        abort();
    heard_size = 0;
    while ((got = fata_flow_read(own, &data, FATA_NEVER)) > 0) {
        if (heard_size + (size_t)got < sizeof(heard)) {
            memcpy(heard + heard_size, data, (size_t)got);
            heard_size += (size_t)got;
        }
        fata_flow_ack(own, (size_t)got);
    }
    heard[heard_size] = '\0';
    if (fata_scope_close(&scope) != 0)
        abort();
    fata_flow_close(own);
    cut_dates();
    return got;
}

static bool answers(const char *text, const char *expected)
{
    static const size_t parts[] = {100000, 1, 7, 100};
    for (size_t i = 0; i < FATA_COUNT(parts); i++) {
        int end = talk(text, parts[i]);
        if ((end != 0 && end != FATA_ECONNRESET) ||
            strcmp(heard, expected) != 0) {
            printf("%s--- in parts of %zu: %d\n%s--- instead of\n%s\n", text,
                   parts[i], end, heard, expected);
            return false;
        }
    }
    return true;
}

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: h\r\n"
#define OK         "HTTP/1.1 200 OK\r\n"
#define TEXT       "Content-Type: text/plain\r\n"
#define LENGTH(n)  "Content-Length: " n "\r\n\r\n"
#define CHUNKED    "Transfer-Encoding: chunked\r\n\r\n"

FATA_TEST(requests_are_answered_in_order)
{
    fata_check(answers(GET("/") POST("/size") LENGTH("3") "abc" GET("/p/x?q=1"),
                       OK TEXT LENGTH("5") "Hello" OK LENGTH(
                           "2") "3 " OK LENGTH("14") "one a=x b= q=1"));
}

FATA_TEST(bodies_stream_both_ways)
{
    fata_check(talk(POST("/echo") CHUNKED
                    "5\r\nHello\r\n1\r\n!\r\n0\r\n\r\n" GET("/"),
                    100000) == 0);
    fata_check(strcmp(heard, OK CHUNKED
                      "5\r\nHello\r\n1\r\n!\r\n0\r\nT: end\r\n\r\n" OK TEXT
                          LENGTH("5") "Hello") == 0);
    fata_check(answers(POST("/size") CHUNKED
                       "3\r\nabc\r\n0\r\nT: trailer\r\n\r\n" GET("/"),
                       OK LENGTH("9") "3 trailer" OK TEXT LENGTH("5") "Hello"));
}

FATA_TEST(a_long_body_waits_for_its_reader)
{
    fata_check(talk(GET("/long"), 1000) == 0);
    fata_check(heard_size == strlen(OK LENGTH("20000")) + 20000);
}

FATA_TEST(who_expects_100_gets_it)
{
    fata_check(
        answers(POST("/size") "Expect: 100-continue\r\n" LENGTH("3") "abc",
                "HTTP/1.1 100 Continue\r\n\r\n" OK LENGTH("2") "3 "));
    fata_check(
        answers(POST("/not-there") "Expect: 100-continue\r\n" LENGTH("3") "abc",
                "HTTP/1.1 404 Not Found\r\n" TEXT
                "Content-Length: 14\r\nConnection: close\r\n\r\n"
                "404 Not Found\n"));
}

FATA_TEST(a_body_that_nobody_reads_is_skipped)
{
    fata_check(
        answers("GET / HTTP/1.1\r\nHost: h\r\n" LENGTH(
                    "600") "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa"
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "aaaaaaaaa" GET("/"),
                OK TEXT LENGTH("5") "Hello" OK TEXT LENGTH("5") "Hello"));
}

FATA_TEST(patterns)
{
    fata_check(
        answers(GET("/p/x/y") GET("/p/") GET("/rest/a/b") GET("/rest/"),
                OK LENGTH("14") "two a=x b=y q="
                                "HTTP/1.1 404 Not Found\r\n" TEXT LENGTH(
                                    "9") "Not Found" OK
                                    LENGTH("16") "rest a= b=a/b q=" OK LENGTH(
                                        "13") "rest a= b= q="));
    fata_check(answers(
        "PUT / HTTP/1.1\r\nHost: h\r\n\r\n",
        "HTTP/1.1 405 Method Not Allowed\r\n" TEXT
        "Allow: GET, HEAD, OPTIONS\r\n" LENGTH("18") "Method Not Allowed"));
    fata_check(answers("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n",
                       "HTTP/1.1 204 No Content\r\n"
                       "Allow: GET, HEAD, OPTIONS\r\n\r\n"));
    fata_check(answers("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" GET("/"),
                       OK TEXT LENGTH("5") OK TEXT LENGTH("5") "Hello"));
}

#define CLOSED(size) "Content-Length: " size "\r\nConnection: close\r\n\r\n"

FATA_TEST(errors_of_handlers)
{
    fata_check(answers(
        GET("/not-there"),
        "HTTP/1.1 404 Not Found\r\n" TEXT CLOSED("14") "404 Not Found\n"));
    fata_check(answers(GET("/broken"),
                       "HTTP/1.1 500 Internal Server Error\r\n" TEXT CLOSED(
                           "26") "500 Internal Server Error\n"));
    fata_check(answers(GET("/none"),
                       "HTTP/1.1 500 Internal Server Error\r\n" TEXT CLOSED(
                           "26") "500 Internal Server Error\n"));
    /* A body that is shorter than promised ends the connection. */
    fata_check(answers(GET("/late") GET("/"), OK LENGTH("10") "12345"));
}

FATA_TEST(errors_of_clients)
{
    fata_check(answers(
        "GET / HTTP/1.1\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\n" TEXT CLOSED("16") "400 Bad Request\n"));
    fata_check(answers(
        POST("/size") CHUNKED "x",
        "HTTP/1.1 400 Bad Request\r\n" TEXT CLOSED("16") "400 Bad Request\n"));
    fata_check(answers(POST("/size") LENGTH("3000000"),
                       "HTTP/1.1 413 Content Too Large\r\n" TEXT CLOSED(
                           "22") "413 Content Too Large\n"));
    fata_check(answers("GET / HTTP", ""));
}

FATA_TEST(events_as_the_standard_has_them)
{
    fata_check(answers(GET("/events"),
                       OK "Content-Type: text/event-stream\r\n"
                          "Cache-Control: no-cache\r\n" CHUNKED
                          "15\r\ndata: one\ndata: two\n\n\r\n"
                          "17\r\nevent: e\nid: 7\ndata: \n\n\r\n0\r\n\r\n"));
}

FATA_TEST(another_protocol)
{
    fata_check(talk("GET /upgrade HTTP/1.1\r\nHost: h\r\nUpgrade: loud\r\n"
                    "Connection: upgrade\r\n\r\nabc",
                    10000) == 0);
    fata_check(strcmp(heard, "HTTP/1.1 101 Switching Protocols\r\n"
                             "Upgrade: loud\r\nConnection: Upgrade\r\n\r\n"
                             "ABC") == 0);
}

FATA_TEST(metrics_as_text)
{
    fata_check(talk(GET("/metrics"), 10000) == 0);
    fata_check(strstr(heard, "Content-Type: text/plain; version=0.0.4\r\n") !=
               NULL);
    fata_check(strstr(heard, "fata_http_requests_total{class=\"2xx\"} ") !=
               NULL);
    fata_check(strcmp(heard + heard_size - 5, "0\r\n\r\n") == 0);
}

FATA_TEST(fibers_behind_a_key)
{
    fata_check(answers(
        GET("/debug/fibers"),
        "HTTP/1.1 404 Not Found\r\n" TEXT CLOSED("14") "404 Not Found\n"));
}

FATA_TEST(an_idle_client_is_dropped)
{
    fata_pipe_init(&joined, there, there_size, back, sizeof(back));
    fata_flow_abort(&joined.end[0].flow);
    served = fata_http_serve_flow(&joined.end[1].flow, hello, NULL);
    fata_check_int(served, ==, FATA_ECONNRESET);
    fata_flow_close(&joined.end[1].flow);
}

/* What comes in one piece is more than the server puts away at a time. */
FATA_TEST(a_head_in_large_pieces)
{
    static const char begin[] = "GET / HTTP/1.1\r\nHost: h\r\nA: ";
    static char text[40000];
    size_t at = sizeof(begin) - 1;

    there_size = sizeof(there);
    memcpy(text, begin, at);
    memset(text + at, 'a', 7000);
    strcpy(text + at + 7000, "\r\n\r\n");
    for (size_t parts = 2000; parts < 7000; parts += 700) {
        fata_check_int(talk(text, parts), ==, 0);
        fata_check(strcmp(heard, OK TEXT LENGTH("5") "Hello") == 0);
    }
    memset(text + at, 'a', 30000);
    text[at + 30000] = '\0';
    (void)talk(text, 5000);
    fata_check(strncmp(heard, "HTTP/1.1 431 ", 13) == 0);
    there_size = 512;
}

/* --- the client --- */

static int ask(const char *method, const char *url, const char *body,
               size_t size_of_body, uint64_t length, char *out, size_t room)
{
    struct fata_http_ask request = {.method = method,
                                    .url = url,
                                    .body = body,
                                    .size = size_of_body,
                                    .length = length};
    struct fata_http_call call;
    struct fata_scope scope;
    const void *data;
    size_t used = 0;
    int n = 0;

    fata_pipe_init(&joined, there, there_size, back, sizeof(back));
    fata_scope_open(&scope);
    if (fata_scope_spawn(&scope, serve, &joined.end[1].flow) != 0)
        abort();
    int err = fata_http_call_start(&joined.end[0].flow, &request, &call,
                                   fata_time_add(fata_now(), FATA_S(10)));
    if (err == 0) {
        for (uint64_t i = 0; err == 0 && body == NULL && i < 300 && length != 0;
             i++)
            err = fata_http_call_write(&call, "0123456789", 10);
        if (err == 0)
            err = fata_http_call_wait(&call);
        while (err == 0 && (n = fata_http_call_read(&call, &data)) > 0) {
            if (used + (size_t)n < room) {
                memcpy(out + used, data, (size_t)n);
                used += (size_t)n;
            }
        }
        out[used] = '\0';
        fata_http_call_close(&call);
    }
    fata_flow_close(&joined.end[0].flow);
    if (fata_scope_close(&scope) != 0)
        abort();
    return err < 0 ? err : n < 0 ? n : (int)call.status;
}

FATA_TEST(a_call_over_a_flow)
{
    static char out[30000];
    fata_check_int(ask("GET", "http://h/", NULL, 0, 0, out, sizeof(out)), ==,
                   200);
    fata_check(strcmp(out, "Hello") == 0);
    fata_check_int(ask("HEAD", "https://h", NULL, 0, 0, out, sizeof(out)), ==,
                   200);
    fata_check(out[0] == '\0');
    fata_check_int(ask("GET", "http://h/long#x", NULL, 0, 0, out, sizeof(out)),
                   ==, 200);
    fata_check_int(strlen(out), ==, 20000);
    fata_check_int(ask("POST", "http://h/size", "abc", 3, 0, out, sizeof(out)),
                   ==, 200);
    fata_check(strcmp(out, "3 ") == 0);
    fata_check_int(ask("GET", "http://h/late", NULL, 0, 0, out, sizeof(out)),
                   ==, FATA_ECONNRESET);
}

FATA_TEST(urls_that_are_none)
{
    static const char *const bad[] = {"",
                                      "h/",
                                      "ftp://h/",
                                      "http://",
                                      "http://u@h/",
                                      "http://h:0/",
                                      "http://[1",
                                      "http://h:99999/"};
    char out[8];
    for (size_t i = 0; i < FATA_COUNT(bad); i++)
        fata_check_int(ask("GET", bad[i], NULL, 0, 0, out, sizeof(out)), ==,
                       FATA_EINVAL);
}

/* --- names: the client's own connections --- */

static struct {
    char name[32];
    uint16_t port;
    unsigned count; /* of connections */
    struct fata_scope *scope;
} dialled;

static int dial(void *arg, const char *name, uint16_t port,
                struct fata_flow **flow, fata_time_t deadline)
{
    (void)arg;
    (void)deadline;
    snprintf(dialled.name, sizeof(dialled.name), "%s", name);
    dialled.port = port;
    dialled.count++;
    fata_pipe_init(&joined, there, there_size, back, sizeof(back));
    *flow = &joined.end[0].flow;
    return fata_scope_spawn(dialled.scope, serve, &joined.end[1].flow);
}

static int fetch(struct fata_http_client *client, const char *url)
{
    struct fata_http_ask request = {.method = "GET", .url = url};
    struct fata_http_call call;
    const void *data;
    int n, err = fata_http_fetch(client, &request, &call,
                                 fata_time_add(fata_now(), FATA_S(10)));
    if (err != 0)
        return err;
    while ((n = fata_http_call_read(&call, &data)) > 0)
        ;
    unsigned status = call.status;
    fata_http_call_close(&call);
    return n < 0 ? n : (int)status;
}

FATA_TEST(a_call_by_name)
{
    struct fata_http_client client;
    struct fata_scope scope;
    fata_scope_open(&scope);
    dialled.scope = &scope;
    dialled.count = 0;
    fata_http_client_init(&client, NULL);
    int unknown = fetch(&client, "http://example.test:8080/");
    client.connect = dial;
    client.arg = &dialled;
    int first = fetch(&client, "http://example.test:8080/");
    int second = fetch(&client, "http://example.test:8080/long");
    fata_http_client_fini(&client);
    int closed = fata_scope_close(&scope);
    fata_check_int(unknown, ==, FATA_ENOENT);
    fata_check_int(first, ==, 200);
    fata_check_int(second, ==, 200);
    fata_check_int(closed, ==, 0);
    fata_check(strcmp(dialled.name, "example.test") == 0);
    fata_check_int(dialled.port, ==, 8080);
    fata_check_int(dialled.count, ==, 1); /* kept for the second call */
}
