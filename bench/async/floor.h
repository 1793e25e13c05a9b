/* SPDX-License-Identifier: ISC */
/* The floor: the least that fibers can cost, written by hand for x86_64,
 * without cancellation, deadlines, errors or checks.  A yardstick, not a
 * library.  FLOOR_INLINE: the switch is a predicted jump inside the function
 * that parks; otherwise a function whose `ret` ends on another stack, where the
 * predictor of returns always misses. */
#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* One cache line.  A fiber that never parks has no stack of its own. */
struct fiber {
    struct fiber *next; /* in the queue, a channel, or the free list */
    void *sp, *pc, *fp; /* where it goes on; sp is NULL before it first runs */
    uint64_t value;     /* a sender leaves it here */
    void (*fn)(uint64_t);
    uint64_t arg;
    uint64_t spare;
};

extern struct fiber *floor_first, *floor_self, *floor_free, *floor_loops;
extern struct fiber **floor_last;
extern size_t floor_alive;
extern int floor_joining;

static inline void floor_push(struct fiber *fiber)
{
    fiber->next = NULL;
    *floor_last = fiber;
    floor_last = &fiber->next;
}

static inline struct fiber *floor_pop(void)
{
    struct fiber *fiber = floor_first;
    floor_first = fiber->next;
    if (floor_first == NULL)
        floor_last = &floor_first;
    return fiber;
}

#if FLOOR_INLINE
/* All registers are clobbered, so the compiler saves those that are live and
 * no others.  rbp cannot be named where it is the frame pointer: it is saved
 * here.  Nothing is pushed: the red zone stays whole.  `to` goes on with itself
 * in rdi, which is the first argument where it starts. */
#if defined(__CET__) && (__CET__ & 1)
#define FLOOR_LANDING "endbr64\n\t"
#else
#define FLOOR_LANDING
#endif
static inline __attribute__((always_inline)) void
floor_switch(struct fiber *from, struct fiber *to)
{
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rsp, 8(%%rsi)\n\t"
                     "movq %%rax, 16(%%rsi)\n\t"
                     "movq %%rbp, 24(%%rsi)\n\t"
                     "movq 8(%%rdi), %%rsp\n\t"
                     "movq 24(%%rdi), %%rbp\n\t"
                     "jmpq *16(%%rdi)\n"
                     "1:\n\t" FLOOR_LANDING
                     : "+D"(to), "+S"(from)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11",
                       "r12", "r13", "r14", "r15", "memory", "cc", "xmm0",
                       "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15");
}
#else
void floor_switch(struct fiber *from, struct fiber *to);
#endif

/* A stack with a loop on it, for a fiber that has not started. */
struct fiber *floor_new_loop(void);

/* Leaves the running fiber, which is in some queue; returns when it is run. */
static inline __attribute__((always_inline)) void floor_park(void)
{
    struct fiber *self = floor_self, *next = floor_first;
    if (__builtin_expect(next->sp != NULL, 1))
        next = floor_pop();
    else if ((next = floor_loops) != NULL)
        floor_loops = next->next;
    else
        next = floor_new_loop();
    floor_self = next;
    floor_switch(self, next);
}

/* Fibers from the floor's own pool, on stacks of `stack_size` bytes. */
void floor_init(size_t fibers, size_t stacks, size_t stack_size);
void floor_spawn(void (*fn)(uint64_t), uint64_t arg);

static inline __attribute__((always_inline)) void floor_yield(void)
{
    floor_push(floor_self);
    floor_park();
}

/* Waits until all that were spawned have returned. */
static inline void floor_join(void)
{
    if (floor_alive > 0) {
        floor_joining = 1;
        floor_park();
    }
}

/* A channel of one word.  At most one fiber waits at either end. */
struct channel {
    struct fiber *receiver, *sender;
    uint64_t value;
    int full;
};

static inline __attribute__((always_inline)) void
channel_send(struct channel *channel, uint64_t value)
{
    struct fiber *receiver = channel->receiver;
    if (receiver != NULL) {
        channel->receiver = NULL;
        receiver->value = value;
        floor_push(receiver);
    } else if (!channel->full) {
        channel->full = 1;
        channel->value = value;
    } else {
        floor_self->value = value;
        channel->sender = floor_self;
        floor_park();
    }
}

static inline __attribute__((always_inline)) uint64_t
channel_recv(struct channel *channel)
{
    struct fiber *self = floor_self, *sender = channel->sender;
    if (!channel->full) {
        channel->receiver = self;
        floor_park();
        return floor_self->value;
    }
    uint64_t value = channel->value;
    if (sender != NULL) {
        channel->sender = NULL;
        channel->value = sender->value;
        floor_push(sender);
    } else {
        channel->full = 0;
    }
    return value;
}

#endif
