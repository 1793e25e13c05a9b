/* SPDX-License-Identifier: ISC */
/* The client: connections that are kept, calls, redirects. */
#include "internal.h"

#include <fata/http_client.h>
#include <fata/panic.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_ROOM = 2048, HOST_ROOM = 256 };

static const struct fata_http_limits limits = {
    .head = 16384,
    .fields = FATA_HTTP_FIELDS,
    .target = FATA_HTTP_URL,
    .body = UINT64_MAX - 1,
    .idle = FATA_S(60),
    .begun = FATA_S(30),
    .body_time = FATA_S(60),
    .body_rate = 500,
};

/* A connection of the client: in its list while it is idle. */
struct kept {
    struct fata_http_connection http;
    struct fata_list link;
    char host[HOST_ROOM];
    uint16_t port;
    bool reused;
};

static struct kept *kept(struct fata_http_connection *c)
{
    return FATA_CONTAINER(c, struct kept, http);
}

void fata_http_client_init(struct fata_http_client *client,
                           struct fata_stack *stack)
{
    *client = (struct fata_http_client){.stack = stack,
                                        .redirects = FATA_HTTP_REDIRECTS,
                                        .idle = FATA_HTTP_IDLE};
    fata_list_init(&client->list);
}

static void discard(struct kept *k, bool abort)
{
    if (abort)
        fata_flow_abort(k->http.flow);
    else
        fata_flow_close(k->http.flow);
    fata__http_close(&k->http);
    free(k);
}

static struct kept *take_first(struct fata_http_client *client)
{
    struct fata_list *node = fata_list_pop_front(&client->list);
    client->count--;
    return FATA_CONTAINER(node, struct kept, link);
}

void fata_http_client_fini(struct fata_http_client *client)
{
    while (client->count > 0)
        discard(take_first(client), false);
}

/* The one that was used last, as it has gone least likely. */
static struct kept *reuse(struct fata_http_client *client, const char *host,
                          uint16_t port)
{
    const void *data;
    FATA_LIST_FOREACH_SAFE (node, &client->list) {
        struct kept *k = FATA_CONTAINER(node, struct kept, link);
        if (k->port != port || strcmp(k->host, host) != 0)
            continue;
        fata_list_remove(&k->link);
        client->count--;
        if (fata_flow_peek(k->http.flow, &data) == FATA_EAGAIN) {
            k->reused = true;
            return k;
        }
        discard(k, false); /* the server has ended it */
    }
    return NULL;
}

/* --- URLs --- */

struct place {
    char host[HOST_ROOM]; /* a NUL-terminated name or address */
    char authority[FATA_HTTP_URL];
    uint16_t port;
    const char *target; /* in the URL */
};

/* Takes http://authority/target apart. */
static int parse(const char *url, struct place *place)
{
    static const char scheme[] = "http://";
    const char *from = url + sizeof(scheme) - 1;

    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
        return strncmp(url, "https://", 8) == 0 ? FATA_ENOTSUP : FATA_EINVAL;
    size_t size = strcspn(from, "/?#");
    if (size == 0 || size >= sizeof(place->authority) ||
        memchr(from, '@', size) != NULL)
        return FATA_EINVAL;
    memcpy(place->authority, from, size);
    place->authority[size] = '\0';
    place->target = from + size;

    const char *host = place->authority, *end = host + size, *rest;
    if (*host == '[') {
        host++;
        rest = strchr(host, ']');
        if (rest == NULL)
            return FATA_EINVAL;
        size = (size_t)(rest++ - host);
    } else {
        size = strcspn(host, ":");
        rest = host + size;
    }
    if (size == 0 || size >= sizeof(place->host))
        return FATA_EINVAL;
    memcpy(place->host, host, size);
    place->host[size] = '\0';
    place->port = 80;
    if (*rest == ':') {
        uint64_t port;
        rest++;
        if (!fata_http_number(
                (struct fata_http_text){rest, (size_t)(end - rest)}, &port) ||
            port == 0 || port > UINT16_MAX)
            return FATA_EINVAL;
        place->port = (uint16_t)port;
    } else if (rest != end) {
        return FATA_EINVAL;
    }
    return 0;
}

/* The URL that `location` means, seen from `url`, which it replaces. */
static int follow(char url[FATA_HTTP_URL], struct fata_http_text location)
{
    size_t keep = 0;
    const char *path = strchr(url + sizeof("http://") - 1, '/');

    if (location.size == 0)
        return FATA_EPROTO;
    for (size_t i = 0; i < location.size; i++)
        if ((unsigned char)location.data[i] <= ' ')
            return FATA_EPROTO;
    bool absolute = memchr(location.data, ':', location.size) != NULL &&
                    location.data[0] != '/' && location.data[0] != '?';
    if (!absolute) {
        size_t authority = path != NULL ? (size_t)(path - url) : strlen(url);
        keep = authority;
        if (location.size > 1 && memcmp(location.data, "//", 2) == 0)
            keep = sizeof("http:") - 1;
        else if (location.data[0] == '?')
            keep = authority + strcspn(url + authority, "?#");
        else if (location.data[0] != '/' && path != NULL)
            for (size_t i = authority; url[i] != '\0' && url[i] != '?'; i++)
                keep = url[i] == '/' ? i + 1 : keep;
    }
    if (keep + location.size + 1 > FATA_HTTP_URL)
        return FATA_EPROTO;
    memcpy(url + keep, location.data, location.size);
    url[keep + location.size] = '\0';
    return 0;
}

static int join(struct fata_http_client *client, const struct place *place,
                struct fata_flow **flow, fata_time_t deadline)
{
    struct fata_address to;
    if (fata_address_parse(&to, place->host) == 0)
        return fata_stack_connect(client->stack, &to, place->port, flow,
                                  deadline);
    if (client->connect == NULL)
        return FATA_ENOENT;
    return client->connect(client->arg, place->host, place->port, flow,
                           deadline);
}

/* --- a call --- */

static int send_head(struct fata_http_call *call,
                     const struct fata_http_ask *ask, const char *authority,
                     const char *target)
{
    struct fata_http_connection *c = call->connection;
    char out[HEAD_ROOM], path[FATA_HTTP_URL];
    size_t size = strcspn(target, "#");
    bool whole = ask->body != NULL || ask->length == 0;

    if (size + 2 > sizeof(path))
        return FATA_EINVAL;
    path[0] = '/';
    size_t slash = target[0] != '/';
    memcpy(path + slash, target, size);
    path[slash + size] = '\0';
    struct fata_http_message m = {
        .method = ask->method,
        .target = path,
        .host = authority,
        .type = ask->type,
        .headers = ask->headers,
        .header_count = ask->header_count,
        .length = ask->body != NULL ? ask->size : ask->length,
    };
    int n = fata_http_write_head(&c->engine, &m, out, sizeof(out));
    if (n < 0)
        return n;
    struct fata_slice slices[2] = {
        {.data = out, .length = (size_t)n},
        {.data = ask->body, .length = ask->size},
    };
    const char *after;
    if (ask->body != NULL && ask->size > 0 &&
        (n = fata_http_write_chunk(&c->engine, ask->size, NULL, &after)) < 0)
        return n;
    if (whole && (n = fata_http_write_end(&c->engine, NULL, 0, NULL, 0)) < 0)
        return n;
    return fata__http_write(c, slices, ask->body != NULL ? 2 : 1);
}

static int open_call(struct fata_http_client *client,
                     const struct fata_http_ask *ask, const char *url,
                     struct fata_http_call *call, bool fresh,
                     fata_time_t deadline)
{
    struct place place;
    struct fata_flow *flow;
    struct kept *k;
    int err = parse(url, &place);

    if (err != 0)
        return err;
    k = fresh ? NULL : reuse(client, place.host, place.port);
    if (k == NULL) {
        k = malloc(sizeof(*k));
        if (k == NULL)
            return FATA_ENOMEM;
        err = join(client, &place, &flow, deadline);
        if (err != 0) {
            free(k);
            return err;
        }
        fata__http_open(&k->http, flow, FATA_HTTP_CLIENT, &limits);
        fata_list_init(&k->link);
        strcpy(k->host, place.host);
        k->port = place.port;
        k->reused = false;
    }
    *call = (struct fata_http_call){.connection = &k->http, .client = client};
    k->http.until = deadline;
    err = send_head(call, ask, place.authority, place.target);
    if (err != 0)
        fata_http_call_close(call);
    return err;
}

int fata_http_call_open(struct fata_http_client *client,
                        const struct fata_http_ask *ask,
                        struct fata_http_call *call, fata_time_t deadline)
{
    return open_call(client, ask, ask->url, call, false, deadline);
}

int fata_http_call_start(struct fata_flow *flow,
                         const struct fata_http_ask *ask,
                         struct fata_http_call *call, fata_time_t deadline)
{
    struct place place;
    char url[FATA_HTTP_URL];
    /* Whatever secures the flow is not ours. */
    size_t s = strncmp(ask->url, "https://", 8) == 0 ? 1 : 0;

    if (strlen(ask->url) + 1 > sizeof(url))
        return FATA_EINVAL;
    strcpy(url, ask->url + s);
    if (s != 0)
        memcpy(url, "http", 4);
    int err = parse(url, &place);
    if (err != 0)
        return err;
    struct kept *k = malloc(sizeof(*k));
    if (k == NULL)
        return FATA_ENOMEM;
    fata__http_open(&k->http, flow, FATA_HTTP_CLIENT, &limits);
    fata_list_init(&k->link);
    k->reused = false;
    k->http.until = deadline;
    *call = (struct fata_http_call){.connection = &k->http, .lent = true};
    err = send_head(call, ask, place.authority, place.target);
    if (err != 0)
        fata_http_call_close(call);
    return err;
}

int fata_http_call_write(struct fata_http_call *call, const void *data,
                         size_t size)
{
    struct fata_http_connection *c = call->connection;
    char before[FATA_HTTP_CHUNK_ROOM];
    const char *after;
    if (size == 0)
        return 0;
    int n = fata_http_write_chunk(&c->engine, size, before, &after);
    if (n < 0)
        return n;
    struct fata_slice slices[3] = {
        {.data = before, .length = (size_t)n},
        {.data = data, .length = size},
        {after, strlen(after), true},
    };
    return fata__http_write(c, slices, 3);
}

int fata_http_call_wait(struct fata_http_call *call)
{
    struct fata_http_connection *c = call->connection;
    char out[8];

    if (c->engine.writing != FATA__HTTP_SENT) {
        int n = fata_http_write_end(&c->engine, NULL, 0, out, sizeof(out));
        if (n < 0)
            return n;
        struct fata_slice slice = {.data = out, .length = (size_t)n};
        n = fata__http_write(c, &slice, 1);
        if (n < 0)
            return n;
    }
    for (;;) {
        const void *data;
        int err = fata__http_read_head(c, fata_sched_now(fata_run_sched()));
        if (err == 0) {
            call->status = c->engine.head.status;
            return 0;
        }
        if (err != FATA_EAGAIN)
            return err;
        err = fata_flow_read(c->flow, &data, c->until);
        if (err < 0)
            return err;
    }
}

struct fata_http_text fata_http_call_field(const struct fata_http_call *call,
                                           const char *name)
{
    return fata_http_field(&call->connection->engine, name);
}

int fata_http_call_read(struct fata_http_call *call, const void **data)
{
    struct fata_http_text body;
    int err = fata__http_wait_body(call->connection, &body);
    if (err < 0)
        return err;
    *data = body.data;
    return (int)body.size;
}

void fata_http_call_close(struct fata_http_call *call)
{
    struct fata_http_connection *c = call->connection;
    struct fata_http_client *client = call->client;
    struct fata_http_text body;
    fata_time_t now = fata_sched_now(fata_run_sched());

    /* A response without a body ends with its head. */
    if (c->engine.reading == FATA__HTTP_OVER)
        (void)fata__http_read_body(c, now, &body);
    fata__http_ack_body(c);
    fata__http_release(c);
    bool reusable = fata_http_next(&c->engine, now) && c->at == c->filled;
    call->connection = NULL;
    if (call->lent) {
        fata__http_close(c);
        free(kept(c));
    } else if (!reusable || client->idle == 0) {
        discard(kept(c), !reusable && c->engine.reading != FATA__HTTP_READ);
    } else {
        if (client->count == client->idle) { /* the one that waits longest */
            struct kept *last =
                FATA_CONTAINER(client->list.prev, struct kept, link);
            fata_list_remove(&last->link);
            client->count--;
            discard(last, false);
        }
        fata_list_push_front(&client->list, &kept(c)->link);
        client->count++;
    }
}

static bool may_repeat(const struct fata_http_ask *ask)
{
    static const char *const safe[] = {"GET",    "HEAD", "OPTIONS",
                                       "DELETE", "PUT",  "TRACE"};
    for (size_t i = 0; i < FATA_COUNT(safe); i++)
        if (strcmp(ask->method, safe[i]) == 0)
            return true;
    return false;
}

/* Asks once; on a connection that was kept twice. */
static int ask_once(struct fata_http_client *client,
                    const struct fata_http_ask *ask, const char *url,
                    struct fata_http_call *call, fata_time_t deadline)
{
    bool fresh = !may_repeat(ask);
    for (;;) {
        int err = open_call(client, ask, url, call, fresh, deadline);
        if (err != 0 && err != FATA_ECONNRESET && err != FATA_EPIPE)
            return err;
        bool reused = false;
        if (err == 0) {
            reused = kept(call->connection)->reused;
            err = fata_http_call_wait(call);
            if (err == 0)
                return 0;
            fata_http_call_close(call);
        } else {
            reused = !fresh;
        }
        if (!reused || (err != FATA_ECONNRESET && err != FATA_EPIPE))
            return err == FATA_EPIPE ? FATA_ECONNRESET : err;
        fresh = true;
    }
}

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

int fata_http_fetch(struct fata_http_client *client,
                    const struct fata_http_ask *ask,
                    struct fata_http_call *call, fata_time_t deadline)
{
    char url[FATA_HTTP_URL];

    fata_assert(ask->body != NULL || ask->length == 0); /* not streamed */
    if (strlen(ask->url) + 1 > sizeof(url))
        return FATA_EINVAL;
    strcpy(url, ask->url);
    for (unsigned turns = 0;; turns++) {
        int err = ask_once(client, ask, url, call, deadline);
        if (err != 0)
            return err;
        struct fata_http_text location = fata_http_call_field(call, "Location");
        if (!is_redirect(call->status) || location.data == NULL ||
            (strcmp(ask->method, "GET") != 0 &&
             strcmp(ask->method, "HEAD") != 0))
            return 0;
        err = turns < client->redirects ? follow(url, location) : FATA_E2BIG;
        /* A short body is read away, for the connection's sake. */
        const void *data;
        size_t read = 0;
        int n = 0;
        while (err == 0 && read < 4096 &&
               (n = fata_http_call_read(call, &data)) > 0)
            read += (size_t)n;
        fata_http_call_close(call);
        if (err != 0)
            return err;
    }
}
