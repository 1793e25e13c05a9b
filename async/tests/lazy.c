/* SPDX-License-Identifier: ISC */
/* Lazies. */
#include "actors.h"

static struct fata_lazy lazy;
static unsigned calls, begun;
static const int *results; /* of the calls */

static int computes(void *arg)
{
    fata_expect(arg == &calls);
    begun++;
    int err = fata_sleep_until(fata_sched_now(&sched) + 10);
    if (err < 0)
        return err;
    return results[calls++];
}

static int enter(struct actor *a, fata_time_t deadline)
{
    (void)a;
    return fata_lazy_get(&lazy, deadline);
}

static void play_with(const int *r, struct actor *actors, size_t count)
{
    world();
    calls = begun = 0;
    results = r;
    fata_lazy_init(&lazy, computes, &calls);
    run_actors(actors, count, enter, NULL);
}

FATA_TEST(a_lazy_is_computed_once)
{
    static const int r[] = {7};
    struct actor actors[] = {
        {.name = 'A', .begins = 5},
        {.name = 'B', .begins = 6},
        {.name = 'C', .begins = 6, .deadline = 9},
        {.name = 'D', .begins = 6, .cancelled = 8},
        {.name = 'E', .begins = 30, .deadline = 30},
        {.name = 'F', .begins = 30, .cancelled = 30},
    };
    play_with(r, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "ctABEc") == 0);
    fata_check_int(calls, ==, 1);
    fata_check_int(actors[0].at, ==, 15);
    fata_check_int(actors[1].at, ==, 15);
    fata_check_int(actors[1].result, ==, 7);
    fata_check_int(actors[4].result, ==, 7);
}

FATA_TEST(a_failure_goes_to_all_who_waited_and_is_not_kept)
{
    static const int r[] = {FATA_EPIPE, 3};
    struct actor actors[] = {
        {.name = 'A'},
        {.name = 'B', .begins = 5},
        {.name = 'C', .begins = 11},
    };
    play_with(r, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "||C") == 0);
    fata_check_int(calls, ==, 2);
    fata_check_int(actors[2].at, ==, 21);
}

FATA_TEST(another_takes_over_from_who_is_cut_short)
{
    static const int r[] = {4};
    struct actor actors[] = {
        {.name = 'A', .cancelled = 5},
        {.name = 'B', .deadline = 12},
        {.name = 'C', .begins = 1, .deadline = 30},
        {.name = 'D', .begins = 2},
        {.name = 'E', .deadline = 4},
        {.name = 'F', .begins = 13, .deadline = 13},
    };
    play_with(r, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "tcttCD") == 0);
    fata_check_int(actors[1].at, ==, 12);
    fata_check_int(actors[2].at, ==, 22);
    fata_check_int(actors[3].at, ==, 22);
    fata_check_int(calls, ==, 1);
}

FATA_TEST(a_lazy_that_nobody_takes_over_begins_anew)
{
    static const int r[] = {4};
    struct actor actors[] = {
        {.name = 'A', .deadline = 5},
        {.name = 'B', .begins = 20},
        {.name = 'C', .begins = 40, .deadline = 40},
        {.name = 'D', .begins = 10, .deadline = 10}, /* not even tried */
    };
    play_with(r, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "ttBC") == 0);
    fata_check_int(actors[1].at, ==, 30);
    fata_check_int(begun, ==, 2);
}

static int asks_itself(void *arg)
{
    (void)arg;
    return fata_lazy_get(&lazy, FATA_NEVER);
}

static void recursion(void)
{
    world();
    fata_lazy_init(&lazy, asks_itself, NULL);
    run(asks_itself, NULL);
}

FATA_TEST(a_lazy_that_asks_for_itself_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(recursion));
}
