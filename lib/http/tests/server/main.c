/* SPDX-License-Identifier: ISC */
/* A server with everything that tests/http.sh asks for; `/fetch?url=...` asks
 * others. */
#include <fata/http.h>
#include <fata/http_client.h>
#include <fata/http_socket.h>
#include <fata/run.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

static struct fata_http_client client;

static int hello(struct fata_http_request *req, void *arg)
{
    (void)arg;
    return fata_http_reply_text(req, 200, "text/plain", "Hello, World!");
}

/* Sends back the body as it comes. */
static int echo(struct fata_http_request *req, void *arg)
{
    struct fata_http_reply reply = {.status = 200};
    const void *data;
    int n, err = fata_http_begin(req, &reply, FATA_HTTP_STREAM);
    (void)arg;
    while (err == 0 && (n = fata_http_read(req, &data)) != 0)
        err = n < 0 ? n : fata_http_write(req, data, (size_t)n);
    return err;
}

static uint32_t sum(uint32_t sum, const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * 16777619u; /* FNV-1a */
    return sum;
}

/* Reads the body: its size and sum. */
static int take(struct fata_http_request *req, void *arg)
{
    uint32_t s = 2166136261u;
    size_t size = 0;
    char text[64];
    const void *data;
    int n;
    (void)arg;
    while ((n = fata_http_read(req, &data)) > 0) {
        s = sum(s, data, (size_t)n);
        size += (size_t)n;
    }
    if (n < 0)
        return n;
    snprintf(text, sizeof(text), "%zu %08x\n", size, (unsigned)s);
    return fata_http_reply_text(req, 200, "text/plain", text);
}

/* As many bytes as the path says. */
static int give(struct fata_http_request *req, void *arg)
{
    static char block[65536];
    struct fata_http_reply reply = {.status = 200};
    uint64_t size;
    (void)arg;
    if (!fata_http_number(fata_http_param(req, "size"), &size))
        return FATA_EINVAL;
    int err = fata_http_begin(req, &reply, size);
    while (err == 0 && size > 0) {
        size_t n = size < sizeof(block) ? (size_t)size : sizeof(block);
        err = fata_http_write_static(req, block, n);
        size -= n;
    }
    return err;
}

/* Takes `?ms=` milliseconds. */
static int slow(struct fata_http_request *req, void *arg)
{
    uint64_t ms;
    if (!fata_http_number(fata_http_query(req, "ms"), &ms))
        return FATA_EINVAL;
    int err = fata_sleep(FATA_MS(ms));
    return err != 0 ? err : hello(req, arg);
}

static int events(struct fata_http_request *req, void *arg)
{
    int err = fata_http_events(req);
    (void)arg;
    for (int i = 0; err == 0 && i < 3; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        err = fata_http_event(req, "count", NULL, text);
        if (err == 0)
            err = fata_sleep(FATA_MS(20));
    }
    return err;
}

/* Sends messages back, and closes after "bye". */
static int socket(struct fata_http_request *req, void *arg)
{
    struct fata_http_socket s;
    char message[8192];
    size_t size = 0;
    int n, err = fata_http_socket_open(req, &s);
    (void)arg;
    if (err != 0)
        return err == FATA_EPROTO ? 0 : err;
    while ((n = fata_http_socket_read(&s, message + size,
                                      sizeof(message) - size)) >= 0) {
        size += (size_t)n;
        if (size == sizeof(message))
            return fata_http_socket_close(&s, 1009);
        if (!s.ws.at_end)
            continue;
        err = fata_http_socket_write(&s, s.ws.is_text, message, size);
        if (err == 0 && size == 3 && memcmp(message, "bye", 3) == 0)
            err = fata_http_socket_close(&s, 1000);
        if (err != 0)
            return err;
        size = 0;
    }
    return n == FATA_EPIPE || n == FATA_EPROTO ? 0 : n;
}

static int site(struct fata_http_request *req, void *arg)
{
    return fata_http_reply_kv(req, ((struct app *)arg)->site);
}

static int fetch(struct fata_http_request *req, void *arg)
{
    char url[FATA_HTTP_URL], text[80];
    struct fata_http_call call;
    uint32_t s = 2166136261u;
    size_t size = 0;
    const void *data;
    fata_time_t deadline = fata_time_add(fata_now(), FATA_S(5));
    struct fata_http_text q = fata_http_query(req, "url");
    (void)arg;

    int n =
        q.data == NULL ? FATA_EINVAL : fata_http_decode(q, url, sizeof(url));
    if (n < 0)
        return n;
    struct fata_http_ask ask = {.method = "GET", .url = url};
    if (fata_http_query(req, "post").data != NULL) {
        ask.method = "POST";
        ask.length = UINT64_MAX;
        n = fata_http_call_open(&client, &ask, &call, deadline);
        for (int i = 0; n == 0 && i < 1000; i++)
            n = fata_http_call_write(&call, "0123456789", 10);
        if (n == 0)
            n = fata_http_call_wait(&call);
    } else {
        n = fata_http_fetch(&client, &ask, &call, deadline);
    }
    if (n == 0) {
        while ((n = fata_http_call_read(&call, &data)) > 0) {
            s = sum(s, data, (size_t)n);
            size += (size_t)n;
        }
        fata_http_call_close(&call);
    }
    if (n < 0)
        snprintf(text, sizeof(text), "error %s\n", fata_error_name(n));
    else
        snprintf(text, sizeof(text), "%u %zu %08x kept %u\n", call.status, size,
                 (unsigned)s, client.count);
    return fata_http_reply_text(req, 200, "text/plain", text);
}

int start(struct app *app)
{
    const struct fata_http_route routes[] = {
        {"GET", "/hello", hello, NULL},
        {"POST", "/echo", echo, NULL},
        {"POST", "/take", take, NULL},
        {"GET", "/give/:size", give, NULL},
        {"GET", "/slow", slow, NULL},
        {"GET", "/events", events, NULL},
        {"GET", "/socket", socket, NULL},
        {"GET", "/fetch", fetch, NULL},
        {"GET", "/metrics", fata_http_metrics, NULL},
        {"GET", "/debug/fibers", fata_http_debug_fibers, NULL},
        {"GET", "/*path", site, app},
    };
    struct fata_http_router router = {routes, FATA_COUNT(routes)};

    fata_http_client_init(&client, app->stack);
    int err = fata_http_serve(app->stack, 80, fata_http_route, &router);
    fata_http_client_fini(&client);
    puts("served");
    return err;
}
