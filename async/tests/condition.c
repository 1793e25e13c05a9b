/* SPDX-License-Identifier: ISC */
/* Conditions. */
#include "actors.h"

static struct fata_condition condition;
static struct fata_mutex mutex;

static void begin(void)
{
    world();
    fata_condition_init(&condition);
    fata_mutex_init(&mutex);
}

/* n: 0 waits, 1 signals, 2 broadcasts. */
static int enter(struct actor *a, fata_time_t deadline)
{
    if (a->n == 0)
        return fata_condition_wait(&condition, NULL, deadline);
    if (a->n == 1)
        fata_condition_signal(&condition);
    else
        fata_condition_broadcast(&condition);
    return 0;
}

FATA_TEST(a_signal_wakes_who_waits_longest)
{
    struct actor actors[] = {
        {.name = 's', .n = 1}, /* lost */
        {.name = 'A', .begins = 2},
        {.name = 'B', .begins = 1, .deadline = 3},
        {.name = 'C', .begins = 3, .cancelled = 4},
        {.name = 'D', .begins = 3, .deadline = 20},
        {.name = 'S', .begins = 5, .n = 1},
        {.name = 'T', .begins = 6, .n = 1},
        {.name = 'U', .begins = 7, .n = 1},
    };
    begin();
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "stcSATDU") == 0);
    fata_check_int(actors[4].at, ==, 6);
}

FATA_TEST(a_broadcast_wakes_all_who_wait)
{
    struct actor actors[] = {
        {.name = 'A'},
        {.name = 'B'},
        {.name = 'C', .begins = 6, .deadline = 9},
        {.name = 'X', .begins = 5, .n = 2},
    };
    begin();
    run_actors(actors, FATA_COUNT(actors), enter, NULL);
    fata_check(strcmp(trace, "XABt") == 0);
}

static int enter_locked(struct actor *a, fata_time_t deadline)
{
    (void)a;
    fata_mutex_join(&mutex);
    int err = fata_condition_wait(&condition, &mutex, deadline);
    fata_expect(mutex.owner == fata_fiber_self());
    fata_mutex_unlock(&mutex);
    return err;
}

static int locked_waits(void *arg)
{
    struct actor actors[] = {
        {.name = 'A'},
        {.name = 'B', .deadline = 5},
        {.name = 'C', .cancelled = 6},
        {.name = 'D', .begins = 1, .cancelled = 1},
        {.name = 'E', .begins = 1, .deadline = 1},
    };
    struct fata_scope scope;

    play.enter = enter_locked;
    play.leave = NULL;
    fata_scope_open(&scope);
    for (size_t i = 0; i < FATA_COUNT(actors); i++)
        fata_expect(fata_scope_spawn(&scope, acts, &actors[i]) == 0);
    fata_expect(fata_sleep_until(3) == 0);
    fata_expect(fata_mutex_lock(&mutex, 4) == 0); /* it is free meanwhile */
    fata_condition_signal(&condition);
    fata_expect(fata_sleep_until(10) == 0);
    fata_mutex_unlock(&mutex);
    int err = fata_scope_close(&scope);
    /* Those of 3, 5 and 6 came out when they had the mutex again. */
    for (size_t i = 0; i < 3; i++)
        fata_expect(actors[i].at == 10);
    (void)arg;
    return err;
}

FATA_TEST(the_mutex_is_held_after_a_wait)
{
    begin();
    fata_check_int(run(locked_waits, NULL), ==, 0);
    fata_check(strcmp(trace, "ctAtc") == 0);
    fata_check(mutex.owner == NULL);
}

static int waits_unlocked(void *arg)
{
    (void)arg;
    return fata_condition_wait(&condition, &mutex, FATA_NEVER);
}

static void not_held(void)
{
    begin();
    run(waits_unlocked, NULL);
}

FATA_TEST(a_wait_with_a_mutex_that_is_not_held_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(not_held));
}
