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
    memset(memory[0], 0x55, FATA_STACK_GUARD);
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

static int brief(void *arg)
{
    ++*(unsigned *)arg;
    return 0;
}

static int spawns_brief(void *arg)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    for (unsigned i = 0; i < STACK_COUNT - 1; i++)
        fata_expect(fata_scope_spawn(&scope, brief, arg) == 0);
    fata_expect(stacks.in_use == STACK_COUNT);
    return fata_scope_close(&scope);
}

/* They run one after another on the stack that the first one begins on. */
static void brief_fibers(bool guarded)
{
    unsigned ran = 0;
    world_of(STACK_COUNT, guarded);
    fata_check_int(run(spawns_brief, &ran), ==, 0);
    fata_check_int(ran, ==, STACK_COUNT - 1);
    fata_check_int(stacks.fresh_stacks, ==, 2); /* the root's, and one */
    fata_check_int(stacks.in_use_max, ==, STACK_COUNT);
}

FATA_TEST(fibers_that_never_wait_share_a_stack)
{
    brief_fibers(true);
    if (!fata_test_failed())
        brief_fibers(false);
}

/* The census. */

static FATA_NOINLINE void go_deep(size_t bytes)
{
    char here[1024];
    memset(here, (int)bytes, sizeof(here));
    __asm__ volatile("" : : "r"(here) : "memory");
    if (bytes > sizeof(here))
        go_deep(bytes - sizeof(here));
    __asm__ volatile("" : : "r"(here) : "memory");
}

static int deep(void *arg)
{
    go_deep(*(size_t *)arg);
    return fata_yield();
}

static size_t some = 4096, more = 12288;

static int census_of(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(
        fata_scope_spawn_with(&scope, FATA_SPAWN("deep"), deep, &some) == 0);
    fata_expect(
        fata_scope_spawn_with(&scope, FATA_SPAWN("deeper"), deep, &more) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    /* The same stacks again: what lay there before does not count. */
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, brief, &(unsigned){0}) == 0);
    fata_expect(fata_scope_spawn(&scope, brief, &(unsigned){0}) == 0);
    return fata_scope_close(&scope);
}

static const struct fata_census_row *row(const struct fata_census *census,
                                         const char *name)
{
    for (size_t i = 0; i < census->used; i++)
        if (strcmp(census->rows[i].name, name) == 0)
            return &census->rows[i];
    return NULL;
}

static void census(bool guarded)
{
    struct fata_census_row rows[8];
    struct fata_census all = {.rows = rows, .room = FATA_COUNT(rows)};
    struct fata_census small = {.rows = rows, .room = 1};
    size_t usable = STACK_SIZE - (guarded ? FATA_STACK_GUARD : 0);

    world_of(4, guarded);
    fata_stack_census(&stacks, &all);
    fata_check_int(run(census_of, NULL), ==, 0);
    fata_check_int(all.used, ==, 4);
    fata_check_int(all.lost, ==, 0);
    const struct fata_census_row *a = row(&all, "deep"),
                                 *b = row(&all, "brief");
    const struct fata_census_row *c = row(&all, "deeper");
    fata_check(a != NULL && b != NULL && c != NULL);
    fata_check(a->fibers == 1 && b->fibers == 2 && c->fibers == 1);
    fata_check(row(&all, "root")->fibers == 1);
    fata_check_int(b->deepest, >, 0);
    fata_check_int(b->deepest, <, some);
    fata_check_int(a->deepest, >=, some);
    fata_check_int(a->deepest, <, more);
    fata_check_int(c->deepest, >=, more);
    fata_check_int(c->deepest, <, usable);

    fata_stack_census(&stacks, &small);
    fata_check_int(run(census_of, NULL), ==, 0);
    fata_check(small.used == 1 && small.lost == 4);
    fata_stack_census(&stacks, NULL);
    fata_check_int(run(census_of, NULL), ==, 0);
    fata_check(small.used == 1 && small.lost == 4 && rows[0].fibers == 1);
}

FATA_TEST(a_census_says_how_deep_stacks_went)
{
    census(true);
    if (!fata_test_failed())
        census(false);
}
