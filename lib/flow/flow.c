/* SPDX-License-Identifier: ISC */
/* What all flows have in common: waiting.  Implementations never suspend. */
#include <fata/flow.h>

#include <fata/panic.h>
#include <fata/waiter.h>

void fata_flow_init(struct fata_flow *flow, const struct fata_flow_ops *ops)
{
    flow->ops = ops;
    fata_list_init(&flow->reader);
    fata_list_init(&flow->writer);
    flow->sched = NULL;
    flow->notify = NULL;
    flow->given = 0;
    flow->ended = false;
}

/* A waiter woken with an error must not touch the flow: it may be gone. */
static void wake(struct fata_list *queue, int result)
{
    struct fata_entry *entry = fata_waiter_first(queue);
    if (entry != NULL)
        fata_waiter_wake(entry, result);
}

void fata_flow_readable(struct fata_flow *flow)
{
    struct fata_job *job = flow->notify;
    if (job != NULL) {
        flow->notify = NULL;
        fata_job_post(flow->sched, job);
    }
    wake(&flow->reader, 0);
}

void fata_flow_writable(struct fata_flow *flow)
{
    wake(&flow->writer, 0);
}

int fata_flow_peek(struct fata_flow *flow, const void **data)
{
    int n = flow->ops->peek(flow, data);
    flow->given = n > 0 ? (size_t)n : 0;
    return n;
}

int fata_flow_read(struct fata_flow *flow, const void **data,
                   fata_time_t deadline)
{
    struct fata_waiter waiter;
    int err;

    fata_assert(fata_list_empty(&flow->reader)); /* one reader at a time */
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    for (;;) {
        int n = fata_flow_peek(flow, data);
        if (n != FATA_EAGAIN)
            return n;
        err = fata_waiter_wait(&waiter, &flow->reader, deadline, "read");
        if (err != 0)
            return err;
    }
}

void fata_flow_ack(struct fata_flow *flow, size_t count)
{
    fata_assert(count <= flow->given);
    flow->given -= count;
    if (count != 0)
        flow->ops->ack(flow, count);
}

/* What is left of `slices` from byte `*at` of the first one on: as much of it
 * as the flow takes now.  Returns 0 when that is all. */
static int put(struct fata_flow *flow, const struct fata_slice **slices,
               size_t *count, size_t *at)
{
    while (*count > 0) {
        struct fata_slice rest = **slices;
        rest.length -= *at;
        if (rest.length == 0) {
            ++*slices;
            --*count;
            *at = 0;
            continue;
        }
        rest.data = (const char *)rest.data + *at;
        int n = flow->ops->put(flow, &rest, *count > 1);
        if (n < 0)
            return n;
        *at += (size_t)n;
    }
    return 0;
}

int fata_flow_write(struct fata_flow *flow, const struct fata_slice *slices,
                    size_t count, fata_time_t deadline)
{
    const struct fata_slice *first = slices;
    struct fata_waiter waiter;
    size_t at = 0;
    int err;

    fata_assert(fata_list_empty(&flow->writer)); /* one writer at a time */
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (flow->ended)
        return FATA_EPIPE;
    for (;;) {
        err = put(flow, &slices, &count, &at);
        if (slices != first || at != 0)
            flow->ops->flush(flow);
        if (err != FATA_EAGAIN)
            return err;
        bool begun = slices != first || at != 0;
        /* Until the wait has ended well, the stream is torn. */
        flow->ended = begun;
        err = fata_waiter_wait(&waiter, &flow->writer, deadline, "write");
        if (err != 0)
            return err;
        flow->ended = false;
    }
}

int fata_flow_shutdown(struct fata_flow *flow)
{
    if (flow->ended)
        return FATA_EPIPE;
    flow->ended = true;
    return flow->ops->shutdown(flow);
}

static void finish(struct fata_flow *flow, bool abort)
{
    flow->notify = NULL;
    wake(&flow->reader, FATA_EPIPE);
    wake(&flow->writer, FATA_EPIPE);
    flow->ops->close(flow, abort);
}

void fata_flow_close(struct fata_flow *flow)
{
    finish(flow, false);
}

void fata_flow_abort(struct fata_flow *flow)
{
    finish(flow, true);
}

void fata_flow_notify(struct fata_flow *flow, struct fata_sched *sched,
                      struct fata_job *job)
{
    const void *data;

    fata_assert(fata_list_empty(&flow->reader));
    flow->sched = sched;
    flow->notify = job;
    if (job != NULL && flow->ops->peek(flow, &data) != FATA_EAGAIN)
        fata_flow_readable(flow);
}
