/* SPDX-License-Identifier: ISC */
/* The arena of stacks: exhaustion, reuse, overflow. */
#include "world.h"

static int report(void *arg)
{
    *(void **)arg = fata_fiber_self();
    return 0;
}

static int report_frame(void *arg)
{
    *(void **)arg = __builtin_frame_address(0);
    return 0;
}

static int hold(void *arg)
{
    (void)arg;
    return fata_sleep_until(FATA_S(1));
}

static int exhaust(void *arg)
{
    struct fata_scope scope;
    void *first = NULL, *again = NULL;
    (void)arg;

    fata_scope_open(&scope);
    for (unsigned i = 0; i < 3; i++)
        fata_expect(fata_scope_spawn(&scope, hold, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, hold, NULL) == FATA_ENOMEM);
    fata_expect(stacks.in_use == 4);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(stacks.in_use == 1);

    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, report, &first) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, report, &again) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(first != NULL && first == again); /* last in, first out */
    return 0;
}

FATA_TEST(stacks_run_out_and_come_back)
{
    world_with(4);
    fata_check_int(run(exhaust, NULL), ==, 0);
    fata_check_int(stacks.in_use_max, ==, 4);
}

static int use_other(void *arg)
{
    struct fata_scope scope;
    const struct fata_spawn how = {.name = "other", .stacks = arg};
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, &how, hold, NULL) == 0);
    fata_expect(fata_scope_spawn_with(&scope, &how, hold, NULL) == FATA_ENOMEM);
    return fata_scope_close(&scope);
}

FATA_TEST(a_fiber_may_take_its_stack_from_another_arena)
{
    static char one[STACK_SIZE] FATA_ALIGNED(16);
    struct fata_stacks other;
    static struct fata_fiber fiber;
    fata_stacks_init(&other, one, sizeof(one), 1, &fiber, false);
    world_with(1);
    fata_check_int(run(use_other, &other), ==, 0);
    fata_check_int(other.in_use_max, ==, 1);
    fata_check_int(other.in_use, ==, 0);
}

FATA_TEST(a_scheduler_without_stacks_has_no_fibers)
{
    struct fata_root root;
    world();
    fata_sched_init(&sched, NULL);
    fata_check_int(fata_root_start(&root, &sched, FATA_SPAWN("root"), hold,
                                   NULL, root_done),
                   ==, FATA_ENOMEM);
}

/* A guarded stack is used from its second page on: the first stays as it is. */
FATA_TEST(the_guard_page_is_not_touched)
{
    void *frame = NULL;
    memset(memory, 0x55, sizeof(memory));
    world_of(1, true);
    fata_check_int(run(report_frame, &frame), ==, 0);
    fata_check((char *)frame > memory[0] + FATA_STACK_GUARD);
    fata_check((char *)frame < memory[1]);
    for (size_t i = 0; i < FATA_STACK_GUARD; i++)
        fata_check(memory[0][i] == 0x55);
}

static int overflow(void *arg)
{
    memory[0][8] ^= 1; /* as a deep call would */
    (void)arg;
    return fata_yield();
}

static void overflows(void)
{
    (void)run(overflow, NULL);
}

FATA_TEST(an_overflow_panics_at_the_next_switch)
{
    if (!CAN_FORK)
        fata_skip("needs fork");
    world_of(1, false);
    fata_check(panics(overflows));
}
