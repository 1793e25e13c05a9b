/* SPDX-License-Identifier: ISC */
/* The small world of the benchmarks: it has no platform. */
#include "world.h"

#include <fata/panic.h>

enum { BIG_STACK = 65536 };

struct fata_sched world_sched;

static struct fata_stacks big_stack, small_stacks;
static struct fata_fiber first;
static bool finished;

FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "panic at %s: %s\n", where, what);
    abort();
}

static void done(struct fata_root *root, int error)
{
    (void)root;
    world_must(error);
    finished = true;
}

void world_run(size_t stack_count, size_t stack_size, bool guarded,
               fata_fiber_fn *fn, void *arg)
{
    struct fata_root root;
    fata_stacks_init(&big_stack, bench_memory(BIG_STACK, 0), BIG_STACK, 1,
                     &first, true);
    fata_stacks_init(&small_stacks, bench_memory(stack_count * stack_size, 0),
                     stack_size, stack_count,
                     bench_memory(stack_count * sizeof(struct fata_fiber), 0),
                     guarded);
    fata_sched_init(&world_sched, &big_stack);
    finished = false;
    world_must(fata_root_start(&root, &world_sched, FATA_SPAWN("first"), fn,
                               arg, done));
    while (!finished)
        fata_sched_turn(&world_sched, 1);
}

void world_spawn(struct fata_scope *scope, fata_fiber_fn *fn, void *arg)
{
    static const struct fata_spawn how = {.name = "small",
                                          .stacks = &small_stacks};
    world_must(fata_scope_spawn_with(scope, &how, fn, arg));
}
