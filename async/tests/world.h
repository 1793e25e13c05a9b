/* SPDX-License-Identifier: ISC */
/* What the tests of async share: a scheduler whose time is a value, and a
 * trace of what happened in which order. */
#ifndef FATA_ASYNC_TESTS_WORLD_H
#define FATA_ASYNC_TESTS_WORLD_H

#include <fata/async.h>
#include <fata/test.h>
#include <stddef.h>
#include <string.h>

#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
#include <sys/wait.h>
#include <unistd.h>
#endif

enum { STACK_SIZE = 32768, STACK_COUNT = 32 };

static char memory[STACK_COUNT][STACK_SIZE] FATA_ALIGNED(4096);
static struct fata_fiber descriptors[STACK_COUNT];
static struct fata_stacks stacks;
static struct fata_sched sched;
static struct fata_simulated_time simulated;
#define now simulated.now

static char trace[256];

/* Appends a letter to the trace. */
FATA_UNUSED static void mark(char letter)
{
    size_t used = strlen(trace);
    if (used + 1 < sizeof(trace)) {
        trace[used] = letter;
        trace[used + 1] = '\0';
    }
}

/* With canaries every switch goes another way than with guards, which need not
 * be there for that. */
FATA_UNUSED static void world_of(size_t stack_count, bool guarded)
{
    fata_stacks_init(&stacks, memory, STACK_SIZE, stack_count, descriptors,
                     guarded);
    fata_sched_init(&sched, &stacks);
    fata_sched_check_always(&sched, true);
    fata_simulated_time_init(&simulated);
    trace[0] = '\0';
}

FATA_UNUSED static void world_with(size_t stack_count)
{
    world_of(stack_count, true);
}

FATA_UNUSED static void world(void)
{
    world_with(STACK_COUNT);
}

/* Turns until nothing is left before or at `until`, then sets the time to it.
 * Returns the next deadline. */
FATA_UNUSED static fata_time_t run_until(fata_time_t until)
{
    simulated.end = until;
    return fata_loop(&sched, &simulated.source, NULL);
}

/* True if nothing is alive any more. */
FATA_UNUSED static bool nothing_left(void)
{
    struct fata_counters c = fata_sched_counters(&sched);
    return c.jobs == 0 && c.timers == 0 && c.fibers == 0 && stacks.in_use == 0;
}

static int root_error;
static unsigned roots_done;

FATA_UNUSED static void root_done(struct fata_root *root, int error)
{
    (void)root;
    root_error = error;
    roots_done++;
}

/* Runs `fn` as a root to its end.  Returns the root's error; 1 if it has not
 * come to an end or left something. */
FATA_UNUSED static int run(fata_fiber_fn *fn, void *arg)
{
    struct fata_root root;
    root_error = 1;
    roots_done = 0;
    if (fata_root_start(&root, &sched, FATA_SPAWN("root"), fn, arg, root_done) <
        0)
        return 1;
    run_until(FATA_NEVER);
    return roots_done == 1 && nothing_left() ? root_error : 1;
}

/* True if `fn` ends in a panic, in a process of its own. */
#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
enum { CAN_FORK = 1 };
FATA_UNUSED static bool panics(void (*fn)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        close(1);
        close(2);
        fn();
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child &&
           WIFEXITED(status) && WEXITSTATUS(status) == 255;
}
#else
enum { CAN_FORK = 0 };
FATA_UNUSED static bool panics(void (*fn)(void))
{
    (void)fn;
    return false;
}
#endif

#endif
