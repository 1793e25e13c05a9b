/* SPDX-License-Identifier: ISC */
/* A promise: a cell that is resolved once, with a value or an error.  Fibers
 * await it; callbacks (`then`) do without a fiber.  Life: init -> (await,
 * attach)* -> resolve or fail.
 *
 *     fata_promise_init(&promise, sched);
 *     fata_then_attach(&then, &promise, on_reply);      (a callback)
 *     err = fata_promise_await(&promise, &value, deadline);   (a fiber)
 *     fata_promise_resolve(&promise, reply);            (once, from anywhere)
 *
 * Resolving calls nobody back: it posts jobs, which run first attached, first
 * served.  Each carries the outcome, so a promise's memory may go as soon as it
 * is resolved.  Allocation: none.
 * Context, where nothing else is said: the scheduler's thread, in a turn or
 * outside; does not suspend. */
#ifndef FATA_PROMISE_H
#define FATA_PROMISE_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/job.h>
#include <fata/list.h>
#include <fata/waiter.h>
#include <stdbool.h>
#include <stddef.h>

/* All fields are private. */
struct fata_promise {
    struct fata_sched *sched;
    struct fata_list waiting; /* entries of fibers and of thens */
    union {
        void *value;
        struct fata_promise *to; /* the one that it was forwarded to */
    };
    int state; /* FATA_EAGAIN, 0, an error, or 1: it is forwarded */
};

static inline void fata_promise_init(struct fata_promise *promise,
                                     struct fata_sched *s)
{
    promise->sched = s;
    fata_list_init(&promise->waiting);
    promise->state = FATA_EAGAIN;
}

/* Resolves it; a second time is a panic.
 * value  whatever is agreed with who waits, NULL included */
void fata_promise_resolve(struct fata_promise *promise, void *value);

/* The same, to an error.
 * error  a code of fata/error.h, but FATA_EAGAIN */
void fata_promise_fail(struct fata_promise *promise, int error);

/* value   written if it is resolved to one; may be NULL
 * Returns 0, the error, or FATA_EAGAIN where it is not resolved. */
FATA_NODISCARD int fata_promise_peek(const struct fata_promise *promise,
                                     void **value);

/* From now on whatever resolves `inner` resolves `outer`, and nothing else may.
 * Who waits for `inner` waits for `outer`.  In constant time - a loop in which
 * each step forwards the next one's promise to its own needs memory for the
 * last of them and the first:
 *
 *     fata_promise_forward(&step1, &result);
 *     fata_promise_forward(&step2, &step1);     (now step1's memory may go)
 *
 * inner   once; resolved already: resolves `outer`
 * outer   not resolved; lent until it is.  A cycle is a panic. */
void fata_promise_forward(struct fata_promise *inner,
                          struct fata_promise *outer);

/* Before the memory of a promise goes that may not be resolved: a panic if
 * somebody waits for it, who would wait for ever. */
void fata_promise_fini(const struct fata_promise *promise);

/* Private: what comes before a wait. */
int fata__promise_start(struct fata_promise *promise, void **value,
                        fata_time_t deadline, struct fata_waiter *waiter);

/* Waits until it is resolved.
 * value   written if and only if the result is 0; may be NULL
 * Returns 0, the promise's error, FATA_ETIMEDOUT or FATA_ECANCELED (rules in
 * fata/waiter.h).  Context: fiber, suspends. */
FATA_NODISCARD static inline int
fata_promise_await(struct fata_promise *promise, void **value,
                   fata_time_t deadline)
{
    struct fata_waiter waiter;
    return fata_waiter_park(
        &waiter, fata__promise_start(promise, value, deadline, &waiter));
}

/* ------------------------------------------------------------------------
 * Callbacks. */

struct fata_then;

/* Called once, in a job of its own, so it must not suspend.  It may attach
 * `then` again, or end its life.
 * error   0, or why there is no value
 * value   NULL with an error */
typedef void fata_then_fn(struct fata_then *then, int error, void *value);

/* All fields are private. */
struct fata_then {
    struct fata_job job; /* posted when the promise is resolved */
    fata_then_fn *fn;    /* NULL: not attached */
    struct fata_sched *sched;
    union {
        struct fata_entry entry; /* in the promise; entry.waiter is NULL */
        struct {
            struct fata_job **at; /* what pointed to `job` when it was posted */
            void *value;
            int error;
        } outcome;
    };
};

/* For a then that may be detached before it was ever attached. */
static inline void fata_then_init(struct fata_then *then)
{
    then->fn = NULL;
}

/* fn(then, ...) will be called by a later job, also if the promise is resolved
 * already.
 * then    lent until `fn` is called or it is detached; not attached now; need
 *         not be initialised */
void fata_then_attach(struct fata_then *then, struct fata_promise *promise,
                      fata_then_fn *fn);

/* After this `fn` is not called, even if the promise is resolved and the job
 * posted.  O(1).  Returns true if it was attached. */
bool fata_then_detach(struct fata_then *then);

#endif
