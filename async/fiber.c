/* SPDX-License-Identifier: ISC */
/* Fibers: how one begins, goes on and ends.
 *
 * At the bottom of each stack lies a loop (`bottom`), which calls fibers that
 * begin, one after another.  A fiber that never waits is a function call; one
 * that waits keeps the stack, loop and all, and what is to run next goes on
 * elsewhere: a fiber on its own stack, one that begins on a free one, a job on
 * the carrier - the stack on which the turn was called.  When the fiber has
 * returned the loop goes on with those that begin, or gives its stack back.
 *
 * So fibers switch to each other without the carrier; the queue's `left` bounds
 * how often in a turn.  `careful` sends every switch through fata__next: where
 * stacks have a canary instead of a guard, and where somebody watches. */
#include "internal.h"

#include <fata/error.h>

#if FATA_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if FATA_TSAN
#include <sanitizer/tsan_interface.h>
#endif

FATA_THREAD_LOCAL struct fata_fiber *fata__running;

void fata__not_a_fiber(void)
{
    fata_panic("fata", "a call that may suspend, outside a fiber");
}

#if FATA_ASAN || FATA_TSAN
/* What the sanitizers keep of the stack of a context: a fiber's, or one of the
 * scheduler's two. */
static struct fata_sanitized *stack_of(struct fata_sched *s,
                                       const struct fata_context *context)
{
    if (context == &s->carrier)
        return &s->carrier_stack;
    if (context == &s->fresh)
        return &s->fresh_stack;
    return (struct fata_sanitized *)((uintptr_t)context -
                                     offsetof(struct fata_fiber, context) +
                                     offsetof(struct fata_fiber, sanitized));
}

/* ASan is told before and after a switch, and tells the bounds of the stack
 * that was left: so we learn the carrier's. */
static void arrived(struct fata_sched *s, void *fake)
{
#if FATA_ASAN
    const void *low;
    size_t size;
    __sanitizer_finish_switch_fiber(fake, &low, &size);
    if (s->left != NULL) {
        s->left->low = low;
        s->left->size = size;
    }
#endif
#if FATA_TSAN
    if (s->ended != NULL)
        __tsan_destroy_fiber(s->ended);
    s->ended = NULL;
#endif
    (void)s, (void)fake;
}

/* `ends`: nothing will switch back to `from`. */
static void switch_to(struct fata_sched *s, struct fata_context *from,
                      const struct fata_context *to, bool ends)
{
    struct fata_sanitized *target = stack_of(s, to);

    s->left = ends ? NULL : stack_of(s, from);
#if FATA_ASAN
    __sanitizer_start_switch_fiber(ends ? NULL : &s->left->fake, target->low,
                                   target->size);
#endif
#if FATA_TSAN
    if (ends)
        s->ended = __tsan_get_current_fiber();
    else
        s->left->fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(target->fiber, 0);
#endif
    fata_context_switch(from, to);
    arrived(s, stack_of(s, from)->fake); /* not if it ends */
}

void fata__leave(struct fata_fiber *self, const struct fata_context *to)
{
    switch_to(fata__sched_of(self), &self->context, to, false);
}

static void sanitize_fresh(struct fata_sched *s, char *low, char *top)
{
    s->fresh_stack.low = low;
    s->fresh_stack.size = (size_t)(top - low);
#if FATA_TSAN
    s->fresh_stack.fiber = __tsan_create_fiber(0);
#endif
}
#else
#define arrived(s, fake)             ((void)(s))
#define switch_to(s, from, to, ends) fata_context_switch(from, to)
#define sanitize_fresh(s, low, top)  ((void)0)
#endif

static FATA_NORETURN void bottom(const struct fata_context *fresh);

/* A stack on which `fiber` begins. */
static inline const struct fata_context *fresh(struct fata_sched *s,
                                               struct fata_fiber *fiber)
{
    char *stack = fata__stack_take(fiber->stacks);
    char *top = fata__stack_top(fiber->stacks, stack);

    s->begins = fiber;
    s->begins_on = stack;
    sanitize_fresh(s, stack, top);
    fata_context_make(&s->fresh, top, bottom);
    return &s->fresh;
}

/* Where to go on; sets who runs. */
static inline const struct fata_context *next(struct fata_sched *s,
                                              struct fata_queue *queue)
{
    struct fata_job *job = queue->first;

    if (job == FATA__QUEUE_END || queue->left == 0 || s->watch != NULL ||
        !fata__is_fiber(job)) {
        fata__running = NULL;
        return &s->carrier;
    }
    fata__queue_pop(queue, job);
    queue->left--;
    struct fata_fiber *fiber = FATA_CONTAINER(job, struct fata_fiber, job);
    if (job->run == fata__fiber_begin)
        return fresh(s, fiber);
    fata__running = fiber;
    return &fiber->context;
}

static inline void check_stack(const struct fata_fiber *fiber)
{
    if (!fiber->stacks->guarded && !fata__stack_intact(fiber->stack))
        fata_panic("stack overflow", fiber->how->name);
}

const struct fata_context *fata__next(struct fata_fiber *self)
{
    check_stack(self);
    return next(fata__sched_of(self), self->queue);
}

static inline void call(struct fata_fiber *fiber, struct fata_stacks *stacks,
                        char *stack)
{
    fata_fiber_fn *fn = fiber->fn;
    void *arg = fiber->arg;

    fiber->job.run = fata__fiber_resume;
    fiber->stack = stack;
    fiber->waiting = NULL;
    if (FATA_UNLIKELY(stacks->census != NULL))
        fata__stack_paint(stacks, stack);
    fata__running = fiber;
    int result = fn(arg);

    if (FATA_UNLIKELY(fiber->region != fiber->scope))
        fata_panic(fiber->how->name, "the fiber returned with a scope open");
    if (FATA_UNLIKELY(fiber->locals != fiber->scope->locals))
        fata_panic(fiber->how->name, "the fiber returned with a local bound");
    check_stack(fiber);
    if (FATA_UNLIKELY(stacks->census != NULL))
        fata__stack_measure(stacks, stack, fiber->how->name);
    fata__scope_leave(fiber, result);
    fata__fiber_give(stacks, fiber);
}

/* The next one that may begin on the stack of the one before; or NULL. */
static struct fata_fiber *follower(const struct fata_sched *s,
                                   struct fata_queue *queue,
                                   const struct fata_stacks *stacks)
{
    struct fata_job *job = queue->first;

    if (job == FATA__QUEUE_END || job->run != fata__fiber_begin ||
        queue->left == 0 || s->watch != NULL)
        return NULL;
    struct fata_fiber *fiber = FATA_CONTAINER(job, struct fata_fiber, job);
    if (fiber->stacks != stacks)
        return NULL;
    fata__queue_pop(queue, job);
    queue->left--;
    return fiber;
}

/* The bottom of every stack. */
static void bottom(const struct fata_context *self)
{
    struct fata_sched *s =
        FATA_CONTAINER((uintptr_t)self, struct fata_sched, fresh);
    struct fata_fiber *fiber = s->begins;
    struct fata_stacks *stacks = fiber->stacks;
    char *stack = s->begins_on;
    struct fata_queue *queue;
    struct fata_context nowhere;

    arrived(s, NULL);
    do {
        queue = fiber->queue;
        call(fiber, stacks, stack);
    } while ((fiber = follower(s, queue, stacks)) != NULL);
    fata__stack_give(stacks, stack); /* still used up to the switch */
    switch_to(s, &nowhere, next(s, queue), true);
    fata_panic("fata", "a stack is used after its end");
}

/* The two are called by the carrier. */

void fata__fiber_resume(struct fata_job *job)
{
    struct fata_fiber *fiber = FATA_CONTAINER(job, struct fata_fiber, job);
    struct fata_sched *s = fata__sched_of(fiber);

    fata__running = fiber;
    switch_to(s, &s->carrier, &fiber->context, false);
}

void fata__fiber_begin(struct fata_job *job)
{
    struct fata_fiber *fiber = FATA_CONTAINER(job, struct fata_fiber, job);
    struct fata_sched *s = fata__sched_of(fiber);

    switch_to(s, &s->carrier, fresh(s, fiber), false);
}

int fata_scope_spawn_with(struct fata_scope *scope,
                          const struct fata_spawn *how, fata_fiber_fn *fn,
                          void *arg)
{
    struct fata_sched *s = scope->sched;
    struct fata_stacks *stacks = how->stacks != NULL ? how->stacks : s->stacks;
    struct fata_fiber *fiber;

    if (FATA_UNLIKELY(fata__scope_cancelled(scope)))
        return FATA_ECANCELED;
    if (stacks == NULL || (fiber = fata__fiber_take(stacks)) == NULL)
        return FATA_ENOMEM;
    fiber->job.run = fata__fiber_begin;
    fiber->queue = how->low ? &s->low : &s->normal;
    fiber->cancel_at = scope->cancel_at;
    fiber->fn = fn;
    fiber->arg = arg;
    fiber->scope = fiber->region = scope;
    fiber->how = how;
    fiber->locals = scope->locals;
    fiber->stacks = stacks;
    fata_list_push_back(&scope->fibers, &fiber->sibling);
    scope->awaited += !how->daemon;
    if (FATA_UNLIKELY(scope->told_by == fiber)) /* who had the descriptor */
        scope->told_by = NULL;
    if (FATA_UNLIKELY(!stacks->guarded && !s->canaries)) {
        s->canaries = true;
        s->normal.careful = s->low.careful = true;
    }
    fata__queue_push(fiber->queue, &fiber->job);
    return 0;
}

struct fata_fiber *fata_fiber_self(void)
{
    return fata__running;
}

struct fata_sched *fata_fiber_sched(void)
{
    return fata__sched_of(fata__self());
}

const char *fata_fiber_name(const struct fata_fiber *fiber)
{
    return fiber->how->name;
}

struct fata_fiber *fata_fiber_parent(const struct fata_fiber *fiber)
{
    return fiber->scope->owner;
}

bool fata_fiber_cancelled(void)
{
    return fata__cancelled(fata__self());
}
