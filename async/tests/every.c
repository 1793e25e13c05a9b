/* SPDX-License-Identifier: ISC */
/* Periodic calls. */
#include "world.h"

static struct fata_every how;
static fata_time_t takes[8], called[8], until, cancelled, interval;
static unsigned calls;

static int notes(void *arg)
{
    fata_expect(arg == &calls);
    if (calls == FATA_COUNT(called))
        return 5;
    called[calls] = fata_sched_now(&sched);
    fata_time_t end = called[calls] + takes[calls];
    calls++;
    return end > fata_sched_now(&sched) ? fata_sleep_until(end) : 0;
}

static int repeats(void *arg)
{
    struct fata_scope scope;

    fata_expect(fata_sleep_until(7) == 0);
    fata_scope_open_deadline(&scope, cancelled);
    *(int *)arg = fata_every(&how, notes, &calls, until);
    (void)!fata_scope_close(&scope);
    return 0;
}

/* Returns what it returned. */
static int repeat(fata_time_t start, bool catch_up)
{
    int result = 1;

    world();
    how = (struct fata_every){start, interval, catch_up};
    calls = 0;
    fata_expect(run(repeats, &result) == 0);
    return result;
}

static bool called_at(const fata_time_t *want, unsigned n)
{
    return calls == n && memcmp(called, want, n * sizeof(*want)) == 0;
}

static void takes_long(unsigned call, fata_time_t span)
{
    memset(takes, 0, sizeof(takes));
    takes[call] = span;
    until = cancelled = FATA_NEVER;
    interval = 10;
}

FATA_TEST(calls_do_not_drift)
{
    static const fata_time_t want[] = {12, 22, 32, 42, 52, 62, 72, 82};
    takes_long(1, 9);
    fata_check_int(repeat(12, false), ==, 5);
    fata_check(called_at(want, 8));
    takes_long(1, 10); /* just in time */
    fata_check_int(repeat(12, true), ==, 5);
    fata_check(called_at(want, 8));
    takes_long(1, 10);
    fata_check_int(repeat(12, false), ==, 5);
    fata_check(called_at(want, 8));
}

FATA_TEST(missed_calls_are_left_out)
{
    static const fata_time_t want[] = {10, 20, 50, 60, 70, 80, 90, 100};
    takes_long(1, 21);
    fata_check_int(repeat(0, false), ==, 5);
    fata_check(called_at(want, 8));
    takes_long(1, 30); /* just in time for the one at 50 */
    fata_check_int(repeat(0, false), ==, 5);
    fata_check(called_at(want, 8));
}

FATA_TEST(missed_calls_are_made_up_for)
{
    static const fata_time_t want[] = {7, 10, 41, 41, 41, 50, 60, 70};
    takes_long(1, 31);
    fata_check_int(repeat(0, true), ==, 5);
    fata_check(called_at(want, 8));
}

FATA_TEST(calls_end_at_the_deadline_or_cancellation)
{
    static const fata_time_t want[] = {12, 22, 32};
    takes_long(0, 0);
    until = 32;
    fata_check_int(repeat(12, false), ==, FATA_ETIMEDOUT);
    fata_check(called_at(want, 2));
    fata_check_int(now, ==, 32);
    until = 35;
    fata_check_int(repeat(12, false), ==, FATA_ETIMEDOUT);
    fata_check(called_at(want, 3));
    fata_check_int(now, ==, 35);
    until = 7; /* passed already */
    fata_check_int(repeat(0, true), ==, FATA_ETIMEDOUT);
    fata_check_int(calls, ==, 0);
    takes_long(1, 20);
    until = 40; /* passes during a call */
    fata_check_int(repeat(12, true), ==, FATA_ETIMEDOUT);
    fata_check(called_at(want, 2));
    takes_long(0, 0);
    cancelled = 32;
    fata_check_int(repeat(12, false), ==, FATA_ECANCELED);
    fata_check(called_at(want, 2));
    cancelled = 7;
    fata_check_int(repeat(0, true), ==, FATA_ECANCELED);
    fata_check_int(calls, ==, 0);
    takes_long(1, 20);
    cancelled = 30; /* the call's own error */
    fata_check_int(repeat(12, false), ==, FATA_ECANCELED);
    fata_check(called_at(want, 2));
}

FATA_TEST(calls_do_not_go_past_the_end_of_time)
{
    static const fata_time_t want[] = {12, 12 + (FATA_NEVER >> 1)};

    takes_long(0, 0);
    interval = FATA_NEVER >> 1;
    cancelled = FATA_NEVER - 1;
    fata_check_int(repeat(12, true), ==, FATA_ECANCELED);
    fata_check(called_at(want, 2));
    takes[0] = interval + 10; /* misses the second, and there is no third */
    fata_check_int(repeat(12, false), ==, FATA_ECANCELED);
    fata_check(called_at(want, 1));
}

static void no_interval(void)
{
    int result;

    world();
    takes_long(0, 0);
    how = (struct fata_every){.start = 0, .interval = 0, .catch_up = true};
    (void)run(repeats, &result);
}

FATA_TEST(an_interval_of_nothing_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(no_interval));
}
