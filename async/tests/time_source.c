/* SPDX-License-Identifier: ISC */
/* Simulated time, and the loop on a source of one's own. */
#include "world.h"

static int sleeps(void *arg)
{
    while (fata_sleep_until(fata_sched_now(&sched) + 10) == 0)
        ++*(unsigned *)arg;
    return FATA_ECANCELED;
}

static struct fata_root root;

static void start(unsigned *slept)
{
    world();
    roots_done = 0;
    *slept = 0;
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("root"), sleeps,
                                slept, root_done) == 0);
}

FATA_TEST(simulated_time_advances_to_a_time)
{
    unsigned slept;
    start(&slept);
    simulated.end = 25;
    fata_check_int(fata_loop(&sched, &simulated.source, NULL), ==, 30);
    fata_check(slept == 2 && now == 25);
    simulated.end = 30;
    fata_check_int(fata_loop(&sched, &simulated.source, NULL), ==, 40);
    fata_check(slept == 3 && now == 30);
    simulated.end = 7; /* does not go back */
    fata_check_int(fata_loop(&sched, &simulated.source, NULL), ==, 40);
    fata_check(slept == 3 && now == 30);
    fata_scope_cancel(&root.scope);
    simulated.end = FATA_NEVER;
    fata_check(fata_loop(&sched, &simulated.source, NULL) == FATA_NEVER);
    fata_check(now == 30 && roots_done == 1 && nothing_left());
}

/* A source that counts, and is told when to stop. */
struct counting {
    struct fata_time_source source;
    fata_time_t time;
    unsigned waits;
    bool ended;
};

static fata_time_t counting_now(struct fata_time_source *source)
{
    return FATA_CONTAINER(source, struct counting, source)->time;
}

static bool counting_wait(struct fata_time_source *source, fata_time_t deadline)
{
    struct counting *c = FATA_CONTAINER(source, struct counting, source);
    c->time = deadline < c->time + 4 ? deadline : c->time + 4; /* too early */
    if (++c->waits == 9)
        fata_scope_cancel(&root.scope);
    c->ended = c->waits >= 9;
    return true;
}

FATA_TEST(a_loop_ends_after_the_turn_that_ends_it)
{
    struct counting c = {.source = {counting_now, counting_wait}};
    unsigned slept;
    start(&slept);
    fata_check(fata_loop(&sched, &c.source, &c.ended) == FATA_NEVER);
    fata_check(c.waits == 9 && slept == 2 && roots_done == 1);
    fata_check(nothing_left());
}
