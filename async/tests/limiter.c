/* SPDX-License-Identifier: ISC */
/* Rate limiters. */
#include "actors.h"

static struct fata_limiter limiter;

enum { LOOK = 99 };

static int enter(struct actor *a, fata_time_t deadline)
{
    if (a->n == LOOK) { /* somebody waits, so nothing is to be had */
        fata_expect(fata_limiter_available(&limiter) == 0);
        return fata_limiter_try_take(&limiter, 0) == FATA_EAGAIN ? 0 : 1;
    }
    return fata_limiter_take(&limiter, a->n, deadline);
}

static void play_with(uint64_t tokens, fata_time_t period, uint64_t burst,
                      struct actor *actors, size_t count)
{
    world();
    fata_limiter_init(&limiter, &sched, tokens, period, burst);
    run_actors(actors, count, enter, NULL);
}

FATA_TEST(tokens_come_at_their_rate)
{
    struct actor actors[] = {
        {.name = 'A', .n = 4},
        {.name = 'B', .n = 2}, /* 1 of the burst is left */
        {.name = 'C', .n = 1},
        {.name = 'D', .n = 5},
        {.name = 'E', .n = 5, .begins = 1000}, /* full again */
        {.name = 'F', .n = 1, .begins = 1000},
        {.name = 'G', .n = 1, .begins = 2000, .cancelled = 2000},
    };
    play_with(1, 10, 5, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "ABCDEFc") == 0);
    fata_check_int(actors[0].at, ==, 0);
    fata_check_int(actors[1].at, ==, 10);
    fata_check_int(actors[2].at, ==, 20);
    fata_check_int(actors[3].at, ==, 70);
    fata_check_int(actors[4].at, ==, 1000);
    fata_check_int(actors[5].at, ==, 1010);
}

/* 3 tokens in 10 ns: a third is never lost. */
FATA_TEST(a_rate_has_no_rounding_error)
{
    struct actor actors[7];
    static const fata_time_t want[] = {0, 4, 7, 10, 14, 17, 20};

    for (unsigned i = 0; i < FATA_COUNT(actors); i++)
        actors[i] = (struct actor){.name = (char)('A' + i), .n = 1};
    play_with(3, 10, 1, actors, FATA_COUNT(actors));
    for (unsigned i = 0; i < FATA_COUNT(actors); i++)
        fata_check_int(actors[i].at, ==, (int64_t)want[i]);
}

/* 3.5 tokens come in a ns, but only 1 has room. */
FATA_TEST(the_bucket_never_holds_more_than_the_burst)
{
    struct actor actors[] = {
        {.name = 'A', .n = 1},
        {.name = 'B', .n = 1},
        {.name = 'C', .n = 1, .begins = 1},
        {.name = 'D', .n = 1, .begins = 1},
    };
    play_with(35, 10, 1, actors, FATA_COUNT(actors));
    fata_check_int(actors[1].at, ==, 1);
    fata_check_int(actors[2].at, ==, 1);
    fata_check_int(actors[3].at, ==, 2);
}

FATA_TEST(who_gives_up_takes_no_tokens_and_lets_pass)
{
    struct actor actors[] = {
        {.name = 'A', .n = 10},
        {.name = 'B', .n = 9, .deadline = 40},
        {.name = 'C', .n = 5},
        {.name = 'D', .n = 9, .cancelled = 55},
        {.name = 'E', .n = 1, .deadline = 61},
        {.name = 'F', .n = 11},
        {.name = 'G', .begins = 1, .n = 0, .deadline = 1},
        {.name = 'H', .begins = 1, .n = 1, .cancelled = 1},
        {.name = 'I', .begins = 45, .n = LOOK},
    };
    play_with(1, 10, 10, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "A?tctICcE") == 0);
    fata_check_int(actors[8].result, ==, 0);
    fata_check_int(actors[2].at, ==, 50);
    fata_check_int(actors[4].at, ==, 60);
    fata_check_int(actors[5].result, ==, FATA_E2BIG);
}

FATA_TEST(trying_takes_what_is_there)
{
    world();
    now = 7;
    fata_check_int(fata_sched_turn(&sched, now), ==, (int64_t)FATA_NEVER);
    fata_limiter_init(&limiter, &sched, 2, 5, 4);
    fata_check_int(fata_limiter_available(&limiter), ==, 4);
    fata_check_int(fata_limiter_try_take(&limiter, 5), ==, FATA_E2BIG);
    fata_check_int(fata_limiter_try_take(&limiter, 3), ==, 0);
    fata_check_int(fata_limiter_try_take(&limiter, 2), ==, FATA_EAGAIN);
    fata_check_int(fata_limiter_try_take(&limiter, 1), ==, 0);
    now = 12;
    fata_sched_turn(&sched, now);
    fata_check_int(fata_limiter_available(&limiter), ==, 2);
    now = 14;
    fata_sched_turn(&sched, now);
    fata_check_int(fata_limiter_available(&limiter), ==, 2); /* 2.8 */
    now = 15;
    fata_sched_turn(&sched, now);
    fata_check_int(fata_limiter_available(&limiter), ==, 3); /* 3.2 */
    now = 1000;
    fata_sched_turn(&sched, now);
    fata_check_int(fata_limiter_available(&limiter), ==, 4);
}

/* The largest numbers there are: nothing wraps. */
FATA_TEST(a_limiter_does_not_overflow)
{
    const uint64_t big = UINT64_C(1) << 62;

    world();
    fata_limiter_init(&limiter, &sched, 1, UINT64_MAX - 1, 1);
    fata_check_int(fata_limiter_try_take(&limiter, 1), ==, 0);
    now = UINT64_MAX - 2;
    fata_sched_turn(&sched, now);
    fata_check_int(fata_limiter_try_take(&limiter, 1), ==, FATA_EAGAIN);

    world();
    fata_limiter_init(&limiter, &sched, big, 1, big);
    fata_check_int(fata_limiter_try_take(&limiter, big), ==, 0);
    fata_check_int(fata_limiter_try_take(&limiter, 1), ==, FATA_EAGAIN);
    now = 4; /* 2^64 tokens have come */
    fata_sched_turn(&sched, now);
    fata_check(fata_limiter_available(&limiter) == big);

    /* A turn of the wheel that would come after the end of time. */
    struct actor actors[] = {
        {.name = 'A', .n = 1, .begins = 10},
        {.name = 'B', .n = 1, .begins = 12, .deadline = 13},
    };
    play_with(1, UINT64_MAX - 1, 1, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "At") == 0);
}

static void no_rate(void)
{
    world();
    fata_limiter_init(&limiter, &sched, 0, 1, 1);
}

static void burst_too_big(void)
{
    world();
    fata_limiter_init(&limiter, &sched, 1, FATA_S(1),
                      UINT64_MAX / FATA_S(1) + 1);
}

FATA_TEST(misuse_of_a_limiter_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(no_rate));
    fata_check(panics(burst_too_big));
}
