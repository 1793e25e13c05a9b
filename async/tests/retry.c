/* SPDX-License-Identifier: ISC */
/* Retries. */
#include "world.h"

static struct fata_retry how;
static fata_time_t until, cancelled, takes, called[8];
static unsigned calls;
static int errors[8];

static int tries(void *arg)
{
    fata_expect(arg == &calls);
    called[calls] = fata_sched_now(&sched);
    if (takes > 0) {
        int err = fata_sleep_until(called[calls] + takes);
        if (err < 0)
            return err;
    }
    return errors[calls++];
}

static int retries(void *arg)
{
    struct fata_scope scope;

    fata_scope_open_deadline(&scope, cancelled);
    *(int *)arg = fata_retry(&how, tries, &calls, until);
    (void)!fata_scope_close(&scope);
    return 0;
}

/* Returns what it returned. */
static int retry(void)
{
    int result = 1;

    world();
    calls = 0;
    fata_expect(run(retries, &result) == 0);
    return result;
}

static bool is_final(int error)
{
    return error == FATA_EINVAL;
}

/* Pauses of 10, 20, 40, 50, 50, ...; n failures, then 3. */
static void fails(unsigned n, int error)
{
    how = (struct fata_retry){.attempts = 6,
                              .first = 10,
                              .most = 50,
                              .growth_percent = 200,
                              .final = is_final};
    until = cancelled = FATA_NEVER;
    takes = 0;
    for (unsigned i = 0; i < FATA_COUNT(errors); i++)
        errors[i] = i < n ? error : 3;
}

FATA_TEST(it_is_tried_again_after_growing_pauses)
{
    static const fata_time_t want[] = {0, 10, 30, 70, 120, 170};
    fails(5, FATA_EIO);
    fata_check_int(retry(), ==, 3);
    fata_check_int(calls, ==, 6);
    fata_check(memcmp(called, want, sizeof(want)) == 0);
}

FATA_TEST(it_is_not_tried_for_ever)
{
    fails(6, FATA_EIO);
    fata_check_int(retry(), ==, FATA_EIO);
    fata_check_int(calls, ==, 6);
    fails(1, FATA_EINVAL); /* final */
    fata_check_int(retry(), ==, FATA_EINVAL);
    fata_check_int(calls, ==, 1);
    fails(7, FATA_EIO);
    how.attempts = 0;
    fata_check_int(retry(), ==, 3);
    fata_check_int(calls, ==, 8);
}

FATA_TEST(the_deadline_bounds_all_attempts)
{
    fails(6, FATA_EIO);
    until = 30; /* when the third would begin: not worth waiting for */
    fata_check_int(retry(), ==, FATA_EIO);
    fata_check_int(calls, ==, 2);
    fata_check_int(now, ==, 10);
    until = 31;
    takes = 15; /* 0 to 15, 25 to 40 */
    fata_check_int(retry(), ==, FATA_ETIMEDOUT);
    fata_check_int(calls, ==, 1);
    fata_check_int(now, ==, 31);
    until = 0; /* passed already */
    fata_check_int(retry(), ==, FATA_ETIMEDOUT);
    fata_check_int(calls, ==, 0);
}

FATA_TEST(cancellation_ends_the_retries)
{
    fails(6, FATA_EIO);
    cancelled = 5; /* in a pause */
    fata_check_int(retry(), ==, FATA_ECANCELED);
    fata_check_int(calls, ==, 1);
    takes = 8; /* in an attempt */
    fata_check_int(retry(), ==, FATA_ECANCELED);
    fata_check_int(calls, ==, 0);
    takes = 0;
    cancelled = 0;
    fata_check_int(retry(), ==, FATA_ECANCELED);
    fata_check_int(calls, ==, 0);
}

static uint64_t constant(void *arg)
{
    return *(uint64_t *)arg;
}

FATA_TEST(the_jitter_shortens_a_pause)
{
    uint64_t random = 0;

    fails(0, 0);
    how.first = how.most = 1050;
    how.jitter_percent = 20;
    how.random = constant;
    how.random_arg = &random;
    fata_check_int(fata_retry_pause(&how, 1), ==, 1050);
    random = 210;
    fata_check_int(fata_retry_pause(&how, 1), ==, 840);
    random = 211;
    fata_check_int(fata_retry_pause(&how, 1), ==, 1050);
    how.jitter_percent = 100;
    random = 1050;
    fata_check_int(fata_retry_pause(&how, 1), ==, 0);
}

FATA_TEST(pauses_do_not_overflow)
{
    uint64_t random = UINT64_MAX;

    fails(0, 0);
    how.first = 3;
    how.most = FATA_NEVER - 1;
    how.growth_percent = 150;
    fata_check_int(fata_retry_pause(&how, 2), ==, 4);
    fata_check_int(fata_retry_pause(&how, 3), ==, 6);
    for (uint64_t n = 3; n < 300; n++)
        fata_check(fata_retry_pause(&how, n) >= fata_retry_pause(&how, n - 1));
    fata_check(fata_retry_pause(&how, UINT64_MAX) == how.most);
    how.jitter_percent = 100;
    how.random = constant;
    how.random_arg = &random;
    fata_check_int(fata_retry_pause(&how, 300), ==, (int64_t)how.most);
    fails(1, FATA_EIO); /* after the end of time is after the deadline */
    takes = 5;
    how.first = how.most = FATA_NEVER - 1;
    fata_check_int(retry(), ==, FATA_EIO);
    fata_check_int(now, ==, 5);
    how.first = 3;
    how.growth_percent = 100; /* and comes to its end */
    how.jitter_percent = 0;
    fata_check_int(fata_retry_pause(&how, UINT64_MAX), ==, 3);
}
