/* SPDX-License-Identifier: ISC */
/* Promises.  Fibers and thens wait in one list, so that all are served in the
 * order in which they came; a then's entry has no waiter.
 *
 * A forwarded promise is a pointer to another one: what is done to it is done
 * to the end of the chain.  Forwarding to one that is forwarded itself points
 * to the end, too, so that what lies between may go. */
#include <fata/promise.h>

#include "internal.h"

#include <fata/choice.h>
#include <fata/error.h>

enum { PENDING = FATA_EAGAIN, FORWARDED = 1 };

static struct fata_promise *end_of(struct fata_promise *promise)
{
    while (FATA_UNLIKELY(promise->state == FORWARDED))
        promise = promise->to;
    return promise;
}

static void run(struct fata_job *job)
{
    struct fata_then *then = FATA_CONTAINER(job, struct fata_then, job);
    fata_then_fn *fn = then->fn;

    then->fn = NULL;
    fn(then, then->outcome.error, then->outcome.value);
}

static inline void post(struct fata_then *then, int error, void *value)
{
    struct fata_queue *queue = &then->sched->normal;

    then->outcome.at = queue->tail;
    then->outcome.value = value;
    then->outcome.error = error;
    fata__queue_push(queue, &then->job);
}

/* Takes a posted job out of the middle of the queue.  It has a predecessor that
 * points to it, unless it is the first: what was posted before it has run. */
static void unpost(struct fata_then *then)
{
    struct fata_queue *queue = &then->sched->normal;
    struct fata_job *job = &then->job, *next = job->next;

    if (queue->first == job) {
        fata__queue_pop(queue, job);
        return;
    }
    *then->outcome.at = next;
    if (next == FATA__QUEUE_END)
        queue->tail = then->outcome.at;
    else if (next->run == run)
        FATA_CONTAINER(next, struct fata_then, job)->outcome.at =
            then->outcome.at;
    job->next = NULL;
}

static FATA_NOINLINE void settle(struct fata_promise *promise, int error,
                                 void *value)
{
    struct fata_list *link;

    promise = end_of(promise);
    fata_assert(promise->state == PENDING);
    promise->state = error;
    promise->value = value;
    while ((link = fata_list_pop_front(&promise->waiting)) != NULL) {
        struct fata_entry *entry =
            FATA_CONTAINER(link, struct fata_entry, link);
        if (entry->waiter == NULL) {
            post(FATA_CONTAINER(entry, struct fata_then, entry), error, value);
            continue;
        }
        if (error == 0 && entry->item != NULL)
            *(void **)entry->item = value;
        fata__wake(entry, error);
    }
}

void fata_promise_resolve(struct fata_promise *promise, void *value)
{
    struct fata_list *waiting = &promise->waiting, *link = waiting->next;
    struct fata_entry *entry = FATA_CONTAINER(link, struct fata_entry, link);

    if (FATA_UNLIKELY(promise->state != PENDING || link == waiting ||
                      link->next != waiting || entry->waiter != NULL)) {
        settle(promise, 0, value);
        return;
    }
    promise->state = 0; /* the fast path: one then waits */
    promise->value = value;
    post(FATA_CONTAINER(entry, struct fata_then, entry), 0, value);
}

void fata_promise_fail(struct fata_promise *promise, int error)
{
    fata_assert(error < 0 && error != FATA_EAGAIN);
    settle(promise, error, NULL);
}

int fata_promise_peek(const struct fata_promise *promise, void **value)
{
    while (promise->state == FORWARDED)
        promise = promise->to;
    if (promise->state == 0 && value != NULL)
        *value = promise->value;
    return promise->state;
}

void fata_promise_forward(struct fata_promise *inner,
                          struct fata_promise *outer)
{
    struct fata_list *from = &inner->waiting, *to;

    outer = end_of(outer);
    fata_assert(inner->state != FORWARDED && inner != outer);
    if (inner->state != PENDING) {
        settle(outer, inner->state, inner->value);
        return;
    }
    fata_assert(outer->state == PENDING && inner->sched == outer->sched);
    to = &outer->waiting;
    if (!fata_list_empty(from)) {
        from->next->prev = to->prev;
        to->prev->next = from->next;
        from->prev->next = to;
        to->prev = from->prev;
    }
    inner->to = outer;
    inner->state = FORWARDED;
}

void fata_promise_fini(const struct fata_promise *promise)
{
    if (promise->state == PENDING && !fata_list_empty(&promise->waiting))
        fata_panic("fata", "a promise is dropped that somebody waits for");
}

int fata__promise_start(struct fata_promise *promise, void **value,
                        fata_time_t deadline, struct fata_waiter *waiter)
{
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    promise = end_of(promise);
    if (promise->state != PENDING)
        return fata_promise_peek(promise, value);
    waiter->entry.item = value;
    return fata_waiter_start(waiter, &promise->waiting, deadline, "promise");
}

int fata__promise_attempt(struct fata_clause *clause)
{
    struct fata_promise *promise = end_of(clause->on);

    clause->queue = &promise->waiting;
    if (promise->state == PENDING)
        return FATA_PARK;
    return fata_promise_peek(promise, clause->entry.item);
}

void fata_then_attach(struct fata_then *then, struct fata_promise *promise,
                      fata_then_fn *fn)
{
    promise = end_of(promise);
    fata_job_init(&then->job, run);
    then->fn = fn;
    then->sched = promise->sched;
    if (promise->state == PENDING) {
        then->entry.waiter = NULL;
        fata_list_push_back(&promise->waiting, &then->entry.link);
    } else {
        post(then, promise->state, promise->state == 0 ? promise->value : NULL);
    }
}

bool fata_then_detach(struct fata_then *then)
{
    if (then->fn == NULL)
        return false;
    then->fn = NULL;
    if (fata_job_posted(&then->job))
        unpost(then);
    else
        fata_list_remove(&then->entry.link);
    return true;
}
