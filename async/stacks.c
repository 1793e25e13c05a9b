/* SPDX-License-Identifier: ISC */
/* The arena of stacks and descriptors. */
#include "internal.h"

#include <stdint.h>
#include <string.h>

#if FATA_ASAN
#include <sanitizer/asan_interface.h>
#endif
#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high)      0
#define VALGRIND_MAKE_MEM_DEFINED(from, size)   0
#define VALGRIND_MAKE_MEM_UNDEFINED(from, size) 0
#endif

enum { CANARY_WORDS = 4, PAINT = 0xa5 };
static const uint64_t canary = 0x7ac3e1f0a99e0d5b;

void fata_stacks_init(struct fata_stacks *stacks, void *base, size_t stack_size,
                      size_t count, struct fata_fiber *fibers, bool guarded)
{
    size_t align = guarded ? FATA_STACK_GUARD : 16;
    size_t least = FATA_STACK_MIN + (guarded ? FATA_STACK_GUARD : 0);

    fata_assert((uintptr_t)base % align == 0);
    fata_assert(stack_size % align == 0 && stack_size >= least);
    memset(stacks, 0, sizeof(*stacks));
    stacks->guarded = guarded;
    stacks->base = base;
    stacks->stack_size = stack_size;
    stacks->usable = stack_size - fata__guard_size(stacks);
    stacks->colors = stacks->usable >= 4 * FATA_STACK_MIN ? 15 : 0;
    stacks->count = count;
    stacks->fibers = fibers;
}

char *fata__stack_take_fresh(struct fata_stacks *stacks)
{
    fata_assert(stacks->fresh_stacks < stacks->count);
    char *stack = stacks->base + stacks->fresh_stacks++ * stacks->stack_size +
                  fata__guard_size(stacks);
    (void)VALGRIND_STACK_REGISTER(stack, fata__stack_top(stacks, stack));
    /* The memory may have been a stack's before. */
    (void)VALGRIND_MAKE_MEM_UNDEFINED(stack, stacks->usable);
    if (!stacks->guarded)
        for (size_t i = 0; i < CANARY_WORDS; i++)
            memcpy(stack + i * sizeof(canary), &canary, sizeof(canary));
    return stack;
}

#if FATA_ASAN
void fata__stack_unpoison(const struct fata_stacks *stacks, char *stack)
{
    __asan_unpoison_memory_region(stack, stacks->usable);
}
#endif

bool fata__stack_intact(const char *stack)
{
    uint64_t word, differs = 0;

    for (size_t i = 0; i < CANARY_WORDS; i++) {
        memcpy(&word, stack + i * sizeof(word), sizeof(word));
        differs |= word ^ canary;
    }
    return differs == 0;
}

void fata_stack_census(struct fata_stacks *stacks, struct fata_census *census)
{
    stacks->census = census;
}

/* The lowest byte that the census looks at. */
static size_t floor_size(const struct fata_stacks *stacks)
{
    return stacks->guarded ? 0 : CANARY_WORDS * sizeof(canary);
}

/* Called on that stack: all below this frame and its red zone is free. */
FATA_NOINLINE void fata__stack_paint(const struct fata_stacks *stacks,
                                     char *stack)
{
    volatile char *low = stack + floor_size(stacks);
    volatile char *high = (char *)__builtin_frame_address(0) - 256;

    (void)VALGRIND_MAKE_MEM_DEFINED(low, high - low);
    for (; low < high; low++)
        *low = (char)PAINT;
}

void fata__stack_measure(struct fata_stacks *stacks, const char *stack,
                         const char *name)
{
    struct fata_census *census = stacks->census;
    struct fata_census_row *row = census->rows;
    size_t size = stacks->usable;
    size_t clean = floor_size(stacks);

    (void)VALGRIND_MAKE_MEM_DEFINED(stack, size);
    while (clean < size && ((const volatile char *)stack)[clean] == (char)PAINT)
        clean++;
    size_t deep = size - clean;

    while (row < census->rows + census->used && row->name != name)
        row++;
    if (row == census->rows + census->room) {
        census->lost++;
        return;
    }
    if (row == census->rows + census->used) {
        census->used++;
        *row = (struct fata_census_row){.name = name};
    }
    row->fibers++;
    if (deep > row->deepest)
        row->deepest = deep;
}
