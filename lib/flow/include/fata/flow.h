/* SPDX-License-Identifier: ISC */
/* A flow: a stream of bytes in each direction.  TCP connections are flows, so
 * are the ends of a pipe (fata/pipe.h), and what protocols build on another
 * flow.
 *
 *     for (;;) {
 *         const void *data;
 *         int n = fata_flow_read(flow, &data, deadline);
 *         if (n <= 0)
 *             break;                       (the end, or an error)
 *         ... look at the n bytes where they are ...
 *         fata_flow_ack(flow, (size_t)n);  (now they may go)
 *     }
 *     fata_flow_close(flow);               (always, once)
 *
 * Context: one scheduler; calls that suspend in a fiber, the rest anywhere in
 * the scheduler's thread.  At most one fiber reads and one writes at a time;
 * they may be two.  Rules of waiting: fata/waiter.h.
 *
 * Errors stay: a read that returned FATA_ECONNRESET will do so again.  What had
 * arrived before is read first. */
#ifndef FATA_FLOW_H
#define FATA_FLOW_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/job.h>
#include <fata/list.h>
#include <fata/sched.h>
#include <fata/time.h>
#include <stdbool.h>
#include <stddef.h>

/* A piece of what is written. */
struct fata_slice {
    const void *data;
    size_t length; /* bytes */
    bool stays;    /* unchanged as long as the image runs (constants): it may be
                      sent from where it lies.  Else it is copied */
};

struct fata_flow;

/* What an implementation does; none of these suspends.  Where one returns
 * FATA_EAGAIN it calls fata_flow_readable or fata_flow_writable later. */
struct fata_flow_ops {
    /* The bytes at hand: > 0 and *data, 0 at the end, or an error. */
    int (*peek)(struct fata_flow *flow, const void **data);
    /* `count` bytes of the last peek are done with. */
    void (*ack)(struct fata_flow *flow, size_t count);
    /* Takes the first bytes of `data`, > 0 of them, or an error.
     * more  something follows at once, in this call or another */
    int (*put)(struct fata_flow *flow, const struct fata_slice *data,
               bool more);
    /* What has been put goes out now. */
    void (*flush)(struct fata_flow *flow);
    /* Nothing more will be put; called once at most. */
    int (*shutdown)(struct fata_flow *flow);
    /* Gives everything back; `flow` is gone after it. */
    void (*close)(struct fata_flow *flow, bool abort);
};

/* Embedded by implementations.  All fields but `ops` are private. */
struct fata_flow {
    const struct fata_flow_ops *ops;
    struct fata_list reader, writer; /* at most one waiter each */
    struct fata_sched *sched;        /* of `notify` */
    struct fata_job *notify; /* posted when there is something to read */
    size_t given;            /* bytes of the last read not yet acked */
    bool ended;              /* nothing more may be written */
};

/* --- for programs --- */

/* Waits until there is something to read.
 * data  returned: the bytes, borrowed until they are acked or the flow closes
 * Returns how many there are (not all that was sent: what lies in one piece),
 * 0 at the end of the stream, or FATA_ECONNRESET (the peer broke off),
 * FATA_ETIMEDOUT (the deadline; or, again and again, the peer has stopped
 * answering), FATA_ECANCELED, FATA_EPIPE (closed meanwhile by another fiber).
 * A second read without an ack returns the same bytes, possibly more of them.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_flow_read(struct fata_flow *flow, const void **data,
                                  fata_time_t deadline);

/* The same without waiting: FATA_EAGAIN where a read would wait.
 * Context: anywhere in the scheduler's thread. */
FATA_NODISCARD int fata_flow_peek(struct fata_flow *flow, const void **data);

/* The first `count` bytes of the last read are done with: their memory is given
 * back, and the peer may send as many.
 * count  at most what the read returned (else a panic) */
void fata_flow_ack(struct fata_flow *flow, size_t count);

/* Writes all slices, in order.  Returns when the last byte has been accepted,
 * not when it has arrived; waits while too much is on its way.
 * slices  borrowed until return
 * Returns 0; FATA_EPIPE (the peer does not read any more, or we have shut
 * down), FATA_ECONNRESET, FATA_ETIMEDOUT, FATA_ECANCELED: then an unknown part
 * has been written, so that every later write returns FATA_EPIPE - unless none
 * was, as rules 1 and 3 say.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_flow_write(struct fata_flow *flow,
                                   const struct fata_slice *slices,
                                   size_t count, fata_time_t deadline);

/* The same for bytes in one place, which are copied. */
FATA_NODISCARD static inline int fata_flow_send(struct fata_flow *flow,
                                                const void *data, size_t length,
                                                fata_time_t deadline)
{
    struct fata_slice slice = {.data = data, .length = length};
    return fata_flow_write(flow, &slice, 1, deadline);
}

/* Half close: after what has been written the peer reads the end of the stream;
 * reading goes on.  Returns 0, or FATA_EPIPE if that has been done, or the
 * flow's error.  Does not suspend. */
FATA_NODISCARD int fata_flow_shutdown(struct fata_flow *flow);

/* Ends the flow's life; what has been written still goes out.  If something has
 * arrived that was not read, the peer is told so (TCP: a reset).  A fiber that
 * waits in the flow gets FATA_EPIPE. */
void fata_flow_close(struct fata_flow *flow);

/* The same at once: what is on its way is dropped, the peer gets
 * FATA_ECONNRESET. */
void fata_flow_abort(struct fata_flow *flow);

/* Posts `job` once, when a read would not wait - at once if that is so now.
 * For who does not want a fiber to wait.  NULL: not any more.
 * job  lent until it runs, is taken back or the flow closes
 * No fiber may wait in a read meanwhile. */
void fata_flow_notify(struct fata_flow *flow, struct fata_sched *sched,
                      struct fata_job *job);

/* --- for implementations --- */

void fata_flow_init(struct fata_flow *flow, const struct fata_flow_ops *ops);

/* Something changed: who waits looks again.  Post jobs only. */
void fata_flow_readable(struct fata_flow *flow);
void fata_flow_writable(struct fata_flow *flow);

#endif
