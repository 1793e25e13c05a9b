/* SPDX-License-Identifier: ISC */
/* Scopes with a deadline, among shields and cancellations. */
#include "world.h"

#include <fata/error.h>

static int never(void *arg)
{
    int err = fata_sleep_until(FATA_NEVER);
    if (arg != NULL)
        *(fata_time_t *)arg = fata_sched_now(&sched);
    mark(err == FATA_ECANCELED ? 'c' : '?');
    return err;
}

static int sleeps(void *arg)
{
    int err = fata_sleep_until(*(fata_time_t *)arg);
    mark(err == 0 ? 's' : 'c');
    return err;
}

static fata_time_t at9 = 9, at10 = 10;

/* The owner, a fiber, and what is spawned when it is over. */
static int passes(void *arg)
{
    struct fata_scope scope;
    fata_time_t woken = 0;
    (void)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_expect(fata_scope_spawn(&scope, never, &woken) == 0);
    fata_expect(fata_sleep_until(9) == 0);
    fata_expect(!fata_fiber_cancelled());
    fata_expect(fata_sleep_until(20) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == 10 && fata_fiber_cancelled());
    fata_expect(fata_scope_spawn(&scope, never, NULL) == FATA_ECANCELED);
    fata_expect(!fata_scope_failed(&scope));
    fata_expect(fata_scope_close(&scope) == FATA_ETIMEDOUT);
    fata_expect(woken == 10);
    fata_expect(fata_yield() == 0); /* as before the open */
    return 0;
}

FATA_TEST(a_deadline_cancels_the_scope)
{
    world();
    fata_check_int(run(passes, NULL), ==, 0);
    fata_check(strcmp(trace, "c") == 0);
}

static int in_time(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_expect(fata_scope_spawn(&scope, sleeps, &at9) == 0);
    fata_expect(fata_scope_close(&scope) == 0);
    fata_expect(fata_sched_now(&sched) == 9);
    return fata_sleep_until(20);
}

FATA_TEST(what_ends_before_the_deadline_is_in_time)
{
    world();
    fata_check_int(run(in_time, NULL), ==, 0);
    fata_check(strcmp(trace, "s") == 0);
}

static int passed_already(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_expect(fata_sleep_until(5) == 0);
    fata_scope_open_deadline(&scope, 5);
    fata_expect(fata_fiber_cancelled());
    fata_expect(fata_yield() == FATA_ECANCELED);
    fata_expect(fata_scope_spawn(&scope, never, NULL) == FATA_ECANCELED);
    fata_expect(fata_scope_close(&scope) == FATA_ETIMEDOUT);
    fata_scope_open_deadline(&scope, FATA_NEVER);
    fata_expect(fata_yield() == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_deadline_may_have_passed_at_the_open)
{
    world();
    fata_check_int(run(passed_already, NULL), ==, 0);
}

/* The earlier of two is what counts, whichever is around. */
static int nested(void *arg)
{
    bool inner_first = arg != NULL;
    struct fata_scope a, b;
    fata_scope_open_deadline(&a, inner_first ? 20 : 10);
    fata_scope_open_deadline(&b, inner_first ? 10 : 20);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == 10);
    fata_expect(fata_scope_close(&b) ==
                (inner_first ? FATA_ETIMEDOUT : FATA_ECANCELED));
    fata_expect(fata_yield() == (inner_first ? 0 : FATA_ECANCELED));
    fata_expect(fata_scope_close(&a) == (inner_first ? 0 : FATA_ETIMEDOUT));
    return fata_yield();
}

FATA_TEST(deadlines_nest)
{
    world();
    fata_check_int(run(nested, NULL), ==, 0);
    fata_check_int(run(nested, &at10), ==, 0);
}

/* In fibers of fibers, which know of it only by their scopes. */
static int grandchild(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open_deadline(&scope, 30);
    fata_expect(fata_scope_spawn(&scope, never, NULL) == 0);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == 10);
    return fata_scope_close(&scope);
}

static int deep(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_expect(fata_scope_spawn(&scope, grandchild, NULL) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(a_deadline_goes_all_the_way_down)
{
    world();
    fata_check_int(run(deep, NULL), ==, FATA_ETIMEDOUT);
    fata_check(strcmp(trace, "c") == 0);
}

/* A shield inside holds the deadline off, up to its own bound. */
static int shielded(void *arg)
{
    struct fata_scope scope, shield;
    fata_time_t until = *(fata_time_t *)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_scope_open_shielded(&shield, until);
    fata_expect(fata_scope_spawn(&shield, never, NULL) == 0);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == (until < 10 ? 10 : until));
    fata_expect(fata_scope_close(&shield) == FATA_ECANCELED);
    return fata_scope_close(&scope);
}

FATA_TEST(a_shield_holds_a_deadline_off)
{
    fata_time_t before = 5, after = 15;
    world();
    fata_check_int(run(shielded, &after), ==, FATA_ETIMEDOUT);
    world();
    fata_check_int(run(shielded, &before), ==, FATA_ETIMEDOUT);
}

/* A deadline inside a shield is the program's own wish. */
static int in_shield(void *arg)
{
    struct fata_scope around, shield, scope;
    (void)arg;
    fata_scope_open(&around);
    fata_scope_cancel(&around);
    fata_scope_open_shielded(&shield, 50);
    fata_scope_open_deadline(&scope, 10);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == 10);
    fata_expect(fata_scope_close(&scope) == FATA_ETIMEDOUT);
    fata_expect(fata_sleep_until(20) == 0);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_sched_now(&sched) == 50);
    fata_expect(fata_scope_close(&shield) == FATA_ECANCELED);
    return fata_scope_close(&around);
}

FATA_TEST(a_deadline_counts_inside_a_shield)
{
    world();
    fata_check_int(run(in_shield, NULL), ==, 0);
}

/* Which error is told: a fiber's, then the cancellation around, then time. */
static int fails_late(void *arg)
{
    (void)arg;
    (void)!fata_sleep_until(FATA_NEVER);
    return FATA_EIO;
}

static int errors(void *arg)
{
    struct fata_scope around, scope;
    (void)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_expect(fata_scope_spawn(&scope, fails_late, NULL) == 0);
    fata_expect(fata_scope_close(&scope) == FATA_EIO);
    fata_scope_open(&around);
    fata_scope_open_deadline(&scope, 20);
    fata_scope_cancel(&around);
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_expect(fata_scope_close(&scope) == FATA_ECANCELED);
    return fata_scope_close(&around);
}

FATA_TEST(a_failure_comes_before_a_deadline)
{
    world();
    fata_check_int(run(errors, NULL), ==, 0);
}

static void waits_long(void *arg)
{
    (void)arg;
    fata_expect(fata_sleep_until(30) == 0);
}

static int releases_late(void *arg)
{
    struct fata_scope scope;
    struct fata_release release;
    (void)arg;
    fata_scope_open_deadline(&scope, 10);
    fata_scope_release(&scope, &release, waits_long, NULL);
    fata_expect(fata_sleep_until(9) == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(what_is_released_after_the_deadline_does_not_miss_it)
{
    world();
    fata_check_int(run(releases_late, NULL), ==, 0);
}
