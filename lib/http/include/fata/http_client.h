/* SPDX-License-Identifier: ISC */
/* An HTTP/1.1 client on fibers and flows.
 *
 *     struct fata_http_client client;
 *     struct fata_http_call call;
 *     fata_http_client_init(&client, app->stack);
 *     struct fata_http_ask ask = {.method = "GET", .url = "http://10.0.0.1/"};
 *     int err = fata_http_fetch(&client, &ask, &call, deadline);
 *     if (err == 0) {
 *         while ((n = fata_http_call_read(&call, &data)) > 0)
 *             ...
 *         fata_http_call_close(&call);       (the connection may serve again)
 *     }
 *     fata_http_client_fini(&client);
 *
 * A host is an address, or a name where client.connect knows names, as with
 * component dns:
 *
 *     client.connect = fata_dns_dial;
 *     client.arg = app->resolver;
 *
 * https is for who gives a flow: fata_http_call_start.
 * Context: fibers.  Allocation: a kilobyte for each connection. */
#ifndef FATA_HTTP_CLIENT_H
#define FATA_HTTP_CLIENT_H

#include <fata/address.h>
#include <fata/cc.h>
#include <fata/flow.h>
#include <fata/http_text.h>
#include <fata/list.h>
#include <fata/stack.h>
#include <fata/time.h>

struct fata_http_connection;

enum {
    FATA_HTTP_IDLE = 8,     /* connections that are kept, by default */
    FATA_HTTP_URL = 512,    /* bytes of a URL, its NUL included */
    FATA_HTTP_REDIRECTS = 5 /* that are followed, by default */
};

/* All may be changed between init and the first call; the list is private. */
struct fata_http_client {
    struct fata_stack *stack;
    /* Connects to a name; may suspend.  NULL: names are not known */
    int (*connect)(void *arg, const char *name, uint16_t port,
                   struct fata_flow **flow, fata_time_t deadline);
    void *arg;
    unsigned redirects;
    unsigned idle; /* the most connections that wait for their next call */
    struct fata_list list;
    unsigned count;
};

void fata_http_client_init(struct fata_http_client *client,
                           struct fata_stack *stack);

/* No call is under way. */
void fata_http_client_fini(struct fata_http_client *client);

/* What is asked. */
struct fata_http_ask {
    const char *method;
    const char *url; /* http://host[:port]/path?query */
    const struct fata_http_header *headers;
    size_t header_count;
    const char *type; /* of the body, or NULL */
    const void *body; /* NULL: none, or it is streamed: `length` */
    size_t size;
    uint64_t length; /* of a body that is written with fata_http_call_write;
                        UINT64_MAX: not known */
};

/* A request and its response; in the caller's frame.  All but `status` is
 * private. */
struct fata_http_call {
    unsigned status;
    struct fata_http_connection *connection;
    struct fata_http_client *client;
    bool lent; /* the flow is somebody else's */
};

/* Asks, and waits for the head of the response.  Follows redirects of GET and
 * HEAD.  A request on a connection that was kept and has gone meanwhile is made
 * again on a new one, if it may be repeated.
 * ask   borrowed until return; not streamed
 * call  returned, if the result is 0: to be closed
 * Returns 0, FATA_EINVAL (no good URL), FATA_ENOTSUP (not http), FATA_ENOENT (a
 * name nobody knows), FATA_E2BIG (too many redirects), FATA_EPROTO (no HTTP, or
 * more than our bounds), or an error of connecting or of the flow. */
FATA_NODISCARD int fata_http_fetch(struct fata_http_client *client,
                                   const struct fata_http_ask *ask,
                                   struct fata_http_call *call,
                                   fata_time_t deadline);

/* The same in steps: start, write*, wait.  No redirects. */
FATA_NODISCARD int fata_http_call_open(struct fata_http_client *client,
                                       const struct fata_http_ask *ask,
                                       struct fata_http_call *call,
                                       fata_time_t deadline);
/* flow  lent until the call is closed: TLS, say */
FATA_NODISCARD int fata_http_call_start(struct fata_flow *flow,
                                        const struct fata_http_ask *ask,
                                        struct fata_http_call *call,
                                        fata_time_t deadline);
FATA_NODISCARD int fata_http_call_write(struct fata_http_call *call,
                                        const void *data, size_t size);
FATA_NODISCARD int fata_http_call_wait(struct fata_http_call *call);

/* A field of the response; data NULL: there is none. */
struct fata_http_text fata_http_call_field(const struct fata_http_call *call,
                                           const char *name);

/* The next part of the body.
 * data  returned: borrowed until the next call
 * Returns its size, 0 at the end, or an error: FATA_ECONNRESET also where the
 * server has ended the connection within the body. */
FATA_NODISCARD int fata_http_call_read(struct fata_http_call *call,
                                       const void **data);

/* Ends the call.  The connection is kept if the response has been read. */
void fata_http_call_close(struct fata_http_call *call);

#endif
