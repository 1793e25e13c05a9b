/* SPDX-License-Identifier: ISC */
/* The log, the metrics and the date of responses. */
#include "internal.h"

#include <string.h>

FATA_LOG_SOURCE(fata__log_http, "http", "requests (debug), and what fails");

#define REQUESTS(variable, class)                                              \
    static FATA_COUNTER(variable, "fata_http_requests_total",                  \
                        "Requests answered, by the class of the status.",      \
                        {"class", class})
REQUESTS(informed, "1xx");
REQUESTS(succeeded, "2xx");
REQUESTS(redirected, "3xx");
REQUESTS(client_failed, "4xx");
REQUESTS(server_failed, "5xx");

static FATA_COUNTER(refused, "fata_http_refused_total",
                    "What was no good request, and was answered so.");

static FATA_METRIC(seconds, .name = "fata_http_request_seconds_total",
                   .help = "Time from a request's head to its reply's end.",
                   .type = FATA_METRIC_COUNTER, .ns = true);

FATA_GAUGE(fata__http_connections, "fata_http_connections",
           "Connections of web servers.");
FATA_COUNTER(fata__http_received, "fata_http_received_bytes_total",
             "Bytes of requests.");
FATA_COUNTER(fata__http_sent, "fata_http_sent_bytes_total",
             "Bytes of responses.");

static struct fata_metric *class_of(unsigned status)
{
    static struct fata_metric *const classes[] = {
        &informed, &succeeded, &redirected, &client_failed, &server_failed};
    return classes[status >= 100 && status < 600 ? status / 100 - 1 : 4];
}

/* The access log. */
static void tell(const struct fata_http_request *req, fata_time_t took)
{
    char target[FATA_LOG_QUOTED];
    struct fata_http_text t = req->engine->head.target;
    size_t n = t.size < sizeof(target) - 1 ? t.size : sizeof(target) - 1;

    char peer[FATA_ENDPOINT_TEXT] = "-";
    struct fata_address address;
    uint16_t port;

    if (req->connection->has_peer) {
        fata_stack_peer(req->connection->flow, &address, &port);
        fata_endpoint_print(&address, port, peer);
    }
    memcpy(target, t.data, n);
    target[n] = '\0';
    fata_log_debug(
        &fata__log_http,
        "request peer=%s method=%.*s target=%s status=%u bytes=%llu us=%llu",
        peer, (int)req->method.size, req->method.data, FATA_LOG_QUOTE(target),
        req->status, (unsigned long long)req->sent,
        (unsigned long long)(took / 1000));
}

void fata__http_count(const struct fata_http_request *req)
{
    fata_time_t took = fata_sched_now(fata_run_sched()) - req->begun;

    fata_metric_add(class_of(req->status), 1);
    fata_metric_add(&seconds, (int64_t)took);
    if (FATA_UNLIKELY(fata__log_http.level >= FATA_LOG_DEBUG))
        tell(req, took);
}

void fata__http_tell_refused(const struct fata_http_connection *c)
{
    fata_metric_add(&refused, 1);
    fata_log_debug(&fata__log_http, "refused status=%u", c->engine.status);
}

/* Asks the clock once a second. */
const char *fata__http_date(fata_time_t now)
{
    static char text[FATA_HTTP_DATE];
    static fata_time_t until;

    if (now >= until) {
        fata_time_t wall = fata_wall_now();
        fata_http_date((int64_t)(wall / FATA_S(1)), text);
        until = fata_time_add(now, FATA_S(1) - wall % FATA_S(1));
    }
    return text;
}
