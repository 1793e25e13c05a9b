/* SPDX-License-Identifier: ISC */
/* A fiber: a function with a stack of its own, so that it can wait in the
 * middle.  Fibers are spawned into a scope (fata/scope.h), which joins them.
 * Only calls that say so suspend; between two of them nothing else runs. */
#ifndef FATA_FIBER_H
#define FATA_FIBER_H

#include <fata/cc.h>
#include <fata/context.h>
#include <fata/error.h>
#include <fata/job.h>
#include <fata/list.h>
#include <fata/sched.h>
#include <fata/time.h>
#include <stdbool.h>

/* Returns >= 0, or a code of fata/error.h: then its scope has failed. */
typedef int fata_fiber_fn(void *arg);

/* How a fiber is spawned. */
struct fata_spawn {
    const char *name;           /* not NULL */
    struct fata_stacks *stacks; /* lent; NULL: the scheduler's */
    bool low;                   /* priority: see fata_job_post_low */
    bool daemon;                /* its scope does not wait for it to end, but
                                   cancels it when the others have ended */
};

/* All fields are private.  The first line is what a switch touches. */
struct fata_fiber {
    struct fata_job job;         /* posted while it is ready to run */
    struct fata_context context; /* where it goes on */
    struct fata_queue *queue;    /* of its priority */
    fata_time_t cancel_at;       /* its region's */
    union {
        struct fata_waiter *waiting; /* what a cancellation may end */
        fata_fiber_fn *fn;           /* before it begins */
    };

    struct fata_scope *scope;  /* it was spawned into this one */
    struct fata_scope *region; /* the innermost it has open, or `scope` */
    struct fata_list sibling;  /* in scope->fibers */
    const struct fata_spawn *how;
    const struct fata_local *locals;
    struct fata_stacks *stacks;
    union {
        char *stack; /* lowest usable address */
        void *arg;   /* before it begins */
    };
#if FATA_ASAN || FATA_TSAN
    struct fata_sanitized sanitized;
#endif
} FATA_ALIGNED(64);

/* The running fiber, valid until its function returns; NULL on a carrier's
 * stack (jobs, timers, the main loop). */
struct fata_fiber *fata_fiber_self(void);

/* The scheduler of the running fiber; a panic outside fibers. */
struct fata_sched *fata_fiber_sched(void);

/* The name given at the spawn; never NULL. */
const char *fata_fiber_name(const struct fata_fiber *fiber);

/* The owner of the scope into which it was spawned; NULL for a root's. */
struct fata_fiber *fata_fiber_parent(const struct fata_fiber *fiber);

/* True once waits return FATA_ECANCELED here; for long computations. */
bool fata_fiber_cancelled(void);

/* Lets every job run that is posted by now.  Always suspends, also when
 * cancelled.  Returns 0 or FATA_ECANCELED.  Context: fiber. */
FATA_NODISCARD static inline int fata_yield(void);

/* ------------------------------------------------------------------------
 * Private: the fast path of every wait.  It is inline up to the program's own
 * code, because a `ret` after a switch is one that the CPU predicts for the
 * fiber that was left. */

/* The only state outside the caller's memory: `fata_sleep_until` and its like
 * take no context argument.  Set by the turn, NULL on its own stack. */
extern FATA_THREAD_LOCAL struct fata_fiber *fata__running;

FATA_NORETURN void fata__not_a_fiber(void);

static inline struct fata_fiber *fata__self(void)
{
    struct fata_fiber *self = fata__running;
    if (FATA_UNLIKELY(self == NULL))
        fata__not_a_fiber();
    return self;
}

static inline bool fata__cancelled(const struct fata_fiber *fiber)
{
    return fiber->cancel_at <= fiber->queue->sched->now;
}

/* job->run of a fiber that goes on. */
void fata__fiber_resume(struct fata_job *job);

/* What runs after `self`, where it is not simply the next fiber that goes on:
 * a fiber that begins, or the carrier. */
const struct fata_context *fata__next(struct fata_fiber *self);

#if FATA_ASAN || FATA_TSAN
void fata__leave(struct fata_fiber *self, const struct fata_context *to);
#else
#define fata__leave(self, to) fata_context_switch(&(self)->context, to)
#endif

/* Suspends the running fiber; returns when its job is run. */
FATA_INLINE void fata__park(struct fata_fiber *self)
{
    struct fata_queue *queue = self->queue;
    struct fata_job *job = queue->first;
    const struct fata_context *to;

    if (FATA_LIKELY(job != FATA__QUEUE_END && job->run == fata__fiber_resume &&
                    queue->left > 0 && !queue->careful)) {
        struct fata_fiber *next = FATA_CONTAINER(job, struct fata_fiber, job);
        fata__queue_pop(queue, job);
        queue->left--;
        fata__running = next;
        to = &next->context;
    } else {
        to = fata__next(self);
    }
    fata__leave(self, to);
}

static inline int fata_yield(void)
{
    struct fata_fiber *self = fata__self();
    fata__queue_push(self->queue, &self->job);
    fata__park(self);
    return fata__cancelled(self) ? FATA_ECANCELED : 0;
}

#endif
