/* SPDX-License-Identifier: ISC */
/* Timers.  The randomised test against a model is in random.c. */
#include "world.h"

struct letter {
    struct fata_timer timer;
    char letter;
    fata_time_t fired_at;
    struct letter *cancels, *starts;
};

static void letter_fire(struct fata_timer *timer)
{
    struct letter *l = FATA_CONTAINER(timer, struct letter, timer);
    mark(l->letter);
    l->fired_at = fata_sched_now(&sched);
    if (l->cancels != NULL)
        fata_timer_cancel(&sched, &l->cancels->timer);
    if (l->starts != NULL)
        fata_timer_start(&sched, &l->starts->timer, 0);
}

static struct letter letters[5];

static void world_of_timers(void)
{
    world();
    memset(letters, 0, sizeof(letters));
    for (unsigned i = 0; i < FATA_COUNT(letters); i++) {
        letters[i].letter = (char)('a' + i);
        fata_timer_init(&letters[i].timer, letter_fire);
    }
}

static void start(char letter, fata_time_t deadline)
{
    fata_timer_start(&sched, &letters[letter - 'a'].timer, deadline);
}

FATA_TEST(timers_fire_in_order_and_never_early)
{
    world_of_timers();
    start('a', 30);
    start('b', 10);
    start('c', 20);
    start('d', 10);
    fata_check_int(fata_sched_turn(&sched, 9), ==, 10);
    fata_check(trace[0] == '\0');
    fata_check_int(fata_sched_turn(&sched, 10), ==, 20);
    fata_check(strcmp(trace, "bd") == 0);
    fata_check(!fata_timer_started(&letters[1].timer));
    fata_check_int(fata_sched_counters(&sched).timers, ==, 2);
    fata_check(fata_sched_turn(&sched, 31) == FATA_NEVER);
    fata_check(strcmp(trace, "bdca") == 0);
    fata_check(nothing_left());
}

FATA_TEST(a_cancelled_timer_does_not_fire)
{
    world_of_timers();
    start('a', 10);
    start('b', 10);
    fata_check(fata_timer_cancel(&sched, &letters[0].timer));
    fata_check(!fata_timer_cancel(&sched, &letters[0].timer));
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "b") == 0);
}

FATA_TEST(a_timer_moves)
{
    world_of_timers();
    start('a', 10);
    start('b', 20);
    start('a', 20); /* now after b */
    start('c', 30);
    start('c', 5);
    start('d', 40);
    start('d', FATA_NEVER);
    fata_check(!fata_timer_started(&letters[3].timer));
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "cba") == 0);
    fata_check_int(letters[0].fired_at, ==, 20);
}

FATA_TEST(the_due_set_is_taken_before_callbacks_run)
{
    world_of_timers();
    start('a', 10);
    start('b', 11);
    letters[0].starts = &letters[2]; /* due at once: the next turn */
    fata_check_int(fata_sched_turn(&sched, 20), ==, 20);
    fata_check(strcmp(trace, "ab") == 0);
    fata_check(fata_sched_turn(&sched, 20) == FATA_NEVER);
    fata_check(strcmp(trace, "abc") == 0);
}

FATA_TEST(a_due_timer_can_still_be_cancelled_or_moved)
{
    world_of_timers();
    start('a', 10);
    start('b', 10);
    start('c', 10);
    start('d', 10);
    letters[0].cancels = &letters[2];
    letters[1].starts = &letters[3];
    fata_check_int(fata_sched_turn(&sched, 10), ==, 10);
    fata_check(strcmp(trace, "ab") == 0);
    fata_check(fata_sched_turn(&sched, 10) == FATA_NEVER);
    fata_check(strcmp(trace, "abd") == 0);
    fata_check(nothing_left());
}

FATA_TEST(a_turn_calls_all_that_are_due)
{
    static struct letter many[1000];
    world();
    for (unsigned i = 0; i < FATA_COUNT(many); i++) {
        fata_timer_init(&many[i].timer, letter_fire);
        fata_timer_start(&sched, &many[i].timer, 1);
    }
    fata_check(fata_sched_turn(&sched, 2) == FATA_NEVER);
    fata_check(nothing_left());
}

FATA_TEST(time_may_reach_its_end)
{
    world_of_timers();
    start('a', FATA_NEVER - 1);
    fata_check(fata_sched_turn(&sched, FATA_NEVER) == FATA_NEVER);
    fata_check(strcmp(trace, "a") == 0);
}
