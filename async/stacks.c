/* SPDX-License-Identifier: ISC */
/* The arena of stacks. */
#include "internal.h"

#include <stdint.h>
#include <string.h>

#if FATA_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { CANARY_WORDS = 4 };
static const uint64_t canary = 0x7ac3e1f0a99e0d5b;

void fata_stacks_init(struct fata_stacks *stacks, void *base, size_t stack_size,
                      size_t count, bool guarded)
{
    size_t align = guarded ? FATA_STACK_GUARD : 16;
    size_t least = FATA_STACK_MIN + (guarded ? FATA_STACK_GUARD : 0);

    fata_assert((uintptr_t)base % align == 0);
    fata_assert(stack_size % align == 0 && stack_size >= least);
    memset(stacks, 0, sizeof(*stacks));
    stacks->base = base;
    stacks->stack_size = stack_size;
    stacks->count = count;
    stacks->guarded = guarded;
}

static size_t guard_size(const struct fata_stacks *stacks)
{
    return stacks->guarded ? FATA_STACK_GUARD : 0;
}

char *fata__stack_top(const struct fata_stacks *stacks, char *stack)
{
    return stack + (stacks->stack_size - guard_size(stacks));
}

/* Where a free stack's link lies: in the page that is used again first. */
static void **link_of(const struct fata_stacks *stacks, char *stack)
{
    return (void **)(void *)fata__stack_top(stacks, stack) - 1;
}

char *fata__stacks_take(struct fata_stacks *stacks)
{
    char *stack = stacks->free;

    if (stack != NULL)
        stacks->free = *link_of(stacks, stack);
    else if (stacks->fresh < stacks->count)
        stack = stacks->base + stacks->fresh++ * stacks->stack_size +
                guard_size(stacks);
    else
        return NULL;

#if FATA_ASAN
    /* The frames that ended with the last fiber left their marks. */
    __asan_unpoison_memory_region(stack,
                                  stacks->stack_size - guard_size(stacks));
#endif
    if (!stacks->guarded)
        for (size_t i = 0; i < CANARY_WORDS; i++)
            memcpy(stack + i * sizeof(canary), &canary, sizeof(canary));
    if (++stacks->in_use > stacks->in_use_max)
        stacks->in_use_max = stacks->in_use;
    return stack;
}

void fata__stacks_give(struct fata_stacks *stacks, char *stack)
{
    *link_of(stacks, stack) = stacks->free;
    stacks->free = stack;
    stacks->in_use--;
}

bool fata__stack_intact(const struct fata_stacks *stacks, const char *stack)
{
    uint64_t word, differs = 0;

    if (stacks->guarded)
        return true;
    for (size_t i = 0; i < CANARY_WORDS; i++) {
        memcpy(&word, stack + i * sizeof(word), sizeof(word));
        differs |= word ^ canary;
    }
    return differs == 0;
}
