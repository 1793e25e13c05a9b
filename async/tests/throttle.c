/* SPDX-License-Identifier: ISC */
/* Throttles. */
#include "actors.h"

enum { NORMAL, FRONT, TRY, ALONE, IDLE, PAUSE, RESUME };

static struct fata_throttle throttle;
static uint32_t slots[8];

static int enter(struct actor *a, fata_time_t deadline)
{
    if (a->n == FRONT)
        return fata_throttle_acquire_front(&throttle, deadline);
    if (a->n == TRY)
        return fata_throttle_try_acquire(&throttle);
    if (a->n == ALONE)
        return fata_throttle_acquire_exclusive(&throttle, deadline);
    if (a->n == IDLE)
        return fata_throttle_wait_idle(&throttle, deadline);
    if (a->n == PAUSE || a->n == RESUME) {
        fata_throttle_set_limit(&throttle, a->n == PAUSE ? 0 : 1);
        return 0;
    }
    return fata_throttle_acquire(&throttle, deadline);
}

static void leave(struct actor *a)
{
    if (a->n == ALONE)
        fata_throttle_release_exclusive(&throttle);
    else if (a->n < IDLE)
        fata_throttle_release(&throttle, a->result);
}

static void play_with(uint32_t limit, struct actor *actors, size_t count)
{
    world();
    fata_throttle_init(&throttle, limit, slots);
    run_actors(actors, count, enter, leave);
    fata_expect(throttle.running == 0);
    fata_expect(fata_throttle_waiting(&throttle) == 0);
}

FATA_TEST(at_most_so_many_run)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10}, {.name = 'B', .holds = 7},
        {.name = 'C', .holds = 10}, {.name = 'D', .holds = 10},
        {.name = 'E', .holds = 10}, {.name = 'F', .begins = 60},
    };
    play_with(2, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "ABCDEF") == 0);
    fata_check_int(actors[2].at, ==, 7);
    fata_check_int(actors[3].at, ==, 10);
    fata_check_int(actors[4].at, ==, 17);
    /* Each has a slot of its own; a free one goes from hand to hand. */
    fata_check_int(actors[0].result, ==, 0);
    fata_check_int(actors[1].result, ==, 1);
    fata_check_int(actors[2].result, ==, 1);
    fata_check_int(actors[3].result, ==, 0);
    fata_check_int(actors[4].result, ==, 1);
    fata_check_int(actors[5].result, ==, 1);
}

FATA_TEST(who_gives_up_does_not_start)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'B', .deadline = 5},
        {.name = 'C', .cancelled = 6},
        {.name = 'D'},
        {.name = 'E', .begins = 20, .cancelled = 20},
        {.name = 'F', .begins = 20, .deadline = 20},
    };
    play_with(1, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "AtcDcF") == 0);
}

FATA_TEST(the_front_overtakes_in_its_own_order)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'B', .begins = 1},
        {.name = 'C', .begins = 2, .n = FRONT},
        {.name = 'D', .begins = 3, .n = FRONT},
        {.name = 'E', .begins = 4},
    };
    play_with(1, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "ACDBE") == 0);
}

FATA_TEST(an_exclusive_one_runs_alone)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'B', .begins = 1, .holds = 10, .n = ALONE},
        {.name = 'C', .begins = 2, .holds = 10}, /* does not overtake */
        {.name = 'D', .begins = 3, .holds = 10},
        {.name = 'E', .begins = 4, .holds = 10, .n = ALONE},
        {.name = 'F', .begins = 5, .n = TRY}, /* nor does this */
    };
    play_with(3, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "A?BCDE") == 0);
    fata_check_int(actors[5].result, ==, FATA_EAGAIN);
    fata_check_int(actors[1].at, ==, 10);
    fata_check_int(actors[2].at, ==, 20);
    fata_check_int(actors[3].at, ==, 20);
    fata_check_int(actors[4].at, ==, 30);
}

FATA_TEST(an_exclusive_one_that_gives_up_lets_pass)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'B', .n = ALONE, .deadline = 5},
        {.name = 'C'},
        {.name = 'D', .begins = 6, .n = ALONE, .cancelled = 8},
        {.name = 'E', .begins = 7},
    };
    play_with(2, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "AtCcE") == 0);
    fata_check_int(actors[2].at, ==, 5);
    fata_check_int(actors[4].at, ==, 8);
}

FATA_TEST(idle_is_when_nobody_runs_or_waits)
{
    struct actor actors[] = {
        {.name = 'I', .n = IDLE},
        {.name = 'A', .holds = 10},
        {.name = 'B', .holds = 10},
        {.name = 'J', .begins = 1, .n = IDLE},
        {.name = 'K', .begins = 1, .deadline = 9, .n = IDLE},
        {.name = 'L', .begins = 1, .cancelled = 8, .n = IDLE},
    };
    play_with(1, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "IActBJ") == 0);
    fata_check_int(actors[3].at, ==, 20);
}

FATA_TEST(a_throttle_that_is_paused_is_not_idle)
{
    struct actor actors[] = {
        {.name = 'P', .n = PAUSE},
        {.name = 'A'},
        {.name = 'T', .begins = 1, .n = IDLE, .deadline = 2},
        {.name = 'I', .begins = 3, .n = IDLE},
        {.name = 'R', .begins = 4, .n = RESUME},
    };
    play_with(1, actors, FATA_COUNT(actors));
    fata_check(strcmp(trace, "PtRAI") == 0);
}

static int limits(void *arg)
{
    int taken[4];

    (void)arg;
    fata_expect(fata_throttle_try_acquire(&throttle) == 0);
    fata_expect(fata_throttle_try_acquire(&throttle) == 1);
    fata_throttle_set_limit(&throttle, 1);
    fata_throttle_release(&throttle, 0);
    fata_expect(fata_throttle_try_acquire(&throttle) == FATA_EAGAIN);
    fata_throttle_set_limit(&throttle, 4);
    for (unsigned i = 0; i < 3; i++) {
        taken[i] = fata_throttle_try_acquire(&throttle);
        fata_expect(taken[i] >= 0 && taken[i] < 4 && taken[i] != 1);
    }
    fata_expect(taken[0] != taken[1] && taken[1] != taken[2] &&
                taken[0] != taken[2]);
    fata_expect(fata_throttle_try_acquire(&throttle) == FATA_EAGAIN);
    fata_throttle_set_limit(&throttle, 0);
    for (unsigned i = 0; i < 3; i++)
        fata_throttle_release(&throttle, taken[i]);
    fata_throttle_release(&throttle, 1);
    fata_expect(fata_throttle_acquire(&throttle, 0) == FATA_ETIMEDOUT);
    fata_expect(fata_throttle_acquire_exclusive(&throttle, 0) ==
                FATA_ETIMEDOUT);
    return 0;
}

FATA_TEST(the_limit_moves)
{
    world();
    fata_throttle_init(&throttle, 4, slots);
    fata_check_int(run(limits, NULL), ==, 0);
}

static int closes(struct actor *a, fata_time_t deadline)
{
    if (a->name != 'X')
        return enter(a, deadline);
    fata_expect(fata_throttle_waiting(&throttle) == 3);
    fata_expect(throttle.running == 1);
    fata_throttle_close(&throttle);
    fata_expect(fata_throttle_try_acquire(&throttle) == FATA_EPIPE);
    return fata_throttle_wait_idle(&throttle, deadline);
}

FATA_TEST(who_waits_when_it_is_closed_gets_an_error)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10}, {.name = 'B'},
        {.name = 'C', .n = FRONT},  {.name = 'D', .n = ALONE},
        {.name = 'E', .begins = 6}, {.name = 'X', .begins = 5, .n = IDLE},
    };
    world();
    fata_throttle_init(&throttle, 1, NULL);
    run_actors(actors, FATA_COUNT(actors), closes, leave);
    fata_check(strcmp(trace, "A||||X") == 0);
    fata_check_int(actors[5].at, ==, 10);
}

static void release_untaken(void)
{
    world();
    fata_throttle_init(&throttle, 2, NULL);
    fata_throttle_release(&throttle, 0);
}

static void release_twice(void)
{
    world();
    fata_throttle_init(&throttle, 2, slots);
    (void)!fata_throttle_try_acquire(&throttle);
    (void)!fata_throttle_try_acquire(&throttle);
    fata_throttle_release(&throttle, 0);
    fata_throttle_release(&throttle, 0);
}

static void release_of_no_slot(void)
{
    world();
    fata_throttle_init(&throttle, 8, slots);
    for (unsigned i = 0; i < 8; i++)
        (void)!fata_throttle_try_acquire(&throttle);
    fata_throttle_init(&throttle, 2, slots);
    (void)!fata_throttle_try_acquire(&throttle);
    fata_throttle_release(&throttle, 5);
}

static void release_as_exclusive(void)
{
    world();
    fata_throttle_init(&throttle, 2, slots);
    (void)!fata_throttle_try_acquire(&throttle);
    fata_throttle_release_exclusive(&throttle);
}

static void more_than_there_is_room_for(void)
{
    world();
    fata_throttle_init(&throttle, 2, slots);
    fata_throttle_set_limit(&throttle, 3);
}

FATA_TEST(misuse_of_a_throttle_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(release_untaken));
    fata_check(panics(release_twice));
    fata_check(panics(release_of_no_slot));
    fata_check(panics(release_as_exclusive));
    fata_check(panics(more_than_there_is_room_for));
}
