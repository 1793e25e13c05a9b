/* SPDX-License-Identifier: ISC */
/* An arena of fiber stacks in the caller's memory.  The stack given back last
 * is handed out first: it is in the cache.  A stack that was never needed is
 * never touched. */
#ifndef FATA_STACKS_H
#define FATA_STACKS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    FATA_STACK_MIN = 1024, /* bytes a stack has at least, guard excluded */
    FATA_STACK_GUARD = 4096,
};

struct fata_stacks {
    char *base;        /* private, like all that follow but the last two */
    size_t stack_size; /* bytes */
    size_t count;
    size_t fresh; /* from this number on never handed out */
    void *free;   /* given back; the link is a stack's highest word */
    bool guarded;
    size_t in_use;     /* may be read: handed out now */
    size_t in_use_max; /* may be read: the most there has been */
};

/* base        given: count * stack_size bytes, aligned to 16 (guarded: 4096)
 * stack_size  bytes of each, a multiple of 16 (guarded: of 4096)
 * guarded     the platform has made the lowest page of each stack fault.  If
 *             not, a canary lies there, which is checked at each switch: an
 *             overflow panics, but after the damage. */
void fata_stacks_init(struct fata_stacks *stacks, void *base, size_t stack_size,
                      size_t count, bool guarded);

#endif
