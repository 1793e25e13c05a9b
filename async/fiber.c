/* SPDX-License-Identifier: ISC */
/* Fibers: making one, switching to it and back, its end.  A fiber always
 * switches to the carrier - the stack on which the turn runs -, never to
 * another fiber. */
#include "internal.h"

#include <fata/context.h>
#include <fata/error.h>
#include <stdint.h>
#include <string.h>

#if FATA_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(id)      ((void)(id))
#endif

FATA_THREAD_LOCAL struct fata_fiber *fata__running;

/* The address sanitizer is told of each switch, before and after it.  `fake`
 * keeps the state of the stack that is left; NULL if that one ends. */
static void leaving(void **fake, const void *to, size_t to_size)
{
#if FATA_ASAN
    __sanitizer_start_switch_fiber(fake, to, to_size);
#else
    (void)fake, (void)to, (void)to_size;
#endif
}

static void arrived(void *fake, const void **from, size_t *from_size)
{
#if FATA_ASAN
    __sanitizer_finish_switch_fiber(fake, from, from_size);
#else
    (void)fake, (void)from, (void)from_size;
#endif
}

void fata__fiber_suspend(struct fata_fiber *fiber)
{
    struct fata_sched *s = fiber->sched;
    leaving(&fiber->fake_stack, s->carrier_stack, s->carrier_size);
    fata_context_switch(&fiber->context, s->carrier);
    arrived(fiber->fake_stack, &s->carrier_stack, &s->carrier_size);
}

static void first(void *arg)
{
    struct fata_fiber *fiber = arg;
    struct fata_sched *s = fiber->sched;

    arrived(NULL, &s->carrier_stack, &s->carrier_size);
    fiber->result = fiber->fn(fiber->arg);
    if (!fata_list_empty(&fiber->scopes))
        fata_panic(fiber->name, "the fiber returned with a scope open");
    fiber->returned = true;
    leaving(NULL, s->carrier_stack, s->carrier_size);
    fata_context_switch(&fiber->context, s->carrier);
    fata_panic(fiber->name, "the fiber goes on after its end");
}

/* On the carrier: the stack, and with it `fiber`, is free after this. */
static void end(struct fata_fiber *fiber)
{
    struct fata_scope *scope = fiber->scope;
    int result = fiber->result;

    fata_list_remove(&fiber->sibling);
    fiber->sched->counters.fibers--;
    VALGRIND_STACK_DEREGISTER(fiber->valgrind_id);
    fata__stacks_give(fiber->stacks, fiber->stack);
    fata__scope_left(scope, result);
}

static void resume(struct fata_job *job)
{
    struct fata_fiber *fiber = FATA_CONTAINER(job, struct fata_fiber, job);
    struct fata_sched *s = fiber->sched;
    size_t size = (size_t)((char *)fiber - fiber->stack);
    void *fake = NULL;

    fata__running = fiber;
    leaving(&fake, fiber->stack, size);
    fata_context_switch(&s->carrier, fiber->context);
    arrived(fake, NULL, NULL);
    fata__running = NULL;

    if (!fata__stack_intact(fiber->stacks, fiber->stack))
        fata_panic("stack overflow", fiber->name);
    if (fiber->returned)
        end(fiber);
}

struct fata_fiber *fata__fiber_new(struct fata_sched *s,
                                   const struct fata_spawn *how,
                                   fata_fiber_fn *fn, void *arg)
{
    struct fata_stacks *stacks = how->stacks != NULL ? how->stacks : s->stacks;
    char *stack = stacks != NULL ? fata__stacks_take(stacks) : NULL;
    if (stack == NULL)
        return NULL;

    /* From the top: the descriptor in cache lines of its own, the frames. */
    uintptr_t top = (uintptr_t)fata__stack_top(stacks, stack);
    size_t room =
        sizeof(struct fata_fiber) + (top - sizeof(struct fata_fiber)) % 64;
    struct fata_fiber *fiber = (void *)((char *)top - room);

    memset(fiber, 0, sizeof(*fiber));
    fata_job_init(&fiber->job, resume);
    fiber->sched = s;
    fata_list_init(&fiber->sibling);
    fata_list_init(&fiber->scopes);
    fiber->fn = fn;
    fiber->arg = arg;
    fiber->name = how->name;
    fiber->stacks = stacks;
    fiber->stack = stack;
    fiber->valgrind_id = VALGRIND_STACK_REGISTER(stack, (char *)fiber);
    fiber->context = fata_context_make(fiber, first, fiber);
    s->counters.fibers++;
    fata_job_post(s, &fiber->job);
    return fiber;
}

struct fata_fiber *fata_fiber_self(void)
{
    return fata__running;
}

struct fata_sched *fata_fiber_sched(void)
{
    return fata__self()->sched;
}

const char *fata_fiber_name(const struct fata_fiber *fiber)
{
    return fiber->name;
}

struct fata_fiber *fata_fiber_parent(const struct fata_fiber *fiber)
{
    return fiber->scope->owner;
}

bool fata_fiber_cancelled(void)
{
    return fata__scope_cancelled(fata__self()->region);
}

int fata_yield(void)
{
    struct fata_fiber *self = fata__self();
    fata_job_post(self->sched, &self->job);
    fata__fiber_suspend(self);
    return fata__scope_cancelled(self->region) ? FATA_ECANCELED : 0;
}
