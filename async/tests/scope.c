/* SPDX-License-Identifier: ISC */
/* Scopes: joining, first error, cancellation, shields, roots. */
#include "world.h"

static int sleeps(void *arg)
{
    int err = fata_sleep_until(*(fata_time_t *)arg);
    mark(err == 0 ? 's' : 'c');
    return err;
}

static int never(void *arg)
{
    (void)arg;
    return fata_sleep_until(FATA_NEVER);
}

static fata_time_t at10 = 10, at20 = 20;

struct failure {
    fata_time_t at;
    int result;
};

static int fails(void *arg)
{
    struct failure *f = arg;
    int err = fata_sleep_until(f->at);
    mark(err == 0 ? 'f' : 'c');
    return f->result;
}

static int first_error(void *arg)
{
    static struct failure a = {10, FATA_EIO}, b = {9, FATA_EPIPE};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, never, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, fails, &a) == 0);
    fata_expect(fata_scope_spawn(&scope, fails, &b) == 0);
    fata_expect(!fata_scope_failed(&scope));
    int err = fata_scope_close(&scope);
    fata_expect(fata_sched_now(&sched) == 9);
    fata_expect(!fata_fiber_cancelled()); /* as before the open */
    fata_expect(fata_yield() == 0);
    return err;
}

FATA_TEST(the_first_error_wins_and_cancels_the_others)
{
    world();
    fata_check_int(run(first_error, NULL), ==, FATA_EPIPE);
    fata_check(strcmp(trace, "fc") == 0);
}

/* An owner that waits for what a failed fiber will not do any more. */
static int interrupted(void *arg)
{
    static struct failure a = {10, FATA_EIO};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, fails, &a) == 0);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_scope_failed(&scope));
    fata_expect(fata_scope_spawn(&scope, never, NULL) == FATA_ECANCELED);
    return fata_scope_close(&scope);
}

FATA_TEST(a_failure_reaches_the_owner)
{
    world();
    fata_check_int(run(interrupted, NULL), ==, FATA_EIO);
}

static int positive(void *arg)
{
    static struct failure a = {10, 5};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, fails, &a) == 0);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at20) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_positive_result_is_no_error)
{
    world();
    fata_check_int(run(positive, NULL), ==, 0);
    fata_check(strcmp(trace, "fs") == 0);
}

static int odd_ecanceled(void *arg)
{
    static struct failure a = {10, FATA_ECANCELED};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, fails, &a) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(ecanceled_from_a_fiber_that_was_not_cancelled_is_an_error)
{
    world();
    fata_check_int(run(odd_ecanceled, NULL), ==, FATA_ECANCELED);
}

static int sticky(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < 3; i++)
        fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_yield() == FATA_ECANCELED);
    fata_expect(fata_fiber_cancelled());
    mark('x');
    return FATA_ECANCELED;
}

static int cancels(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, sticky, NULL) == 0);
    fata_expect(fata_yield() == 0);
    fata_expect(fata_scope_spawn(&scope, sticky, NULL) == 0);
    fata_scope_cancel(&scope); /* one waits, one has not begun */
    fata_scope_cancel(&scope);
    fata_expect(fata_scope_spawn(&scope, sticky, NULL) == FATA_ECANCELED);
    fata_expect(fata_scope_close(&scope) == 0); /* we wanted it */
    fata_expect(fata_yield() == 0);
    return 0;
}

FATA_TEST(cancellation_is_sticky_in_every_state)
{
    world();
    fata_check_int(run(cancels, NULL), ==, 0);
    fata_check(strcmp(trace, "xx") == 0);
}

/* A tree: root scope -> nest(2) -> two scopes each -> nest(1) ... */
static int nest(void *arg)
{
    uintptr_t depth = (uintptr_t)arg;
    struct fata_scope a, b;
    int err;
    fata_scope_open(&a);
    if (depth > 0) {
        fata_expect(fata_scope_spawn(&a, nest, (void *)(depth - 1)) == 0);
        fata_scope_open(&b);
        fata_expect(fata_scope_spawn(&b, nest, (void *)(depth - 1)) == 0);
        fata_expect(fata_scope_spawn(&a, never, NULL) == 0);
        err = fata_scope_close(&b);
        fata_expect(err == FATA_ECANCELED);
        fata_expect(fata_fiber_cancelled());
    } else {
        fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    }
    mark('n');
    return fata_scope_close(&a);
}

FATA_TEST(cancellation_goes_all_the_way_down)
{
    struct fata_root root;
    world();
    roots_done = 0;
    fata_check_int(fata_root_start(&root, &sched, FATA_SPAWN("nest"), nest,
                                   (void *)3, root_done),
                   ==, 0);
    run_until(10);
    fata_check_int(fata_sched_counters(&sched).fibers, ==, 22);
    fata_scope_cancel(&root.scope); /* a root, from outside */
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "nnnnnnnnnnnnnnn") == 0);
    fata_check_int(roots_done, ==, 1);
    fata_check_int(root_error, ==, 0); /* cancelled is not failed */
    fata_check(nothing_left());
}

/* Only the inner of two scopes of one fiber. */
static int inner_only(void *arg)
{
    struct fata_scope a, b;
    (void)arg;
    fata_scope_open(&a);
    fata_expect(fata_scope_spawn(&a, sleeps, &at10) == 0);
    fata_scope_open(&b);
    fata_expect(fata_scope_spawn(&b, sleeps, &at10) == 0);
    fata_scope_cancel(&b);
    fata_expect(fata_yield() == FATA_ECANCELED);
    fata_expect(fata_scope_close(&b) == 0);
    fata_expect(fata_yield() == 0);
    return fata_scope_close(&a);
}

FATA_TEST(cancelling_the_inner_scope_leaves_the_outer)
{
    world();
    fata_check_int(run(inner_only, NULL), ==, 0);
    fata_check(strcmp(trace, "cs") == 0);
}

static int cleans_up(void *arg)
{
    fata_time_t need = *(fata_time_t *)arg;
    struct fata_scope shield;
    int err = fata_sleep_until(FATA_NEVER);
    fata_expect(err == FATA_ECANCELED);
    fata_scope_open_shielded(&shield, 15);
    fata_expect(fata_scope_spawn(&shield, sleeps, arg) == 0);
    fata_expect(!fata_fiber_cancelled());
    err = fata_sleep_until(need);
    fata_expect(err == (need < 15 ? 0 : FATA_ECANCELED));
    fata_expect(fata_scope_close(&shield) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == (need < 15 ? need : 15));
    fata_expect(fata_yield() == FATA_ECANCELED);
    return FATA_ECANCELED;
}

static int shields(void *arg)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, cleans_up, arg) == 0);
    fata_expect(fata_sleep_until(5) == 0);
    fata_scope_cancel(&scope);
    return fata_scope_close(&scope);
}

FATA_TEST(a_shield_gives_time_for_clean_up)
{
    world();
    fata_check_int(run(shields, &at10), ==, 0);
    fata_check(strcmp(trace, "s") == 0);
}

FATA_TEST(a_shield_is_bounded)
{
    world();
    fata_check_int(run(shields, &at20), ==, 0);
    fata_check(strcmp(trace, "c") == 0);
}

/* Cancelled while it waits inside a shield; and a shield cancelled itself. */
static int in_shield(void *arg)
{
    struct fata_scope shield, inner;
    bool itself = arg != NULL;
    fata_scope_open_shielded(&shield, 15);
    fata_scope_open(&inner);
    fata_expect(fata_scope_spawn(&inner, never, NULL) == 0);
    if (itself)
        fata_scope_cancel(&shield);
    fata_expect(fata_sleep_until(20) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == (itself ? 0 : 15));
    fata_expect(fata_scope_close(&inner) == FATA_ECANCELED);
    int err = fata_scope_close(&shield);
    fata_expect(err == (itself ? 0 : FATA_ECANCELED));
    return err;
}

static int cancel_in_shield(void *arg)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, in_shield, arg) == 0);
    fata_expect(fata_sleep_until(5) == 0);
    fata_scope_cancel(&scope);
    return fata_scope_close(&scope);
}

FATA_TEST(a_wait_in_a_shield_is_cancelled_at_its_bound)
{
    world();
    fata_check_int(run(cancel_in_shield, NULL), ==, 0);
}

FATA_TEST(a_shield_can_be_cancelled_itself)
{
    world();
    fata_check_int(run(cancel_in_shield, &at10), ==, 0);
}

/* A fiber that spawns into the scope it lives in, while the owner closes. */
static int chain(void *arg)
{
    static unsigned links;
    if (++links == 5)
        return FATA_EIO;
    return fata_scope_spawn((struct fata_scope *)arg, chain, arg);
}

static int chains(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, chain, &scope) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_close_waits_for_what_is_spawned_meanwhile)
{
    world();
    fata_check_int(run(chains, NULL), ==, FATA_EIO);
}

/* The last fiber returns, and before the owner runs somebody else spawns. */
static int spawns_late(void *arg)
{
    mark('l');
    return fata_scope_spawn((struct fata_scope *)arg, sleeps, &at10);
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int late(void *arg)
{
    struct fata_scope scope, around;
    (void)arg;
    fata_scope_open(&around);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, nothing, NULL) == 0);
    fata_expect(fata_scope_spawn(&around, spawns_late, &scope) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(fata_sched_now(&sched) == 10);
    return fata_scope_close(&around);
}

FATA_TEST(a_close_looks_again_when_it_wakes)
{
    world();
    fata_check_int(run(late, NULL), ==, 0);
    fata_check(strcmp(trace, "ls") == 0);
}

static int empty(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    return fata_scope_close(&scope);
}

FATA_TEST(an_empty_scope_closes_at_once)
{
    world();
    fata_check_int(run(empty, NULL), ==, 0);
    /* The fiber, and the end of its root. */
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==, 2);
}
