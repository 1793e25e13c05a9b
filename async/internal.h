/* SPDX-License-Identifier: ISC */
/* What the files of async share and nobody else sees. */
#ifndef FATA_ASYNC_INTERNAL_H
#define FATA_ASYNC_INTERNAL_H

#include <fata/fiber.h>
#include <fata/panic.h>
#include <fata/sched.h>
#include <fata/scope.h>
#include <fata/timer.h>
#include <fata/waiter.h>

struct fata_fiber {
    struct fata_job job; /* posted while the fiber is ready to run */
    struct fata_sched *sched;
    void *context;               /* where it continues, while it does not run */
    struct fata_scope *scope;    /* it was spawned into this one */
    struct fata_list sibling;    /* in scope->fibers */
    struct fata_list scopes;     /* it has open, outermost first */
    struct fata_scope *region;   /* the innermost of them, or `scope` */
    struct fata_waiter *waiting; /* the wait that cancellation may end */
    fata_fiber_fn *fn;
    void *arg;
    const char *name;
    struct fata_stacks *stacks;
    char *stack;      /* lowest usable address */
    void *fake_stack; /* the address sanitizer's, while it does not run */
    unsigned valgrind_id;
    int result;
    bool returned;
};

/* The only state outside the caller's memory: `fata_sleep_until` and its like
 * take no context argument.  Set by the turn, NULL on its own stack. */
extern FATA_THREAD_LOCAL struct fata_fiber *fata__running FATA_HIDDEN;

/* The running fiber, for calls that need one. */
static inline struct fata_fiber *fata__self(void)
{
    if (FATA_UNLIKELY(fata__running == NULL))
        fata_panic("fata", "a call that may suspend, outside a fiber");
    return fata__running;
}

static inline bool fata__scope_cancelled(const struct fata_scope *scope)
{
    return scope->cancel_at <= scope->sched->now;
}

/* stacks.c.  Returns the lowest usable address, or NULL; the highest is
 * fata__stack_top(). */
FATA_HIDDEN char *fata__stacks_take(struct fata_stacks *stacks);
FATA_HIDDEN void fata__stacks_give(struct fata_stacks *stacks, char *stack);
FATA_HIDDEN char *fata__stack_top(const struct fata_stacks *stacks,
                                  char *stack);
FATA_HIDDEN bool fata__stack_intact(const struct fata_stacks *stacks,
                                    const char *stack);

/* fiber.c.  NULL when there is no stack. */
FATA_HIDDEN struct fata_fiber *fata__fiber_new(struct fata_sched *s,
                                               const struct fata_spawn *how,
                                               fata_fiber_fn *fn, void *arg);
/* Leaves the running fiber; returns when its job is run. */
FATA_HIDDEN void fata__fiber_suspend(struct fata_fiber *fiber);

/* scope.c: the fiber has returned; its stack is free already. */
FATA_HIDDEN void fata__scope_left(struct fata_scope *scope, int result);

/* waiter.c: the region's cancellation may have moved. */
FATA_HIDDEN void fata__waiter_recheck(struct fata_waiter *waiter);

/* timer.c */
FATA_HIDDEN void fata__timers_run(struct fata_sched *s, size_t limit);
FATA_HIDDEN fata_time_t fata__timers_next(const struct fata_sched *s);

#endif
