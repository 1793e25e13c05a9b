/* SPDX-License-Identifier: ISC */
/* The floor's scheduler.  A stack has a loop at its base, which calls fibers
 * that start; one that parks keeps the stack, and another loop goes on.  So a
 * fiber that returns without parking costs a call. */
#include "floor.h"

#include "bench.h"

struct fiber *floor_first, *floor_self, *floor_free, *floor_loops;
struct fiber **floor_last = &floor_first;
size_t floor_alive;
int floor_joining;

static struct fiber main_fiber;
static char *stacks;
static size_t stack_size, stacks_left;

#if FLOOR_INLINE
enum { FRAME = 8 }; /* as after a call */
#else
enum { FRAME = 64 }; /* as floor_switch leaves it */
__asm__(".text\n"
        ".globl floor_switch\n"
        "floor_switch:\n\t"
        "xchgq %rdi, %rsi\n\t"
        "pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\t"
        "pushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
        "movq %rsp, 8(%rsi)\n\t"
        "movq 8(%rdi), %rsp\n\t"
        "popq %r15\n\tpopq %r14\n\tpopq %r13\n\t"
        "popq %r12\n\tpopq %rbx\n\tpopq %rbp\n\t"
        "ret\n");
#endif

static void loop(struct fiber *self)
{
    for (;;) {
        struct fiber *fiber = floor_pop();
        floor_self = fiber;
        if (fiber->sp == NULL) {
            fiber->fn(fiber->arg);
            fiber->next = floor_free;
            floor_free = fiber;
            if (--floor_alive == 0 && floor_joining) {
                floor_joining = 0;
                floor_push(&main_fiber);
            }
        } else {
            self->next = floor_loops;
            floor_loops = self;
            floor_switch(self, fiber);
        }
    }
}

struct fiber *floor_new_loop(void)
{
    if (stacks_left-- == 0) {
        fprintf(stderr, "floor: no stack left\n");
        exit(1);
    }
    char *stack = stacks;
    stacks += stack_size;
    struct fiber *self = (void *)(stack + stack_size - sizeof(*self));
    self->sp = (char *)self - FRAME;
    self->pc = (void *)loop;
#if !FLOOR_INLINE
    ((void **)self->sp)[6] = (void *)loop;
#endif
    return self;
}

void floor_init(size_t fibers, size_t count, size_t size)
{
    struct fiber *pool = bench_memory(fibers * sizeof(*pool), 0);
    floor_free = NULL;
    while (fibers-- > 0) {
        pool[fibers].next = floor_free;
        floor_free = &pool[fibers];
    }
    stack_size = size;
    stacks_left = count;
    stacks = bench_memory(count * size, 0);
    floor_loops = NULL;
    floor_self = &main_fiber;
}

void floor_spawn(void (*fn)(uint64_t), uint64_t arg)
{
    struct fiber *fiber = floor_free;
    floor_free = fiber->next;
    fiber->sp = NULL;
    fiber->fn = fn;
    fiber->arg = arg;
    floor_alive++;
    floor_push(fiber);
}
