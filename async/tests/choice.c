/* SPDX-License-Identifier: ISC */
/* Choices: which clause happens, and that the others then have left. */
#include "world.h"

static struct fata_channel in, out;
static char in_items[1], out_items[1];
static struct fata_event event;
static struct fata_promise promise;
static int word = 7;

enum { SEND, RECV, EVENT, PROMISE, CLAUSES };

static char item;
static void *value;
static int which, result;

/* What the fiber below chooses from, in this order; chosen anew each time. */
static void clauses_of(struct fata_clause *clauses)
{
    clauses[SEND] = fata_on_send(&out, "s");
    clauses[RECV] = fata_on_recv(&in, &item);
    clauses[EVENT] = fata_on_event(&event);
    clauses[PROMISE] = fata_on_promise(&promise, &value);
}

static int chooses(void *arg)
{
    struct fata_clause clauses[CLAUSES];
    clauses_of(clauses);
    which = fata_choose(clauses, CLAUSES, *(fata_time_t *)arg);
    result = which >= 0 ? clauses[which].result : 0;
    mark(which >= 0                ? (char)('0' + which)
         : which == FATA_ETIMEDOUT ? 't'
                                   : 'c');
    return 0;
}

static bool nobody_waits(void)
{
    return fata_list_empty(&in.receivers) && fata_list_empty(&in.senders) &&
           fata_list_empty(&out.receivers) && fata_list_empty(&out.senders) &&
           fata_list_empty(&event.waiters) &&
           fata_list_empty(&promise.waiting) &&
           fata_sched_counters(&sched).timers == 0;
}

static struct fata_root root;

/* None of the four is possible: `out` is full, `in` is empty. */
static void prepare(void)
{
    world();
    fata_channel_init(&in, in_items, 1, 1);
    fata_channel_init(&out, out_items, 1, 1);
    fata_expect(fata_channel_try_send(&out, "o") == 0);
    fata_event_init(&event);
    fata_promise_init(&promise, &sched);
    which = -1;
    item = 0;
    value = NULL;
}

static void start(fata_time_t *deadline)
{
    roots_done = 0;
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("chooses"), chooses,
                                deadline, root_done) == 0);
}

static void make_possible(unsigned clause)
{
    char c = 0;
    if (clause == SEND) {
        fata_expect(fata_channel_try_recv(&out, &c) == 0);
        fata_expect(c == 'o');
    } else if (clause == RECV) {
        fata_expect(fata_channel_try_send(&in, "i") == 0);
    } else if (clause == EVENT) {
        fata_event_set(&event);
    } else {
        fata_promise_resolve(&promise, &word);
    }
}

/* That it happened, and nothing else. */
static bool only(unsigned clause)
{
    bool sent = out.count == 1 && out_items[0] == 's';
    return which == (int)clause && result == 0 && sent == (clause == SEND) &&
           (item == 'i') == (clause == RECV) &&
           (value == &word) == (clause == PROMISE);
}

static fata_time_t never = FATA_NEVER, ten = 10, past = 0;

FATA_TEST(the_first_that_happens_is_chosen)
{
    for (unsigned i = 0; i < 2 * CLAUSES; i++) {
        prepare();
        start(i < CLAUSES ? &never : &ten);
        run_until(5);
        fata_check(trace[0] == '\0');
        make_possible(i % CLAUSES);
        fata_check(nobody_waits()); /* at that moment */
        for (unsigned j = 0; j < CLAUSES; j++)
            if (j != i % CLAUSES)
                make_possible(j);
        run_until(FATA_NEVER);
        fata_check(which == (int)(i % CLAUSES) && result == 0);
        fata_check((item == 'i') == (i % CLAUSES == RECV));
        fata_check(in.count == (i % CLAUSES == RECV ? 0 : 1));
        fata_check(out.count == (i % CLAUSES == SEND ? 1 : 0));
        fata_check(nothing_left());
    }
}

FATA_TEST(of_those_possible_the_first_in_the_list_is_chosen)
{
    for (unsigned set = 1; set < 1u << CLAUSES; set++) {
        prepare();
        for (unsigned i = 0; i < CLAUSES; i++)
            if ((set >> i & 1) != 0)
                make_possible(i);
        start(&past); /* done, even if the deadline has passed */
        run_until(FATA_NEVER);
        fata_check(only((unsigned)__builtin_ctz(set)));
        fata_check(nobody_waits() && nothing_left());
    }
}

FATA_TEST(a_deadline_ends_a_choice)
{
    prepare();
    start(&ten);
    run_until(10);
    fata_check_int(which, ==, FATA_ETIMEDOUT);
    fata_check(nobody_waits() && nothing_left());
    prepare();
    start(&past);
    run_until(5);
    fata_check_int(which, ==, FATA_ETIMEDOUT);
    fata_check(nobody_waits() && nothing_left());
}

FATA_TEST(a_cancellation_ends_a_choice)
{
    for (unsigned i = 0; i < 2; i++) {
        prepare();
        start(i == 0 ? &never : &ten);
        run_until(5);
        fata_scope_cancel(&root.scope);
        fata_check(nobody_waits());
        for (unsigned j = 0; j < CLAUSES; j++)
            make_possible(j);
        run_until(FATA_NEVER);
        fata_check_int(which, ==, FATA_ECANCELED);
        fata_check(in.count == 1 && out.count == 0 && value == NULL);
        fata_check(nothing_left());
    }
}

/* The wake stands: the item is neither lost nor doubled. */
FATA_TEST(a_choice_made_is_not_undone)
{
    prepare();
    start(&ten);
    run_until(5);
    make_possible(RECV);
    fata_scope_cancel(&root.scope);
    now = 20;
    run_until(FATA_NEVER);
    fata_check(only(RECV) && nothing_left());
}

static int cancelled_before(void *arg)
{
    struct fata_clause clause = fata_on_event(&event);
    struct fata_scope scope;
    (void)arg;
    fata_event_set(&event);
    fata_scope_open(&scope);
    fata_scope_cancel(&scope);
    fata_expect(fata_choose(&clause, 1, FATA_NEVER) == FATA_ECANCELED);
    return fata_scope_close(&scope);
}

FATA_TEST(a_cancelled_fiber_chooses_nothing)
{
    prepare();
    fata_check_int(run(cancelled_before, NULL), ==, 0);
}

/* The timer is started while it waits. */
static int shielded(void *deadline)
{
    struct fata_scope scope;
    fata_scope_open_shielded(&scope, 20);
    int err = chooses(deadline);
    fata_expect(fata_scope_close(&scope) == FATA_ECANCELED);
    return err;
}

FATA_TEST(a_cancellation_may_come_later)
{
    for (unsigned i = 0; i < 2; i++) {
        prepare();
        fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("shielded"),
                                    shielded, &never, root_done) == 0);
        run_until(5);
        fata_scope_cancel(&root.scope);
        fata_check(run_until(10) == 20);
        if (i == 0)
            make_possible(EVENT);
        run_until(FATA_NEVER);
        fata_check_int(which, ==, i == 0 ? EVENT : FATA_ECANCELED);
        fata_check_int(now, ==, i == 0 ? 10 : 20);
        fata_check(nobody_waits() && nothing_left());
    }
}

/* Closed before, and while it waits. */
FATA_TEST(a_closed_channel_is_told_as_the_clauses_result)
{
    for (unsigned i = 0; i < 4; i++) {
        prepare();
        if (i < 2) {
            start(&never);
            run_until(5);
        }
        fata_channel_close(i % 2 == 0 ? &in : &out);
        if (i >= 2)
            start(&never);
        run_until(FATA_NEVER);
        fata_check_int(which, ==, i % 2 == 0 ? RECV : SEND);
        fata_check_int(result, ==, FATA_EPIPE);
        fata_check(nobody_waits() && nothing_left());
    }
}

FATA_TEST(a_failed_promise_is_told_as_the_clauses_result)
{
    for (unsigned i = 0; i < 2; i++) {
        struct fata_promise inner;
        prepare();
        fata_promise_init(&inner, &sched);
        fata_promise_forward(&promise, &inner);
        if (i == 0) {
            start(&never);
            run_until(5);
            fata_check(!fata_list_empty(&inner.waiting));
        }
        fata_promise_fail(&inner, FATA_EIO);
        if (i == 1)
            start(&never);
        run_until(FATA_NEVER);
        fata_check(which == PROMISE && result == FATA_EIO && value == NULL);
        fata_check(fata_list_empty(&inner.waiting) && nothing_left());
    }
}

/* One thing in several clauses: all its entries leave. */
static int twice(void *arg)
{
    struct fata_clause clauses[] = {
        fata_on_promise(&promise, NULL), fata_on_promise(&promise, &value),
        fata_on_recv(&in, &item),        fata_on_recv(&in, &item),
        fata_on_event(&event),           fata_on_event(&event),
    };
    (void)arg;
    for (unsigned i = 0; i < 3; i++)
        mark((char)('0' + fata_choose(clauses + 2 * i, 6 - 2 * i, FATA_NEVER)));
    return 0;
}

FATA_TEST(a_thing_may_be_in_several_clauses)
{
    prepare();
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("twice"), twice, NULL,
                                root_done) == 0);
    run_until(1);
    make_possible(PROMISE);
    run_until(2);
    make_possible(RECV);
    run_until(3);
    make_possible(EVENT);
    run_until(FATA_NEVER);
    fata_check(strcmp(trace, "000") == 0);
    fata_check(value == NULL && nobody_waits() && nothing_left());
}

/* Two who choose meet on a channel that is full or empty. */
static struct fata_channel meet;

static int sends_or_ends(void *arg)
{
    (void)arg;
    for (char c = 'a'; c <= 'e'; c++) {
        struct fata_clause clauses[] = {fata_on_event(&event),
                                        fata_on_send(&meet, &c)};
        if (fata_choose(clauses, 2, FATA_NEVER) != 1)
            return 0;
    }
    fata_event_set(&event);
    return 0;
}

static int receives_or_ends(void *arg)
{
    char c;
    struct fata_clause clauses[] = {fata_on_recv(&meet, &c),
                                    fata_on_event(&event)};
    (void)arg;
    while (fata_choose(clauses, 2, FATA_NEVER) == 0)
        mark(c);
    mark('.');
    return 0;
}

static int both(void *arg)
{
    bool sender_first = *(bool *)arg;
    struct fata_scope scope;
    int err = 0;
    fata_scope_open(&scope);
    if (sender_first)
        err = fata_scope_spawn(&scope, sends_or_ends, NULL);
    fata_expect(err == 0);
    err = fata_scope_spawn(&scope, receives_or_ends, NULL);
    fata_expect(err == 0);
    if (!sender_first)
        err = fata_scope_spawn(&scope, sends_or_ends, NULL);
    fata_expect(err == 0);
    return fata_scope_close(&scope);
}

FATA_TEST(two_choices_meet)
{
    for (unsigned i = 0; i < 2; i++) {
        bool sender_first = i == 1;
        prepare();
        fata_channel_init(&meet, in_items, 1, 1);
        fata_check_int(run(both, &sender_first), ==, 0);
        fata_check(strcmp(trace, "abcde.") == 0);
    }
}

static int none(void *arg)
{
    (void)arg;
    return fata_choose(NULL, 0, 10);
}

FATA_TEST(no_clause_is_a_wait_for_the_deadline)
{
    prepare();
    fata_check_int(run(none, NULL), ==, FATA_ETIMEDOUT);
    fata_check_int(now, ==, 10);
}
