/* SPDX-License-Identifier: ISC */
/* The scheduler's door, watch, look and check. */
#include "world.h"

#include <fata/error.h>
#include <stdio.h>

#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
#include <signal.h>
#endif

struct letter {
    struct fata_job job;
    char letter;
    struct letter *then; /* posted from outside when this one runs */
};

static void letter_run(struct fata_job *job)
{
    struct letter *l = FATA_CONTAINER(job, struct letter, job);
    mark(l->letter);
    if (l->then != NULL)
        fata_sched_post(&sched, &l->then->job);
}

static void woken(void *arg)
{
    ++*(unsigned *)arg;
}

FATA_TEST(what_is_posted_from_outside_keeps_its_order)
{
    struct letter d = {{NULL, letter_run}, 'd', NULL};
    struct letter a = {{NULL, letter_run}, 'a', &d};
    struct letter b = {{NULL, letter_run}, 'b', NULL};
    struct letter c = {{NULL, letter_run}, 'c', NULL};
    unsigned wakes = 0;
    world();
    sched.wake = woken;
    sched.wake_arg = &wakes;
    fata_job_post(&sched, &c.job);
    fata_sched_post(&sched, &a.job);
    fata_check_int(wakes, ==, 1);
    fata_check(fata_job_posted(&a.job));
    fata_sched_post(&sched, &b.job);
    fata_check_int(wakes, ==, 1); /* on its way already */
    fata_check(trace[0] == '\0');
    fata_check_int(fata_sched_turn(&sched, 3), ==, 3); /* d is at the door */
    fata_check(strcmp(trace, "cab") == 0);
    fata_check_int(wakes, ==, 2);
    fata_check(fata_sched_turn(&sched, 3) == FATA_NEVER);
    fata_check(strcmp(trace, "cabd") == 0);
    fata_check_int(wakes, ==, 2);
    fata_check(nothing_left());
}

#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
static struct letter by_signal[] = {{{NULL, letter_run}, 's', NULL},
                                    {{NULL, letter_run}, 't', NULL}};
static unsigned signals;

static void on_signal(int number)
{
    (void)number;
    fata_sched_post(&sched, &by_signal[signals++].job);
}

static void raise_run(struct fata_job *job)
{
    (void)job;
    raise(SIGUSR1);
    mark('r');
}
#endif

FATA_TEST(a_signal_handler_may_post)
{
#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
    struct fata_job raises = {NULL, raise_run};
    unsigned wakes = 0;
    world();
    sched.wake = woken;
    sched.wake_arg = &wakes;
    fata_check(signal(SIGUSR1, on_signal) != SIG_ERR);
    raise(SIGUSR1); /* outside a turn */
    fata_job_post(&sched, &raises);
    fata_check_int(fata_sched_turn(&sched, 0), ==, 0);
    fata_check(strcmp(trace, "rs") == 0);
    run_until(FATA_NEVER);
    signal(SIGUSR1, SIG_DFL);
    fata_check(strcmp(trace, "rst") == 0 && wakes == 2 && nothing_left());
#else
    fata_skip("images have no signals");
#endif
}

/* The watch, with a clock that jobs advance. */

static fata_time_t clock_now;

static fata_time_t read_clock(void)
{
    return clock_now;
}

static void takes_5(struct fata_job *job)
{
    (void)job;
    clock_now += 5;
}

static void takes_20(struct fata_timer *timer)
{
    (void)timer;
    clock_now += 20;
}

static int takes_30(void *arg)
{
    (void)arg;
    clock_now += 1;
    fata_expect(fata_yield() == 0);
    clock_now += 30;
    fata_expect(fata_yield() == 0);
    clock_now += 2;
    return 0;
}

static int watched(void *arg)
{
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    fata_expect(
        fata_scope_spawn_with(&scope, FATA_SPAWN("hog"), takes_30, NULL) == 0);
    fata_expect(fata_scope_spawn_with(&scope, FATA_SPAWN("other"), takes_30,
                                      NULL) == 0);
    return fata_scope_close(&scope);
}

static void watch(bool guarded)
{
    struct fata_watch w = {.clock = read_clock, .limit = 10};
    struct fata_job job = {NULL, takes_5};
    struct fata_timer timer;

    world_of(STACK_COUNT, guarded);
    clock_now = 1000;
    fata_sched_watch(&sched, &w);
    fata_job_post(&sched, &job);
    (void)fata_sched_turn(&sched, 0);
    fata_check(w.count == 0 && w.longest == 5 && strcmp(w.who, "job") == 0);

    fata_timer_init(&timer, takes_20);
    fata_timer_start(&sched, &timer, 0);
    (void)fata_sched_turn(&sched, 0);
    fata_check(w.count == 1 && w.longest == 20 && strcmp(w.who, "timer") == 0);

    /* Each fiber for itself, although one wakes the next. */
    fata_check_int(run(watched, NULL), ==, 0);
    fata_check(w.count == 3 && w.longest == 30 && strcmp(w.who, "hog") == 0);

    fata_sched_watch(&sched, NULL);
    fata_check_int(run(watched, NULL), ==, 0);
    fata_check(w.count == 3);
}

FATA_TEST(a_watch_says_who_took_long)
{
    watch(true);
    if (!fata_test_failed())
        watch(false);
}

static void unwatch(struct fata_job *job)
{
    (void)job;
    fata_sched_watch(&sched, NULL);
    clock_now += 100;
}

FATA_TEST(a_watch_may_be_switched_off_by_who_is_watched)
{
    struct fata_watch w = {.clock = read_clock, .limit = 10};
    struct fata_job off = {NULL, unwatch}, job = {NULL, takes_5};
    world();
    fata_sched_watch(&sched, &w);
    fata_job_post(&sched, &off);
    fata_job_post(&sched, &job);
    fata_check(fata_sched_turn(&sched, 0) == FATA_NEVER);
    fata_check(w.count == 0 && w.longest == 0);
}

/* Looking at the tree. */

static char seen[1024];

static void see(const struct fata_fiber_view *v, void *arg)
{
    size_t used = strlen(seen);
    (void)arg;
    snprintf(seen + used, sizeof(seen) - used, "%u %s: %s", v->depth, v->name,
             v->waits);
    if (v->since != 0) {
        used = strlen(seen);
        snprintf(seen + used, sizeof(seen) - used, " since %u",
                 (unsigned)v->since);
    }
    if (v->deadline != FATA_NEVER) {
        used = strlen(seen);
        snprintf(seen + used, sizeof(seen) - used, " until %u",
                 (unsigned)v->deadline);
    }
    used = strlen(seen);
    snprintf(seen + used, sizeof(seen) - used, "%s%s%s%s\n",
             v->daemon ? ", daemon" : "", v->cancelled ? ", cancelled" : "",
             v->doing != NULL ? ", " : "", v->doing != NULL ? v->doing : "");
}

static struct fata_event never;

static int looks(void *arg)
{
    if (arg == NULL)
        return 0;
    seen[0] = '\0';
    fata_sched_look(&sched, see, NULL);
    fata_event_set(&never);
    fata_event_set(arg);
    return 0;
}

static int reads(void *arg)
{
    struct fata_doing doing;
    fata_doing_begin(&doing, "reading request");
    return fata_doing_end(&doing, fata_event_wait(arg, 50));
}

static int ticks(void *arg)
{
    (void)arg;
    return fata_sleep_until(100);
}

static int yields(void *arg)
{
    (void)arg;
    while (!never.happened)
        fata_expect(fata_yield() == 0);
    return 0;
}

static int cleans(void *arg)
{
    struct fata_scope shield;
    fata_expect(fata_sleep_until(FATA_NEVER) == FATA_ECANCELED);
    fata_scope_open_shielded(&shield, FATA_NEVER);
    fata_expect(fata_scope_spawn(&shield, ticks, NULL) == 0);
    fata_event_join(arg);
    fata_scope_cancel(&shield);
    return fata_scope_close(&shield);
}

static int serves(void *arg)
{
    struct fata_scope scope, inner;
    struct fata_doing doing;
    int err;
    fata_doing_begin(&doing, "serving 10.0.0.7");
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, reads, arg) == 0);
    fata_expect(fata_scope_spawn_with(&scope,
                                      FATA_SPAWN("ticker", .daemon = true),
                                      ticks, NULL) == 0);
    fata_expect(fata_sleep_until(7) == 0);
    fata_scope_open(&inner);
    fata_expect(fata_scope_spawn(&inner, cleans, arg) == 0);
    fata_expect(fata_yield() == 0);
    fata_scope_cancel(&inner);
    fata_expect(fata_scope_spawn(&scope, yields, NULL) == 0);
    fata_expect(fata_yield() == FATA_ECANCELED);
    fata_expect(fata_scope_spawn(&scope, looks, arg) == 0);
    fata_expect(
        fata_scope_spawn_with(&scope, FATA_SPAWN("late"), looks, NULL) == 0);
    err = fata_scope_close(&inner);
    fata_expect(err == 0);
    return fata_doing_end(&doing, fata_scope_close(&scope));
}

FATA_TEST(a_look_shows_the_tree)
{
    struct fata_event event;
    world();
    now = 3;
    fata_event_init(&event);
    fata_event_init(&never);
    fata_check_int(run(serves, &event), ==, 0);
    static const char want[] =
        "0 root: fibers of its scope since 7, cancelled, serving 10.0.0.7\n"
        "1 reads: event since 3 until 50, reading request\n"
        "1 ticker: sleep since 3 until 100, daemon, serving 10.0.0.7\n"
        "1 yields: ready, serving 10.0.0.7\n"
        "1 looks: running, serving 10.0.0.7\n"
        "1 late: not begun, serving 10.0.0.7\n"
        "1 cleans: event, to its end since 7, serving 10.0.0.7\n"
        "2 ticks: sleep since 7 until 100, serving 10.0.0.7\n";
    fata_check(strcmp(seen, want) == 0);
    seen[0] = '\0';
    fata_sched_look(&sched, see, NULL);
    fata_check(seen[0] == '\0');
}

/* The check finds what is torn. */

static struct fata_root held;

static int holds(void *arg)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    fata_expect(fata_scope_spawn(&scope, ticks, NULL) == 0);
    *(struct fata_scope **)arg = &scope;
    return fata_scope_close(&scope);
}

static struct fata_scope *hold(void)
{
    static struct fata_scope *scope;
    fata_expect(fata_root_start(&held, &sched, FATA_SPAWN("root"), holds,
                                &scope, root_done) == 0);
    run_until(10);
    fata_sched_check(&sched);
    return scope;
}

static void lost_fiber(void)
{
    hold()->awaited++;
    fata_sched_check(&sched);
}

static void wrong_scope(void)
{
    struct fata_scope *scope = hold();
    fata_list_remove(scope->fibers.next);
    fata_sched_check(&sched);
}

static void wrong_cancellation(void)
{
    hold()->owner->cancel_at = 5;
    fata_sched_check(&sched);
}

static void torn_queue(void)
{
    static struct fata_job a = {NULL, takes_5}, b = {NULL, takes_5};
    fata_job_post(&sched, &a);
    fata_job_post(&sched, &b);
    sched.normal.tail = &a.next;
    fata_sched_check(&sched);
}

static struct fata_timer moved;

static void start_moved(void)
{
    fata_timer_init(&moved, takes_20);
    fata_timer_start(&sched, &moved, FATA_S(1));
    fata_sched_check(&sched);
}

static void misplaced_timer(void)
{
    start_moved();
    moved.deadline += FATA_S(1);
    fata_sched_check(&sched);
}

static void forgotten_timer(void)
{
    start_moved();
    moved.slot = 0;
    fata_sched_check(&sched);
}

static void late_bound(void)
{
    start_moved();
    sched.wheel.next = FATA_S(2);
    fata_sched_check(&sched);
}

static void lost_at_a_turn(void)
{
    hold()->awaited++;
    (void)fata_sched_turn(&sched, now);
}

FATA_TEST(a_check_finds_contradictions)
{
    if (!CAN_FORK)
        fata_skip("needs fork");
    static void (*const mistakes[])(void) = {
        lost_fiber,      wrong_scope,     wrong_cancellation, torn_queue,
        misplaced_timer, forgotten_timer, late_bound,         lost_at_a_turn,
    };
    world();
    for (size_t i = 0; i < FATA_COUNT(mistakes); i++)
        if (!panics(mistakes[i]))
            fata_check_int(i, ==, -1);
    fata_sched_check_always(&sched, false);
    fata_check(!panics(lost_at_a_turn));
    fata_check(!panics((void (*)(void))start_moved));
}
