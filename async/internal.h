/* SPDX-License-Identifier: ISC */
/* What the files of async share and nobody else sees. */
#ifndef FATA_ASYNC_INTERNAL_H
#define FATA_ASYNC_INTERNAL_H

#include <fata/error.h>
#include <fata/fiber.h>
#include <fata/panic.h>
#include <fata/sched.h>
#include <fata/scope.h>
#include <fata/waiter.h>

static inline struct fata_sched *fata__sched_of(const struct fata_fiber *fiber)
{
    return fiber->queue->sched;
}

static inline bool fata__scope_cancelled(const struct fata_scope *scope)
{
    return scope->cancel_at <= scope->sched->now;
}

static inline struct fata_scope *fata__scope_at(struct fata_list *link)
{
    return FATA_CONTAINER(link, struct fata_scope, link);
}

/* job->run of a fiber that begins. */
FATA_HIDDEN void fata__fiber_begin(struct fata_job *job);

static inline bool fata__is_fiber(const struct fata_job *job)
{
    return job->run == fata__fiber_resume || job->run == fata__fiber_begin;
}

/* A descriptor, and with it the right to a stack; NULL when there is none. */
static inline struct fata_fiber *fata__fiber_take(struct fata_stacks *stacks)
{
    struct fata_fiber *fiber = stacks->free_fibers;

    if (stacks->in_use == stacks->count)
        return NULL;
    if (fiber != NULL)
        stacks->free_fibers = *(void **)(void *)fiber;
    else
        fiber = &stacks->fibers[stacks->fresh_fibers++];
    if (++stacks->in_use > stacks->in_use_max)
        stacks->in_use_max = stacks->in_use;
    return fiber;
}

static inline void fata__fiber_give(struct fata_stacks *stacks,
                                    struct fata_fiber *fiber)
{
    *(void **)(void *)fiber = stacks->free_fibers;
    stacks->free_fibers = fiber;
    stacks->in_use--;
}

static inline size_t fata__guard_size(const struct fata_stacks *stacks)
{
    return stacks->guarded ? FATA_STACK_GUARD : 0;
}

/* A stack is known by its lowest usable address; this is its highest.  Stacks
 * that are a multiple of the page size apart begin at different places of their
 * page, else their first frames would share few lines of the cache. */
static inline char *fata__stack_top(const struct fata_stacks *stacks,
                                    char *stack)
{
    return stack + stacks->usable -
           64 * ((uintptr_t)stack >> 12 & stacks->colors);
}

/* Where a free stack's link lies: in the page that is used again first. */
static inline void **fata__stack_link(const struct fata_stacks *stacks,
                                      char *stack)
{
    return (void **)(void *)fata__stack_top(stacks, stack) - 1;
}

/* stacks.c: one that was never used. */
FATA_HIDDEN char *fata__stack_take_fresh(struct fata_stacks *stacks);
#if FATA_ASAN
/* The frames that ended with the last fiber left their marks. */
FATA_HIDDEN void fata__stack_unpoison(const struct fata_stacks *stacks,
                                      char *stack);
#else
#define fata__stack_unpoison(stacks, stack) ((void)0)
#endif

/* There is one for each descriptor that is taken. */
static inline char *fata__stack_take(struct fata_stacks *stacks)
{
    char *stack = stacks->free_stacks;

    if (FATA_UNLIKELY(stack == NULL))
        stack = fata__stack_take_fresh(stacks);
    else
        stacks->free_stacks = *fata__stack_link(stacks, stack);
    fata__stack_unpoison(stacks, stack);
    return stack;
}

static inline void fata__stack_give(struct fata_stacks *stacks, char *stack)
{
    *fata__stack_link(stacks, stack) = stacks->free_stacks;
    stacks->free_stacks = stack;
}

/* Whether the canary of a stack without a guard is as it was. */
FATA_HIDDEN bool fata__stack_intact(const char *stack);
/* For the census: before and after a fiber. */
FATA_HIDDEN void fata__stack_paint(const struct fata_stacks *stacks,
                                   char *stack);
FATA_HIDDEN void fata__stack_measure(struct fata_stacks *stacks,
                                     const char *stack, const char *name);

/* scope.c: a fiber has returned an error. */
FATA_HIDDEN void fata__scope_fail(const struct fata_fiber *fiber, int error);
/* scope.c: at most daemons are left. */
FATA_HIDDEN void fata__scope_emptied(struct fata_scope *scope);

/* Takes a fiber that has returned out of its scope. */
static inline void fata__scope_leave(struct fata_fiber *fiber, int result)
{
    struct fata_list *next = fiber->sibling.next, *prev = fiber->sibling.prev;

    prev->next = next;
    next->prev = prev;
    if (FATA_UNLIKELY(result < 0))
        fata__scope_fail(fiber, result);
    fiber->scope->awaited -= !fiber->how->daemon;
    if (FATA_UNLIKELY(fiber->scope->awaited == 0))
        fata__scope_emptied(fiber->scope);
}

/* tree.c: the outermost scope that `fiber` has open, or NULL; sets the links
 * inwards. */
FATA_HIDDEN struct fata_scope *fata__outermost(const struct fata_fiber *fiber);
/* The first fiber in the scopes from `scope` on inwards; or NULL. */
FATA_HIDDEN struct fata_fiber *fata__first_within(struct fata_scope *scope);
/* The fiber after `fiber`, parents first, in a walk that ends before what
 * belongs to fiber `top` is left (NULL: with the whole tree). */
FATA_HIDDEN struct fata_fiber *fata__next_below(struct fata_fiber *fiber,
                                                struct fata_fiber *top);

/* tree.c: how many fibers are alive; their part of fata_sched_check. */
FATA_HIDDEN size_t fata__count_fibers(const struct fata_sched *s);
FATA_HIDDEN void fata__tree_check(const struct fata_sched *s);

/* scope.c: where the next failure is kept, or NULL. */
FATA_HIDDEN struct fata_failure *
fata__scope_next_failure(struct fata_scope *scope);

/* local.c: what the fiber is doing, or NULL. */
FATA_HIDDEN const char *fata__doing_text(const struct fata_fiber *fiber);
/* local.c: what was told of an error goes to what is around. */
FATA_HIDDEN void fata__doing_pass(struct fata_fiber *self, int error,
                                  const char *text);

/* What comes before the park of a wait that has neither deadline nor bound: the
 * fast path of channels. */
static inline int fata__wait_simple(struct fata_waiter *waiter,
                                    struct fata_fiber *self,
                                    struct fata_list *queue, const char *what)
{
    waiter->fiber = self;
    waiter->state = FATA_WAITER_SIMPLE;
    waiter->what = what;
    waiter->since = fata__sched_of(self)->now;
    waiter->deadline = FATA_NEVER;
    waiter->clauses = NULL;
    waiter->entry.waiter = waiter;
    self->waiting = waiter;
    fata_list_push_back(queue, &waiter->entry.link);
    return FATA_PARK;
}

/* waiter.c: fata_waiter_start of a choice; each clause has its queue. */
FATA_HIDDEN int fata__waiter_start_choice(struct fata_waiter *waiter,
                                          struct fata_clause *clauses,
                                          uint32_t count, fata_time_t deadline);

/* waiter.c: the region's cancellation may have moved. */
FATA_HIDDEN void fata__waiter_recheck(struct fata_waiter *waiter);

/* timer.c */
FATA_HIDDEN void fata__timers_init(struct fata_sched *s);
FATA_HIDDEN void fata__timers_run(struct fata_sched *s);
FATA_HIDDEN fata_time_t fata__timers_next(struct fata_sched *s);
FATA_HIDDEN void fata__timers_check(const struct fata_sched *s);

/* sched.c: the times of one job, for the watch. */
FATA_HIDDEN void fata__watched(struct fata_sched *s, const char *who,
                               fata_time_t began);

/* Ends the wait of `entry`; the fiber is posted. */
static inline void fata__wake(struct fata_entry *entry, int result)
{
    struct fata_waiter *waiter = entry->waiter;
    struct fata_fiber *fiber = waiter->fiber;
    struct fata_list *next = entry->link.next, *prev = entry->link.prev;

    if (FATA_UNLIKELY(waiter->state != FATA_WAITER_SIMPLE)) {
        fata_waiter_wake(entry, result);
        return;
    }
    waiter->state = FATA_WAITER_WOKEN;
    waiter->result = result;
    prev->next = next;
    next->prev = prev;
    fiber->waiting = NULL;
    fata__queue_push(fiber->queue, &fiber->job);
}

#endif
