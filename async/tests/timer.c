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

/* Deadlines around the borders of every level of the wheel, started in an order
 * that has nothing to do with them, from several places of the wheel. */
enum { EDGES = 8 * FATA__WHEEL_LEVELS };

static struct letter edges[2 * EDGES];
static fata_time_t last_fired;
static size_t edges_fired;

static void edge_fire(struct fata_timer *timer)
{
    struct letter *l = FATA_CONTAINER(timer, struct letter, timer);
    const struct letter *before = l->cancels; /* of the same deadline */
    fata_expect(timer->deadline >= last_fired);
    fata_expect(timer->deadline <= fata_sched_now(&sched));
    fata_expect(before == NULL || before->fired_at != 0);
    last_fired = timer->deadline;
    l->fired_at = fata_sched_now(&sched);
    edges_fired++;
}

static fata_time_t edge(fata_time_t from, unsigned i)
{
    fata_time_t width = FATA_NS(1)
                        << (FATA__WHEEL_TICK + i / 8 * FATA__WHEEL_BITS);
    static const fata_time_t off[] = {0, 1, 2, 1023, 1024, 1025};
    unsigned kind = i % 8;
    fata_time_t at = width * (kind < 6 ? 1 : 63) + off[kind % 6];
    at = fata_time_add(from / width * width, kind == 7 ? at - 3 : at);
    return at == FATA_NEVER ? at - 1 : at;
}

static void edges_from(fata_time_t from)
{
    world();
    memset(edges, 0, sizeof(edges));
    now = from;
    (void)fata_sched_turn(&sched, now);
    for (unsigned n = 0; n < EDGES; n++) {
        unsigned i = n * 29 % EDGES; /* EDGES has no factor 29 */
        struct letter *first = &edges[i], *second = &edges[EDGES + i];
        fata_timer_init(&first->timer, edge_fire);
        fata_timer_init(&second->timer, edge_fire);
        second->cancels = first;
        fata_timer_start(&sched, &first->timer, edge(from, i));
    }
    for (unsigned i = 0; i < EDGES; i++)
        fata_timer_start(&sched, &edges[EDGES + i].timer, edge(from, i));
    last_fired = 0;
    edges_fired = 0;
    fata_sched_check(&sched);
    run_until(FATA_NEVER);
    fata_check(nothing_left());
    fata_check_int(edges_fired, ==, 2 * EDGES);
    for (unsigned i = 0; i < 2 * EDGES; i++) /* at its time, or at once */
        fata_check(
            edges[i].fired_at ==
            (edges[i].timer.deadline < from ? from : edges[i].timer.deadline));
}

FATA_TEST(the_order_is_exact_across_the_levels_of_the_wheel)
{
    static const fata_time_t from[] = {0, 1, FATA_US(65), FATA_S(59),
                                       FATA_S(3600) * 24 * 365 * 50 + 12345};
    for (unsigned i = 0; i < FATA_COUNT(from) && !fata_test_failed(); i++)
        edges_from(from[i]);
}

/* Time that jumps over all of them at once, also when they lie in one slot. */
FATA_TEST(the_order_is_exact_however_far_time_jumps)
{
    static const fata_time_t at[] = {FATA_US(500), FATA_S(70), FATA_S(3600)};
    for (unsigned i = 0; i < FATA_COUNT(at); i++) {
        world_of_timers();
        start('a', at[i] + FATA_US(90));
        start('b', at[i] + FATA_US(10));
        start('c', at[i]);
        start('d', at[i] + FATA_US(10));
        start('e', at[i] + FATA_US(11));
        fata_check(fata_sched_turn(&sched, at[i] + FATA_S(500)) == FATA_NEVER);
        fata_check(strcmp(trace, "cbdea") == 0);
    }
}

/* One timer, however far, is one wake-up. */
FATA_TEST(an_idle_scheduler_wakes_for_its_deadline_only)
{
    static const fata_time_t spans[] = {1, FATA_MS(3), FATA_S(60),
                                        FATA_S(3600) * 24 * 365 * 20};
    world_of_timers();
    now = FATA_S(1) + 7;
    for (unsigned i = 0; i < FATA_COUNT(spans); i++) {
        start('a', now + spans[i]);
        fata_check(fata_sched_turn(&sched, now) == now + spans[i]);
        now += spans[i];
        fata_check(fata_sched_turn(&sched, now - 1 + 1) == FATA_NEVER);
        fata_check_int(strlen(trace), ==, i + 1);
    }
    fata_check_int(fata_sched_counters(&sched).turns, ==,
                   2 * FATA_COUNT(spans));
}

/* Where a slot holds many, a turn may ask to be called too early: once for each
 * level on the way down at most. */
static void crowd_at(fata_time_t at, fata_time_t step)
{
    static struct letter crowd[1000];
    unsigned early = 0;
    fata_time_t next;
    world_of_timers();
    for (unsigned i = 0; i < FATA_COUNT(crowd); i++) {
        crowd[i].letter = 'x';
        fata_timer_init(&crowd[i].timer, letter_fire);
        fata_timer_start(&sched, &crowd[i].timer, at + step * (i * 7 % 1000));
    }
    start('a', 1); /* so that the first of them is not known any more */
    while ((next = fata_sched_turn(&sched, now)) == 1 || trace[1] == '\0') {
        fata_check_int(next, >, now);
        fata_check_int(next, <=, at);
        now = next;
        early++;
    }
    fata_check_int(now, ==, at);
    fata_check_int(early, <=, FATA__WHEEL_LEVELS + 1);
    run_until(FATA_NEVER);
    fata_check(nothing_left());
}

FATA_TEST(many_timers_cost_few_early_wake_ups)
{
    static const fata_time_t at[] = {FATA_US(50), FATA_S(60), FATA_S(3600) * 11,
                                     (FATA_NS(1) << 52) - 1};
    for (unsigned i = 0; i < FATA_COUNT(at) && !fata_test_failed(); i++) {
        crowd_at(at[i], 1);
        if (!fata_test_failed())
            crowd_at(at[i], FATA_MS(1));
    }
}

/* In an image a few thousand: it has 32 MiB. */
enum { MANY = CAN_FORK ? 1000000 : 20000 };

static size_t in_order;

static void many_fire(struct fata_timer *timer)
{
    in_order += timer->deadline >= last_fired && timer->deadline == now;
    last_fired = timer->deadline;
}

FATA_TEST(a_million_timers_fire_in_order_and_on_time)
{
    static struct fata_timer many[MANY];
    uint64_t random = 1;
    world();
    fata_sched_check_always(&sched, false);
    for (size_t i = 0; i < MANY; i++) {
        fata_timer_init(&many[i], many_fire);
        random = random * 6364136223846793005 + 1442695040888963407;
        /* A few thousand moments, so that many turns have a crowd. */
        fata_timer_start(&sched, &many[i], FATA_MS(1) * (random >> 52));
    }
    for (size_t i = 0; i < MANY; i += 3)
        fata_check(fata_timer_cancel(&sched, &many[i]));
    in_order = 0;
    last_fired = 0;
    fata_sched_check(&sched);
    run_until(FATA_NEVER);
    fata_check_int(in_order, ==, MANY - (MANY + 2) / 3);
    fata_check(nothing_left());
}
