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
#define VALGRIND_STACK_REGISTER(low, high)    0
#define VALGRIND_MAKE_MEM_DEFINED(from, size) 0
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
    stacks->base = base;
    stacks->stack_size = stack_size;
    stacks->count = count;
    stacks->fibers = fibers;
    stacks->guarded = guarded;
}

static size_t guard_size(const struct fata_stacks *stacks)
{
    return stacks->guarded ? FATA_STACK_GUARD : 0;
}

/* Stacks that are a multiple of the page size apart begin at different places
 * of their page, else their first frames would share few lines of the cache. */
char *fata__stack_top(const struct fata_stacks *stacks, char *stack)
{
    size_t size = stacks->stack_size - guard_size(stacks);
    size_t color = size >= 4 * FATA_STACK_MIN ? (uintptr_t)stack >> 12 & 15 : 0;

    return stack + size - 64 * color;
}

/* Where a free stack's link lies: in the page that is used again first. */
static void **link_of(const struct fata_stacks *stacks, char *stack)
{
    return (void **)(void *)fata__stack_top(stacks, stack) - 1;
}

/* The frames that ended with the last fiber left their marks. */
static void unpoison(const struct fata_stacks *stacks, char *stack)
{
#if FATA_ASAN
    __asan_unpoison_memory_region(stack,
                                  stacks->stack_size - guard_size(stacks));
#else
    (void)stacks, (void)stack;
#endif
}

static char *take_fresh(struct fata_stacks *stacks)
{
    fata_assert(stacks->fresh_stacks < stacks->count);
    char *stack = stacks->base + stacks->fresh_stacks++ * stacks->stack_size +
                  guard_size(stacks);
    (void)VALGRIND_STACK_REGISTER(stack, fata__stack_top(stacks, stack));
    unpoison(stacks, stack);
    if (!stacks->guarded)
        for (size_t i = 0; i < CANARY_WORDS; i++)
            memcpy(stack + i * sizeof(canary), &canary, sizeof(canary));
    return stack;
}

char *fata__stack_take(struct fata_stacks *stacks)
{
    char *stack = stacks->free_stacks;

    if (stack == NULL)
        return take_fresh(stacks);
    unpoison(stacks, stack);
    stacks->free_stacks = *link_of(stacks, stack);
    return stack;
}

void fata__stack_give(struct fata_stacks *stacks, char *stack)
{
    *link_of(stacks, stack) = stacks->free_stacks;
    stacks->free_stacks = stack;
}

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
    const volatile char *low = stack + floor_size(stacks);
    const volatile char *top =
        stack + (stacks->stack_size - guard_size(stacks));

    (void)VALGRIND_MAKE_MEM_DEFINED(low, top - low);
    while (low < top && *low == (char)PAINT)
        low++;
    size_t deep = (size_t)(top - low);

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
