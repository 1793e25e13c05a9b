/* SPDX-License-Identifier: ISC */
/* Events, and through them every way in which a wait ends. */
#include "world.h"

static struct fata_event event;
static struct fata_scope *to_cancel;

static int waits(void *arg)
{
    fata_time_t deadline = *(fata_time_t *)arg;
    int err = fata_event_wait(&event, deadline);
    mark(err == 0                ? 's'
         : err == FATA_ETIMEDOUT ? 't'
         : err == FATA_ECANCELED ? 'c'
                                 : '?');
    return 0;
}

static int wait_all(void *arg)
{
    struct fata_scope scope;
    fata_time_t *deadlines = arg;
    fata_scope_open(&scope);
    to_cancel = &scope;
    for (; *deadlines != 0; deadlines++)
        fata_expect(fata_scope_spawn(&scope, waits, deadlines) == 0);
    return fata_scope_close(&scope);
}

static struct fata_root root;

static void begin(fata_fiber_fn *fn, void *arg)
{
    world();
    fata_event_init(&event);
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("root"), fn, arg,
                                root_done) == 0);
    roots_done = 0;
    run_until(5);
}

/* Set from outside the turn, as a request's `done` does. */
FATA_TEST(an_event_wakes_all_who_wait)
{
    static fata_time_t deadlines[] = {10, FATA_NEVER, 7, 0};
    begin(wait_all, deadlines);
    fata_check(run_until(8) == 10);
    fata_check(strcmp(trace, "t") == 0);
    fata_event_set(&event);
    fata_event_set(&event);
    fata_check(strcmp(trace, "t") == 0); /* not before the turn */
    fata_check_int(fata_sched_counters(&sched).timers, ==, 0);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "tss") == 0);
    fata_check(event.happened && roots_done == 1 && nothing_left());
}

/* With a deadline, with none, and with one that has passed. */
FATA_TEST(an_event_that_has_happened_is_not_waited_for)
{
    static fata_time_t deadlines[] = {10, FATA_NEVER, 1, 0};
    begin(waits, &(fata_time_t){FATA_NEVER});
    fata_event_set(&event);
    run_until(FATA_NEVER);
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("again"), wait_all,
                                deadlines, root_done) == 0);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "ssss") == 0);
    fata_check(roots_done == 2 && nothing_left());
}

FATA_TEST(what_happens_first_decides)
{
    static fata_time_t deadlines[] = {10, 10, 0};
    /* set before the turn that finds the deadline passed */
    begin(wait_all, deadlines);
    now = 20;
    fata_event_set(&event);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "ss") == 0);
    /* set, then cancelled: the wake stands */
    begin(wait_all, deadlines);
    fata_event_set(&event);
    fata_scope_cancel(to_cancel);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "ss") == 0);
    /* cancelled, then set */
    begin(wait_all, deadlines);
    fata_scope_cancel(to_cancel);
    fata_event_set(&event);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "cc") == 0);
    fata_check(nothing_left());
}

static int rules(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_expect(fata_event_wait(&event, 0) == FATA_ETIMEDOUT);
    fata_event_set(&event);
    fata_expect(fata_event_wait(&event, 0) == 0); /* 2 before 3 */
    fata_scope_open(&scope);
    fata_scope_cancel(&scope);
    fata_expect(fata_event_wait(&event, 0) == FATA_ECANCELED); /* 1 */
    fata_event_join(&event);
    return fata_scope_close(&scope);
}

FATA_TEST(a_wait_that_need_not_suspend_follows_the_rules)
{
    world();
    fata_event_init(&event);
    fata_check_int(run(rules, NULL), ==, 0);
}

static int join(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    to_cancel = &scope;
    fata_event_join(&event);
    mark('j');
    fata_expect(fata_fiber_cancelled());
    return fata_scope_close(&scope);
}

FATA_TEST(a_join_is_not_ended_by_cancellation)
{
    begin(join, NULL);
    fata_scope_cancel(to_cancel);
    run_until(100);
    fata_check(trace[0] == '\0');
    fata_event_set(&event);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "j") == 0 && roots_done == 1 && nothing_left());
}
