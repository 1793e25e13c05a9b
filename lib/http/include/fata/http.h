/* SPDX-License-Identifier: ISC */
/* A web server: HTTP/1.1 on fibers and flows.
 *
 *     static int hello(struct fata_http_request *req, void *arg)
 *     {
 *         return fata_http_reply_text(req, 200, "text/plain", "Hello!\n");
 *     }
 *
 *     int start(struct app *app)
 *     {
 *         return fata_http_serve(app->stack, 80, hello, NULL);
 *     }
 *
 * A handler runs in a fiber of its own once a request's head has arrived; it
 * may wait for whatever it likes.  A connection whose client says nothing, or
 * says it slowly, has no fiber.  Requests on one connection are answered in
 * their order.
 *
 * Bounds and times are keys (--http-head, --http-body, --http-idle, ...:
 * docs/http.md).  Metrics: fata_http_*.  Log: source `http`; level debug is the
 * access log.
 * Context: the main loop's thread, in fibers.  Allocation: a kilobyte for each
 * connection, and the head of a request that did not come in one piece or has a
 * body. */
#ifndef FATA_HTTP_H
#define FATA_HTTP_H

#include <fata/cc.h>
#include <fata/flow.h>
#include <fata/http_text.h>
#include <fata/stack.h>
#include <fata/time.h>

struct fata_http;
struct fata_http_connection;
struct fata_kv;

enum { FATA_HTTP_PARAMS = 8 };

struct fata_http_param {
    const char *name; /* up to the next slash or the end */
    struct fata_http_text value;
};

/* A request, valid while its handler runs.  All but what is marked may be read.
 */
struct fata_http_request {
    struct fata_http_text method, path, query, host; /* as they were sent */
    unsigned status; /* of the reply; 0: there has been none */
    uint64_t sent;   /* bytes of its body */
    struct fata_http_connection *connection; /* private, as the rest */
    struct fata_http *engine;
    fata_time_t begun;
    bool raw; /* another protocol has taken over */
    unsigned param_count;
    struct fata_http_param params[FATA_HTTP_PARAMS];
};

/* Answers a request.  Returns 0; or an error, at which the connection ends: if
 * nothing has been sent the client gets a response that fits the error
 * (FATA_ENOENT: 404, FATA_EINVAL: 400, FATA_EPERM: 403, else 500). */
typedef int fata_http_handler(struct fata_http_request *req, void *arg);

/* Serves until the image is asked to stop: then no new connections are
 * accepted, idle ones close, requests under way have --http-grace to finish.
 * port  1 .. 65535
 * Returns FATA_ECANCELED, or why it could not begin: FATA_EBUSY, FATA_ENOMEM.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_http_serve(struct fata_stack *stack, uint16_t port,
                                   fata_http_handler *fn, void *arg);

/* Serves the requests of one connection, in the running fiber.
 * flow  lent until return; not closed
 * Returns 0 (it is to be closed), or the flow's error. */
FATA_NODISCARD int fata_http_serve_flow(struct fata_flow *flow,
                                        fata_http_handler *fn, void *arg);

/* --- what was asked --- */

/* The value of a field; data NULL: there is none. */
struct fata_http_text fata_http_get(const struct fata_http_request *req,
                                    const char *name);

/* One of the fields `name`, a list, has the element `token`. */
bool fata_http_lists(const struct fata_http_request *req, const char *name,
                     const char *token);

/* What the router's pattern has at `:name` or `*name`, not decoded; data NULL:
 * it has none. */
struct fata_http_text fata_http_param(const struct fata_http_request *req,
                                      const char *name);

/* The value of `name` in the query, not decoded; data NULL: it has none. */
struct fata_http_text fata_http_query(const struct fata_http_request *req,
                                      const char *name);

/* Waits for the next part of the body; at the first call a client that expects
 * 100 gets it.
 * data  returned: borrowed until it is acked, or the next call
 * Returns its size; 0 at the end; FATA_EMSGSIZE (--http-body), FATA_EPROTO (bad
 * chunks), FATA_ETIMEDOUT (too slow), or the flow's error.  After an error
 * return it: the client gets 413, 400 or 408.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_http_read(struct fata_http_request *req,
                                  const void **data);

/* The whole body, into `buffer`.  Returns its size, FATA_ENOSPC, or the same
 * errors. */
FATA_NODISCARD int fata_http_read_all(struct fata_http_request *req,
                                      void *buffer, size_t room);

/* A field behind the body; after fata_http_read has returned 0. */
struct fata_http_text fata_http_trailing(const struct fata_http_request *req,
                                         const char *name);

/* --- replies --- */

struct fata_http_reply {
    unsigned status;  /* 200 .. 599 */
    const char *type; /* Content-Type, or NULL */
    const struct fata_http_header *headers;
    size_t header_count;
    const void *body;
    size_t size; /* bytes of it */
    bool stays;  /* the body does not change as long as the image runs: it is
                    sent from where it lies */
};

/* Sends a whole reply; a small one is one frame.
 * reply  borrowed until return
 * Returns 0, FATA_EINVAL (a header that would end its line, or there has been a
 * reply), FATA_ENOSPC (headers of more than 1 KiB), or the flow's error.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_http_reply(struct fata_http_request *req,
                                   const struct fata_http_reply *reply);

FATA_NODISCARD int fata_http_reply_text(struct fata_http_request *req,
                                        unsigned status, const char *type,
                                        const char *text);

/* `status` and its name as the body. */
FATA_NODISCARD int fata_http_reply_status(struct fata_http_request *req,
                                          unsigned status);

/* status  301, 302, 303, 307, 308 */
FATA_NODISCARD int fata_http_redirect(struct fata_http_request *req,
                                      unsigned status, const char *location);

/* A reply in parts: begin, write*, end.
 * reply   its body is not looked at
 * length  of the body, or FATA_HTTP_STREAM */
#define FATA_HTTP_STREAM UINT64_MAX
FATA_NODISCARD int fata_http_begin(struct fata_http_request *req,
                                   const struct fata_http_reply *reply,
                                   uint64_t length);

/* Waits while the client does not read.  After 101 writes raw bytes. */
FATA_NODISCARD int fata_http_write(struct fata_http_request *req,
                                   const void *data, size_t size);

/* The same for what stays. */
FATA_NODISCARD int fata_http_write_static(struct fata_http_request *req,
                                          const void *data, size_t size);

/* Optional, as a handler's return does the same, but for trailers. */
FATA_NODISCARD int fata_http_end(struct fata_http_request *req,
                                 const struct fata_http_header *trailers,
                                 size_t count);

/* Sends 101: from now on fata_http_read and fata_http_write carry raw bytes, up
 * to the handler's return.
 * protocol  for the field Upgrade */
FATA_NODISCARD int fata_http_upgrade(struct fata_http_request *req,
                                     const char *protocol,
                                     const struct fata_http_header *headers,
                                     size_t count);

/* Answers with the value of a key-value store that the path names (below the
 * store's root; a folder's is its index.html, and the path of one gets its
 * slash by a redirect).  What is not there gets 404, with the store's value
 * `404.html` if it has that.  Type, ETag, conditions, ranges, HEAD, and gzip
 * where the store has it and the client takes it; nothing is copied. kv
 * borrowed until return; its values stay Returns as fata_http_reply does. */
FATA_NODISCARD int fata_http_reply_kv(struct fata_http_request *req,
                                      struct fata_kv *kv);

/* --- server-sent events --- */

/* Begins a stream of events (text/event-stream). */
FATA_NODISCARD int fata_http_events(struct fata_http_request *req);

/* Sends one.
 * event, id  one line each, or NULL
 * data       any number of lines */
FATA_NODISCARD int fata_http_event(struct fata_http_request *req,
                                   const char *event, const char *id,
                                   const char *data);

/* --- routes --- */

/* A pattern is a path; `:name` stands for one segment, `*name` for the rest (at
 * its end only).  The first that fits serves; one whose method is NULL serves
 * all methods.  Where only the method is wrong the answer is 405, HEAD is
 * served by GET, and OPTIONS is answered. */
struct fata_http_route {
    const char *method, *pattern;
    fata_http_handler *fn;
    void *arg;
};

struct fata_http_router {
    const struct fata_http_route *routes;
    size_t count;
};

/* arg  a struct fata_http_router */
int fata_http_route(struct fata_http_request *req, void *arg);

/* --- handlers --- */

/* All metrics, as text for Prometheus. */
int fata_http_metrics(struct fata_http_request *req, void *arg);

/* What each fiber does; 404 without --http-debug. */
int fata_http_debug_fibers(struct fata_http_request *req, void *arg);

#endif
