/* SPDX-License-Identifier: ISC */
/* The small world of the benchmarks: it has no platform. */
#include "world.h"

#include <fata/panic.h>

enum { BIG_STACK = 65536 };

struct fata_sched world_sched;

static struct fata_stacks big_stack, small_stacks;
static bool finished;

FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "panic at %s: %s\n", where, what);
    abort();
}

void world_must(int result)
{
    if (result < 0)
        fata_panic("bench", fata_error_name(result));
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
                     false);
    fata_stacks_init(&small_stacks, bench_memory(stack_count * stack_size, 0),
                     stack_size, stack_count, guarded);
    fata_sched_init(&world_sched, &big_stack);
    finished = false;
    world_must(fata_root_start(&root, &world_sched, "first", fn, arg, done));
    while (!finished)
        fata_sched_turn(&world_sched, 1);
}

void world_spawn(struct fata_scope *scope, fata_fiber_fn *fn, void *arg)
{
    static const struct fata_spawn how = {"small", &small_stacks};
    world_must(fata_scope_spawn_with(scope, &how, fn, arg));
}
