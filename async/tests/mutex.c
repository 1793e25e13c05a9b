/* SPDX-License-Identifier: ISC */
/* Mutexes. */
#include "actors.h"

static struct fata_mutex mutex;
static unsigned inside;

static int enter(struct actor *a, fata_time_t deadline)
{
    int err = fata_mutex_lock(&mutex, deadline);
    (void)a;
    if (err == 0)
        fata_expect(inside++ == 0 && mutex.owner == fata_fiber_self());
    return err;
}

static void leave(struct actor *a)
{
    (void)a;
    inside--;
    fata_mutex_unlock(&mutex);
}

static void begin(void)
{
    world();
    fata_mutex_init(&mutex);
    inside = 0;
}

FATA_TEST(a_mutex_lets_in_one_after_another)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'C', .begins = 2, .holds = 10},
        {.name = 'B', .begins = 1, .holds = 10},
        {.name = 'D', .begins = 25},
        {.name = 'E', .begins = 40},
    };
    begin();
    run_actors(actors, FATA_COUNT(actors), enter, leave);
    fata_check(strcmp(trace, "ABCDE") == 0);
    fata_check_int(actors[2].at, ==, 10);
    fata_check_int(actors[1].at, ==, 20);
    fata_check_int(actors[3].at, ==, 30);
    fata_check_int(actors[4].at, ==, 40);
    fata_check(mutex.owner == NULL);
}

FATA_TEST(who_gives_up_does_not_get_a_mutex)
{
    struct actor actors[] = {
        {.name = 'A', .holds = 10},
        {.name = 'B', .deadline = 5},
        {.name = 'C', .cancelled = 6},
        {.name = 'D', .deadline = 10}, /* at that time: too late */
        {.name = 'E', .deadline = 11},
        {.name = 'F', .begins = 3, .deadline = 3},
        {.name = 'G', .begins = 30, .deadline = 30}, /* free: at once */
        {.name = 'H', .begins = 31, .cancelled = 31},
    };
    begin();
    run_actors(actors, FATA_COUNT(actors), enter, leave);
    fata_check(strcmp(trace, "AttctEGc") == 0);
    fata_check_int(actors[1].at, ==, 5);
    fata_check_int(actors[2].at, ==, 6);
    fata_check_int(actors[4].at, ==, 10);
    fata_check(mutex.owner == NULL);
}

static int locks(void *arg)
{
    (void)arg;
    int err = fata_mutex_lock(&mutex, FATA_NEVER);
    mark(err == 0 ? 'l' : 'e');
    fata_expect(fata_fiber_cancelled());
    if (err == 0)
        fata_mutex_unlock(&mutex);
    return 0;
}

static int hands_over(void *arg)
{
    struct fata_scope scope;

    (void)arg;
    fata_expect(fata_mutex_lock(&mutex, 0) == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, locks, NULL) == 0);
    fata_expect(fata_scope_spawn(&scope, locks, NULL) == 0);
    fata_expect(fata_yield() == 0);
    fata_mutex_unlock(&mutex);
    fata_expect(fata_mutex_try_lock(&mutex) == FATA_EAGAIN);
    fata_scope_cancel(&scope);
    return fata_scope_close(&scope);
}

FATA_TEST(a_mutex_handed_over_stays_so)
{
    begin();
    fata_check_int(run(hands_over, NULL), ==, 0);
    fata_check(strcmp(trace, "le") == 0);
    fata_check(mutex.owner == NULL);
}

static int cleans_up(void *arg)
{
    (void)arg;
    fata_expect(fata_sleep_until(50) == FATA_ECANCELED);
    fata_expect(fata_mutex_lock(&mutex, FATA_NEVER) == FATA_ECANCELED);
    fata_mutex_join(&mutex);
    mark('j');
    fata_mutex_unlock(&mutex);
    fata_mutex_join(&mutex); /* free: at once */
    fata_mutex_unlock(&mutex);
    return 0;
}

static int cancels(void *arg)
{
    struct fata_scope scope;

    (void)arg;
    fata_expect(fata_mutex_try_lock(&mutex) == 0);
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, cleans_up, NULL) == 0);
    fata_expect(fata_sleep_until(5) == 0);
    fata_scope_cancel(&scope);
    (void)!fata_yield();
    (void)!fata_yield();
    mark('u');
    fata_mutex_unlock(&mutex);
    return fata_scope_close(&scope);
}

FATA_TEST(clean_up_gets_a_mutex_although_cancelled)
{
    begin();
    fata_check_int(run(cancels, NULL), ==, 0);
    fata_check(strcmp(trace, "uj") == 0);
}

static int locks_twice(void *arg)
{
    (void)arg;
    (void)!fata_mutex_lock(&mutex, FATA_NEVER);
    return fata_mutex_lock(&mutex, 0);
}

static int unlocks(void *arg)
{
    (void)arg;
    fata_mutex_unlock(&mutex);
    return 0;
}

static int has_another_unlock(void *arg)
{
    struct fata_scope scope;

    (void)arg;
    fata_scope_open(&scope);
    (void)!fata_mutex_lock(&mutex, FATA_NEVER);
    (void)!fata_scope_spawn(&scope, unlocks, NULL);
    return fata_scope_close(&scope);
}

static void relock(void)
{
    begin();
    run(locks_twice, NULL);
}

static void unlock_free(void)
{
    begin();
    run(unlocks, NULL);
}

static void unlock_of_another(void)
{
    begin();
    run(has_another_unlock, NULL);
}

FATA_TEST(misuse_of_a_mutex_panics)
{
    if (!CAN_FORK)
        fata_skip("needs a process of its own");
    fata_check(panics(relock));
    fata_check(panics(unlock_free));
    fata_check(panics(unlock_of_another));
}
