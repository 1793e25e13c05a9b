/* SPDX-License-Identifier: ISC */
/* What the benchmarks of async share: a scheduler, stacks, and the platform's
 * part of a panic. */
#ifndef WORLD_H
#define WORLD_H

#include "../bench.h"

#include <fata/async.h>
#include <fata/panic.h>

extern struct fata_sched world_sched;

/* Runs `fn` as the first fiber until it and its scope are done; time stands
 * still.  It has a big stack, to print on; world_spawn takes one of the
 * `stack_count` others.  guarded: they have room for a guard page each, as on
 * most targets, so async checks no canaries; the page is not laid here. */
void world_run(size_t stack_count, size_t stack_size, bool guarded,
               fata_fiber_fn *fn, void *arg);

void world_spawn(struct fata_scope *scope, fata_fiber_fn *fn, void *arg);

/* For calls that cannot fail here: a panic if it does. */
static inline void world_must(int result)
{
    if (FATA_UNLIKELY(result < 0))
        fata_panic("bench", fata_error_name(result));
}

#endif
