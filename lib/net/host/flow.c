/* SPDX-License-Identifier: ISC */
/* TCP connections of the host as flows.  A connection from which nothing is to
 * be read, and that has nothing to send, has no buffer.  Small writes gather
 * while a turn runs and go out with one call when it ends; large ones go out
 * from where they lie, at once, together with what has gathered. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* What is copied: it costs less than a call.  And the most that a call is
 * given, as the kernel has a bound. */
enum { SMALL = 4096, AT_ONCE = 1 << 30 };

/* Flows with something to send when the turn ends. */
static struct {
    struct fata_list flows;
    struct fata_job job;
} gathered;

static struct host_flow *of(struct fata_flow *flow)
{
    return FATA_CONTAINER(flow, struct host_flow, flow);
}

/* --- its end --- */

static void tell(const struct host_flow *f, const char *what)
{
    char peer[FATA_ENDPOINT_TEXT];
    uint16_t port = 0;
    if (fata__log_tcp.level < FATA_LOG_DEBUG)
        return;
    fata__host_local(&f->flow, NULL, &port);
    fata_log_debug(&fata__log_tcp, "%s peer=%s port=%u", what,
                   fata_endpoint_print(&f->peer, f->peer_port, peer), port);
}

static void ended(const struct host_flow *f, struct fata_metric *how)
{
    fata_metric_add(how, 1);
    tell(f, how->labels[0].value);
}

/* The kernel has ended it, and says so once. */
static void fail(struct host_flow *f, int host_errno)
{
    int error = fata__host_error(host_errno);
    if (f->error != 0)
        return;
    /* Gone, or no way to there any more: it does not answer. */
    f->error = error == FATA_ECONNRESET ? error : FATA_ETIMEDOUT;
    ended(f,
          error == FATA_ECONNRESET ? &fata__tcp_reset : &fata__tcp_timed_out);
    fata_flow_readable(&f->flow);
    fata_flow_writable(&f->flow);
}

/* --- sending --- */

static ssize_t send_parts(int descriptor, struct iovec *part, size_t count,
                          int flags)
{
    struct msghdr message = {.msg_iov = part, .msg_iovlen = count};
    ssize_t n;
    do /* the call for one is the cheaper one */
        n = count == 1 ? send(descriptor, part->iov_base, part->iov_len, flags)
                       : sendmsg(descriptor, &message, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Sends what has gathered, and `slice` after it, unless that is NULL.  Returns
 * how much of the slice has gone, or FATA_EAGAIN, or an error. */
static int transmit(struct host_flow *f, const struct fata_slice *slice,
                    bool more)
{
    struct iovec parts[2];
    size_t count = 0, length = 0;

    if (f->out != NULL)
        parts[count++] = (struct iovec){f->out, f->waits};
    if (slice != NULL) {
        length = slice->length < AT_ONCE ? slice->length : AT_ONCE;
        parts[count++] = (struct iovec){(void *)(uintptr_t)slice->data, length};
    }
    ssize_t n = send_parts(f->descriptor.number, parts, count,
                           MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (n < 0 && errno != EAGAIN) {
        fail(f, errno);
        return f->error;
    }
    f->writable = n == (ssize_t)(f->waits + length);
    if (n < 0)
        return FATA_EAGAIN;
    if ((size_t)n < f->waits) {
        f->waits -= (unsigned)n;
        memmove(f->out, f->out + n, f->waits);
        return FATA_EAGAIN;
    }
    n -= f->waits;
    fata__host_buffer_free(f->out, HOST_BUFFER);
    f->out = NULL;
    f->waits = 0;
    return n > 0 || slice == NULL ? (int)n : FATA_EAGAIN;
}

/* Sends what has gathered, and then the end, if that is wanted. */
static void send_out(struct host_flow *f)
{
    if (f->waits > 0 && f->writable && f->error == 0)
        (void)transmit(f, NULL, false);
    if (f->shut && f->waits == 0) {
        f->shut = false;
        (void)shutdown(f->descriptor.number, SHUT_WR);
    }
}

static void turn_ends(struct fata_job *job)
{
    (void)job;
    while (!fata_list_empty(&gathered.flows)) {
        struct fata_list *first = fata_list_pop_front(&gathered.flows);
        send_out(FATA_CONTAINER(first, struct host_flow, link));
    }
}

/* --- from the kernel --- */

/* A connect has come to its end. */
static void on_connect(struct host_flow *f)
{
    int err = 0;
    socklen_t size = sizeof(err);
    if (getsockopt(f->descriptor.number, SOL_SOCKET, SO_ERROR, &err, &size) !=
        0)
        err = errno;
    if (err != 0)
        f->error = fata__host_error(err);
    else
        fata__host_flow_connected(f, &fata__tcp_connected);
    fata_flow_writable(&f->flow);
}

static void on_change(struct fata_descriptor *d, unsigned what)
{
    struct host_flow *f = FATA_CONTAINER(d, struct host_flow, descriptor);

    if (!f->connected && f->error == 0 && (what & FATA_WRITABLE) != 0)
        on_connect(f);
    if (!f->connected)
        return;
    f->over = f->over || (what & FATA_OVER) != 0;
    if ((what & FATA_WRITABLE) != 0 && !f->writable) {
        f->writable = true;
        send_out(f);
        if (f->writable)
            fata_flow_writable(&f->flow);
    }
    if ((what & FATA_READABLE) != 0) {
        f->readable = true;
        fata_flow_readable(&f->flow);
    }
}

/* --- the flow's operations --- */

/* Reads what is there into a buffer; there is none yet. */
static int receive(struct host_flow *f)
{
    unsigned size = f->streams ? HOST_STREAM : HOST_BUFFER;
    char *buffer = fata__host_buffer(size);
    ssize_t n;

    if (buffer == NULL && size != HOST_BUFFER) {
        size = HOST_BUFFER;
        buffer = fata__host_buffer(size);
    }
    if (buffer == NULL)
        return FATA_ENOMEM;
    do
        n = recv(f->descriptor.number, buffer, size, 0);
    while (n < 0 && errno == EINTR);
    int err = errno;
    /* What does not fill it has emptied the queue, and what comes later is a
     * change; only an end that has been told is not told again. */
    f->readable = n > 0 && (n == (ssize_t)size || f->over);
    f->streams = n >= HOST_BUFFER;
    if (n > 0) {
        f->in = buffer;
        f->size = size;
        f->at = 0;
        f->end = (unsigned)n;
        return 0;
    }
    fata__host_buffer_free(buffer, size);
    f->at_end = f->at_end || n == 0;
    if (n < 0 && err != EAGAIN)
        fail(f, err);
    return 0;
}

static int peek(struct fata_flow *flow, const void **data)
{
    struct host_flow *f = of(flow);

    if (f->in == NULL && f->readable) {
        int err = receive(f);
        if (err != 0)
            return err;
    }
    if (f->in != NULL) {
        *data = f->in + f->at;
        return (int)(f->end - f->at);
    }
    return f->error != 0 ? f->error : f->at_end ? 0 : FATA_EAGAIN;
}

static void ack(struct fata_flow *flow, size_t count)
{
    struct host_flow *f = of(flow);
    f->at += (unsigned)count;
    if (f->at < f->end)
        return;
    fata__host_buffer_free(f->in, f->size);
    f->in = NULL;
}

static int put(struct fata_flow *flow, const struct fata_slice *data, bool more)
{
    struct host_flow *f = of(flow);

    if (f->error != 0)
        return f->error;
    if (data->length <= SMALL && data->length <= HOST_BUFFER - f->waits) {
        if (f->out == NULL)
            f->out = fata__host_buffer(HOST_BUFFER);
        if (f->out == NULL)
            return FATA_ENOMEM;
        memcpy(f->out + f->waits, data->data, data->length);
        f->waits += (unsigned)data->length;
        return (int)data->length;
    }
    return f->writable ? transmit(f, data, more) : FATA_EAGAIN;
}

static void flush(struct fata_flow *flow)
{
    struct host_flow *f = of(flow);
    if (f->waits == 0 || !f->writable || !fata_list_empty(&f->link))
        return;
    fata_list_push_back(&gathered.flows, &f->link);
    if (!fata_job_posted(&gathered.job))
        fata_job_post_low(fata__host.sched, &gathered.job);
}

static int shut_down(struct fata_flow *flow)
{
    struct host_flow *f = of(flow);
    if (f->error != 0)
        return f->error;
    f->shut = true;
    send_out(f);
    return f->error;
}

/* The peer is told that something was not read, or is not sent. */
static void reset(int descriptor)
{
    struct linger now = {.l_onoff = 1};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void end(struct fata_flow *flow, bool abort)
{
    struct host_flow *f = of(flow);

    fata_list_remove(&f->link);
    f->shut = false;
    if (f->connected && f->error == 0) {
        if (!abort && f->in == NULL)
            send_out(f);
        if (f->error == 0)
            ended(f, abort ? &fata__tcp_aborted : &fata__tcp_closed);
    }
    if (abort || f->in != NULL)
        reset(f->descriptor.number);
    if (!abort && f->in == NULL && f->error == 0 && f->waits > 0) {
        fata__host_part(f->descriptor.number, f->out, f->waits);
    } else {
        close(f->descriptor.number);
        fata__host_buffer_free(f->out, HOST_BUFFER);
    }
    fata__host_buffer_free(f->in, f->size);
    fata__tcp_alive--;
    free(f);
    fata__host_room();
}

const struct fata_flow_ops fata__host_flow_ops = {peek,  ack,       put,
                                                  flush, shut_down, end};

/* --- beginning --- */

void fata__host_flow_connected(struct host_flow *f, struct fata_metric *by)
{
    f->connected = true;
    f->writable = true;
    fata_metric_add(by, 1);
    tell(f, "established");
}

struct host_flow *fata__host_flow_new(int descriptor)
{
    struct host_flow *f;
    if (fata__tcp_alive >= fata__net_config.connections)
        return NULL;
    f = calloc(1, sizeof(*f));
    if (f == NULL)
        return NULL;
    if (gathered.job.run == NULL) {
        fata_list_init(&gathered.flows);
        fata_job_init(&gathered.job, turn_ends);
    }
    fata_flow_init(&f->flow, &fata__host_flow_ops);
    fata_list_init(&f->link);
    f->descriptor =
        (struct fata_descriptor){.number = descriptor, .ready = on_change};
    fata__tcp_alive++;
    return f;
}

static const struct host_flow *host_of(const struct fata_flow *flow)
{
    return (const struct host_flow *)(const void *)((const char *)flow -
                                                    offsetof(struct host_flow,
                                                             flow));
}

void fata__host_peer(const struct fata_flow *flow, struct fata_address *address,
                     uint16_t *port)
{
    const struct host_flow *f = host_of(flow);
    if (address != NULL)
        *address = f->peer;
    if (port != NULL)
        *port = f->peer_port;
}

void fata__host_local(const struct fata_flow *flow,
                      struct fata_address *address, uint16_t *port)
{
    union host_address own = {.any.sa_family = AF_INET};
    socklen_t size = sizeof(own);
    struct fata_address a;
    uint16_t p;
    (void)getsockname(host_of(flow)->descriptor.number, &own.any, &size);
    fata__host_from(&own, &a, &p);
    if (address != NULL)
        *address = a;
    if (port != NULL)
        *port = p;
}
