/* SPDX-License-Identifier: ISC */
/* An arena of fiber stacks in the caller's memory.  A fiber needs a stack only
 * from its first wait on - until then it runs on that of the one before it -,
 * but one is kept free for each.  The stack given back last is handed out
 * first: it is in the cache.  A stack that was never needed is never touched.
 */
#ifndef FATA_STACKS_H
#define FATA_STACKS_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>

struct fata_fiber;

enum {
    FATA_STACK_MIN = 1024, /* bytes a stack has at least, guard excluded */
    FATA_STACK_GUARD = 4096,
};

/* How deep stacks went, by name of the fiber: a table in the caller's memory,
 * filled while fibers end.  What does not find room counts as `lost`. */
struct fata_census_row {
    const char *name;
    size_t deepest; /* bytes */
    size_t fibers;  /* that have ended */
};

struct fata_census {
    struct fata_census_row *rows; /* given */
    size_t room;                  /* rows there are */
    size_t used;
    size_t lost;
};

/* All fields are private but the last two. */
struct fata_stacks {
    char *base;
    size_t stack_size; /* bytes */
    size_t usable;     /* of them, without the guard */
    size_t colors;     /* where in its page a stack ends varies: a mask */
    size_t count;
    struct fata_fiber *fibers; /* descriptors */
    size_t fresh_fibers;       /* from this number on never used */
    size_t fresh_stacks;
    void *free_fibers; /* given back; linked in their first word */
    void *free_stacks; /* linked in their highest word */
    struct fata_census *census;
    bool guarded;
    size_t in_use;     /* fibers alive */
    size_t in_use_max; /* the most there have been */
};

/* base        given: count * stack_size bytes, aligned to 16 (guarded: 4096)
 * stack_size  bytes of each, a multiple of 16 (guarded: of 4096)
 * fibers      given: `count` descriptors
 * guarded     the platform has made the lowest page of each stack fault.  If
 *             not, a canary lies there, which is checked at each switch: an
 *             overflow panics, but after the damage. */
void fata_stacks_init(struct fata_stacks *stacks, void *base, size_t stack_size,
                      size_t count, struct fata_fiber *fibers, bool guarded);

/* Measures from now on; NULL: no longer.  A measured stack is filled with a
 * pattern before each fiber, which touches all of it.
 * census  lent; `used` and `lost` 0 */
void fata_stack_census(struct fata_stacks *stacks, struct fata_census *census);

/* Private: what sanitizers must know of a stack that is left. */
#if FATA_ASAN || FATA_TSAN
struct fata_sanitized {
    const void *low;
    size_t size;
    void *fake;  /* ASan: its frames in the heap */
    void *fiber; /* TSan */
};
#endif

#endif
