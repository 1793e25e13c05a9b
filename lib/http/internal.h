/* SPDX-License-Identifier: ISC */
/* What the files of lib/http share. */
#ifndef FATA_HTTP_INTERNAL_H
#define FATA_HTTP_INTERNAL_H

#include <fata/http.h>
#include <fata/http_engine.h>
#include <fata/http_rules.h>
#include <fata/log.h>
#include <fata/metrics.h>
#include <fata/run.h>

/* One end of a connection, with what has come in and is not used: first what
 * lies in `buffer` - a head that came in parts or has a body behind it -, then
 * what the flow holds, `held` bytes of which are used but still looked at. */
struct fata_http_connection {
    struct fata_flow *flow;
    struct fata_http engine;
    char *buffer; /* malloc, or NULL */
    size_t room, filled, at;
    size_t held;
    bool has_peer;     /* it is the stack's, which knows the other end */
    fata_time_t until; /* a client's: the call's deadline */
    struct fata_http_text body; /* what a read has given, and is not acked */
    bool body_buffered;         /* it lies in the buffer */
};

void fata__http_open(struct fata_http_connection *c, struct fata_flow *flow,
                     enum fata_http_role role,
                     const struct fata_http_limits *limits);
void fata__http_close(struct fata_http_connection *c);

/* What there is, without waiting: FATA_EAGAIN, 0, or an error. */
int fata__http_input(struct fata_http_connection *c, const char **data);
/* `count` bytes of that are done with. */
void fata__http_use(struct fata_http_connection *c, size_t count);
/* The same, but they stay where they are until fata__http_release. */
void fata__http_hold(struct fata_http_connection *c, size_t count);
/* Nobody looks at the last message any more. */
void fata__http_release(struct fata_http_connection *c);
/* The head moves to the buffer, so that the flow can go on behind it.  Returns
 * 0 or FATA_ENOMEM. */
int fata__http_keep_head(struct fata_http_connection *c);

/* Reads a head, without waiting.  Returns 0 (there it is), FATA_EAGAIN,
 * FATA_EPIPE (the peer has ended the connection between messages), FATA_EPROTO
 * (engine.status says what to answer), or the flow's error. */
int fata__http_read_head(struct fata_http_connection *c, fata_time_t now);
/* Reads body bytes.  *body empty: the end.  The same errors. */
int fata__http_read_body(struct fata_http_connection *c, fata_time_t now,
                         struct fata_http_text *body);
/* Waits for a body's bytes until the engine's deadline. */
int fata__http_wait_body(struct fata_http_connection *c,
                         struct fata_http_text *body);
void fata__http_ack_body(struct fata_http_connection *c);

/* Writes with a deadline for each part. */
int fata__http_write(struct fata_http_connection *c,
                     const struct fata_slice *slices, size_t count);

/* request.c: calls the handler, and ends its reply. */
int fata__http_handle(struct fata_http_connection *c, fata_http_handler *fn,
                      void *arg);
/* A reply for what was no request. */
void fata__http_refuse(struct fata_http_connection *c);

/* config.c */
extern struct fata_http_limits fata__http_config;
extern fata_time_t fata__http_grace;
extern bool fata__http_debug;

/* tell.c */
extern struct fata_log_source fata__log_http;
extern struct fata_metric fata__http_connections, fata__http_received,
    fata__http_sent;
void fata__http_count(const struct fata_http_request *req);
void fata__http_tell_refused(const struct fata_http_connection *c);
/* The date of now, for a head. */
const char *fata__http_date(fata_time_t now);

#endif
