/* SPDX-License-Identifier: ISC */
/* Fibers: order, yield, sleep, several schedulers in one thread. */
#include "world.h"

static int letter_twice(void *arg)
{
    mark(*(char *)arg);
    int err = fata_yield();
    mark(*(char *)arg);
    return err;
}

static int two(void *arg)
{
    static char a = 'a', b = 'b';
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, letter_twice, &a) == 0);
    fata_expect(fata_scope_spawn(&scope, letter_twice, &b) == 0);
    mark('-');
    return fata_scope_close(&scope);
}

FATA_TEST(fibers_take_turns)
{
    world();
    fata_check(fata_fiber_self() == NULL);
    fata_check_int(run(two, NULL), ==, 0);
    fata_check(strcmp(trace, "-abab") == 0);
    fata_check(fata_fiber_self() == NULL);
}

static int named(void *arg)
{
    fata_expect(strcmp(fata_fiber_name(fata_fiber_self()), arg) == 0);
    fata_expect(fata_fiber_sched() == &sched);
    struct fata_fiber *parent = fata_fiber_parent(fata_fiber_self());
    fata_expect(strcmp(fata_fiber_name(parent), "root") == 0);
    fata_expect(fata_fiber_parent(parent) == NULL);
    fata_expect(!fata_fiber_cancelled());
    return 0;
}

static int names(void *arg)
{
    static char own[] = "named", given[] = "given";
    const struct fata_spawn how = {.name = given};
    struct fata_scope scope;
    (void)arg;
    fata_expect(strcmp(fata_fiber_name(fata_fiber_self()), "root") == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, named, own) == 0);
    fata_expect(fata_scope_spawn_with(&scope, &how, named, given) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(fibers_have_names)
{
    world();
    fata_check_int(run(names, NULL), ==, 0);
}

static int sleeper(void *arg)
{
    fata_time_t deadline = *(fata_time_t *)arg;
    int err = fata_sleep_until(deadline);
    fata_expect(fata_sched_now(&sched) >= deadline);
    mark((char)('0' + deadline));
    return err;
}

static int sleepers(void *arg)
{
    static fata_time_t deadlines[] = {3, 1, 2, 0};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    for (unsigned i = 0; i < FATA_COUNT(deadlines); i++)
        fata_expect(fata_scope_spawn(&scope, sleeper, &deadlines[i]) == 0);
    int err = fata_scope_close(&scope);
    fata_expect(fata_sched_now(&sched) == 3);
    return err;
}

FATA_TEST(sleepers_wake_in_the_order_of_deadlines)
{
    world();
    fata_check_int(run(sleepers, NULL), ==, 0);
    fata_check(strcmp(trace, "0123") == 0);
}

/* What a fiber keeps across switches: registers, locals, its own errors. */
static int keeps(void *arg)
{
    uint64_t seed = (uint64_t)(uintptr_t)arg, sum = 0, want = 0;
    double half = (double)seed / 2;
    for (unsigned i = 0; i < 50; i++) {
        want += seed * i;
        sum += seed * i;
        if (fata_yield() < 0)
            return FATA_EIO;
        half += 1;
    }
    fata_expect(sum == want);
    fata_expect(half == (double)seed / 2 + 50);
    return 0;
}

static int keepers(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    for (uintptr_t i = 0; i < STACK_COUNT - 1; i++)
        fata_expect(fata_scope_spawn(&scope, keeps, (void *)(i + 3)) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_switch_keeps_what_a_fiber_has)
{
    world();
    fata_check_int(run(keepers, NULL), ==, 0);
}

/* A whole other scheduler inside a fiber, whose fibers run in between. */
static int inner(void *arg)
{
    fata_expect(fata_fiber_sched() == arg);
    for (unsigned i = 0; i < 3; i++) {
        mark('i');
        if (fata_sleep_until(fata_sched_now(arg) + 10) < 0)
            return FATA_EIO;
    }
    return 0;
}

static void ignore(struct fata_root *root, int error)
{
    (void)root;
    fata_expect(error == 0);
    fata_expect(fata_fiber_self() == NULL);
    mark('.');
}

static int outer(void *arg)
{
    static char inner_memory[2][STACK_SIZE] FATA_ALIGNED(16);
    struct fata_stacks inner_stacks;
    struct fata_sched other;
    struct fata_root root;
    struct fata_fiber *self = fata_fiber_self();
    fata_time_t next = 0;
    (void)arg;

    static struct fata_fiber inner_fibers[2];
    fata_stacks_init(&inner_stacks, inner_memory, STACK_SIZE, 2, inner_fibers,
                     false);
    fata_sched_init(&other, &inner_stacks);
    fata_expect(fata_root_start(&root, &other, FATA_SPAWN("in"), inner, &other,
                                ignore) == 0);
    while (next != FATA_NEVER) {
        next = fata_sched_turn(&other, next);
        fata_expect(fata_fiber_self() == self);
        mark('o');
        if (fata_yield() < 0)
            return FATA_EIO;
    }
    return 0;
}

static int both(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, outer, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, two, NULL) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(schedulers_nest_in_one_thread)
{
    world();
    fata_check_int(run(both, NULL), ==, 0);
    fata_check(strcmp(trace, "io-ioabioab.o") == 0);
}

static int spins(void *arg)
{
    while (fata_yield() == 0)
        ++*(unsigned *)arg;
    return FATA_ECANCELED;
}

static unsigned spun[3];

static int spinners(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, spins, &spun[0]) == 0);
    fata_expect(fata_scope_spawn(&scope, spins, &spun[1]) == 0);
    fata_expect(fata_scope_spawn_with(&scope, FATA_SPAWN("low", .low = true),
                                      spins, &spun[2]) == 0);
    return fata_scope_close(&scope);
}

/* Fibers that switch to each other without the carrier are counted, too. */
static void switches_are_bounded(bool guarded)
{
    struct fata_root root;
    world_of(STACK_COUNT, guarded);
    memset(spun, 0, sizeof(spun));
    roots_done = 0;
    fata_check(fata_root_start(&root, &sched, FATA_SPAWN("root"), spinners,
                               NULL, root_done) == 0);
    for (unsigned turn = 1; turn <= 3; turn++) {
        fata_check_int(fata_sched_turn(&sched, turn), ==, turn);
        fata_check_int(fata_sched_counters(&sched).jobs_run, ==,
                       2 * FATA_TURN_JOBS * turn);
    }
    fata_check_int(spun[2], ==, 3 * FATA_TURN_JOBS - 1); /* but the start */
    fata_check(spun[0] - spun[1] <= 1);
    fata_scope_cancel(&root.scope);
    now = 3;
    run_until(FATA_NEVER);
    fata_check(roots_done == 1 && root_error == 0 && nothing_left());
}

FATA_TEST(a_turn_bounds_switches_between_fibers)
{
    switches_are_bounded(true);
    if (!fata_test_failed())
        switches_are_bounded(false);
}

static int low_two(void *arg)
{
    static char a = 'a', b = 'b', c = 'c';
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn_with(&scope, FATA_SPAWN("low", .low = true),
                                      letter_twice, &a) == 0);
    fata_expect(fata_scope_spawn(&scope, letter_twice, &b) == 0);
    fata_expect(fata_scope_spawn(&scope, letter_twice, &c) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_low_fiber_runs_when_the_others_have)
{
    world();
    fata_check_int(run(low_two, NULL), ==, 0);
    fata_check(strcmp(trace, "bcbcaa") == 0);
    world_of(STACK_COUNT, false);
    fata_check_int(run(low_two, NULL), ==, 0);
    fata_check(strcmp(trace, "bcbcaa") == 0);
}

static void yield_outside(void)
{
    (void)!fata_yield();
}

static int forgets(void *arg)
{
    fata_scope_open(arg);
    return 0;
}

static void returns_with_open_scope(void)
{
    static struct fata_scope scope;
    (void)run(forgets, &scope);
}

static int closes_wrong(void *arg)
{
    struct fata_scope a, b;
    (void)arg;
    fata_scope_open(&a);
    fata_scope_open(&b);
    return fata_scope_close(&a);
}

static void closes_out_of_order(void)
{
    (void)run(closes_wrong, NULL);
}

FATA_TEST(misuse_of_fibers_panics)
{
    if (!CAN_FORK)
        fata_skip("needs fork");
    world();
    fata_check(panics(yield_outside));
    fata_check(panics(returns_with_open_scope));
    fata_check(panics(closes_out_of_order));
}
