/* SPDX-License-Identifier: ISC */
/* Loops over steps. */
#include "world.h"

static unsigned running, most;
static size_t fails_at;
static int with;
static fata_time_t deadline;

/* Step i takes 10 - i; the later they start the earlier they end. */
static int step(void *arg, size_t i)
{
    char first = *(const char *)arg;
    int err;
    if (++running > most)
        most = running;
    mark((char)(first + i));
    err = fata_sleep_until(now + 10 - i);
    running--;
    if (err == 0 && i == fails_at)
        err = with;
    mark(err == 0 ? '.' : err == FATA_ECANCELED ? 'c' : '!');
    return err;
}

static char small_a[] = "a";

static int loops(void *at_once)
{
    return fata_each(5, *(size_t *)at_once, step, small_a, deadline);
}

/* Returns the loop's result. */
static int loop(size_t at_once)
{
    world();
    running = most = 0;
    return run(loops, &at_once);
}

static void nothing_goes_wrong(void)
{
    fails_at = 99;
    deadline = FATA_NEVER;
}

FATA_TEST(steps_one_after_the_other)
{
    nothing_goes_wrong();
    fata_check_int(loop(1), ==, 0);
    fata_check(strcmp(trace, "a.b.c.d.e.") == 0);
    fata_check_int(now, ==, 10 + 9 + 8 + 7 + 6);
    fata_check_int(stacks.in_use_max, ==, 1); /* no fiber but the root */
}

FATA_TEST(steps_all_at_once)
{
    nothing_goes_wrong();
    fata_check_int(loop(FATA_EACH_ALL), ==, 0);
    fata_check(strcmp(trace, "abcde.....") == 0);
    fata_check_int(now, ==, 10);
    fata_check_int(loop(1000), ==, 0);
    fata_check(strcmp(trace, "abcde.....") == 0);
    fata_check_int(stacks.in_use_max, ==, 5);
}

FATA_TEST(steps_some_at_once)
{
    nothing_goes_wrong();
    fata_check_int(loop(2), ==, 0);
    /* a until 10, b until 9, c until 17, d until 17 */
    fata_check(strcmp(trace, "ab.c.d.e..") == 0);
    fata_check_int(most, ==, 2);
}

FATA_TEST(an_error_ends_the_loop)
{
    nothing_goes_wrong();
    with = FATA_EIO;
    for (fails_at = 0; fails_at < 5; fails_at++) {
        char sequence[] = "a.b.c.d.e.";
        fata_check_int(loop(1), ==, FATA_EIO);
        sequence[2 * fails_at + 1] = '!';
        sequence[2 * fails_at + 2] = '\0';
        fata_check(strcmp(trace, sequence) == 0);
    }
    fails_at = 1; /* in a spawned fiber; the owner is cancelled */
    fata_check_int(loop(2), ==, FATA_EIO);
    fata_check(strcmp(trace, "ab!c") == 0);
    fails_at = 0; /* in the owner; at 10, when c and b are done */
    fata_check_int(loop(3), ==, FATA_EIO);
    fata_check(strcmp(trace, "abc.d.e!cc") == 0);
    with = FATA_ECANCELED; /* nobody cancelled it: an error like others */
    fata_check_int(loop(3), ==, FATA_ECANCELED);
}

/* Step 1 fails, and step 0, the owner's, when it is cancelled for that. */
static int both_fail(void *arg, size_t i)
{
    (void)arg;
    if (i == 1)
        return FATA_EPERM;
    fata_expect(fata_sleep_until(10) == FATA_ECANCELED);
    return FATA_EIO;
}

static int two_fail(void *arg)
{
    return fata_each(2, 2, both_fail, arg, FATA_NEVER);
}

FATA_TEST(the_first_error_is_told)
{
    world();
    fata_check_int(run(two_fail, NULL), ==, FATA_EPERM);
}

FATA_TEST(a_deadline_ends_the_loop)
{
    nothing_goes_wrong();
    deadline = 15;
    fata_check_int(loop(1), ==, FATA_ETIMEDOUT);
    fata_check(strcmp(trace, "a.bc") == 0);
    fata_check_int(loop(2), ==, FATA_ETIMEDOUT);
    fata_check(strcmp(trace, "ab.c.dcc") == 0);
    deadline = 0;
    for (size_t at_once = 0; at_once < 3; at_once++) {
        fata_check_int(loop(at_once), ==, FATA_ETIMEDOUT);
        fata_check(trace[0] == '\0');
    }
}

FATA_TEST(without_enough_stacks_no_step_runs)
{
    size_t at_once = 4;
    nothing_goes_wrong();
    world_with(4);
    running = most = 0;
    fata_check_int(run(loops, &at_once), ==, 0);
    world_with(3);
    fata_check_int(run(loops, &at_once), ==, FATA_ENOMEM);
    fata_check(trace[0] == '\0');
}

static int cancelled(void *at_once)
{
    struct fata_scope scope;
    int err;
    fata_scope_open(&scope);
    fata_scope_cancel(&scope);
    err = loops(at_once);
    fata_expect(fata_scope_close(&scope) == 0);
    return err;
}

FATA_TEST(a_cancelled_fiber_runs_no_step)
{
    nothing_goes_wrong();
    for (size_t at_once = 0; at_once < 3; at_once++) {
        world();
        /* The root itself is not cancelled, so this is an error. */
        fata_check_int(run(cancelled, &at_once), ==, FATA_ECANCELED);
        fata_check(trace[0] == '\0');
    }
}

static int no_steps(void *arg)
{
    return fata_each(0, FATA_EACH_ALL, step, arg, FATA_NEVER);
}

FATA_TEST(no_steps_are_no_error)
{
    world();
    fata_check_int(run(no_steps, small_a), ==, 0);
    fata_check(trace[0] == '\0');
}
