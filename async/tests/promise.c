/* SPDX-License-Identifier: ISC */
/* Promises: fibers that await them, callbacks, forwarding. */
#include "world.h"

static struct fata_promise promise;

/* A then that leaves its letter, in capitals for an error. */
struct teller {
    struct fata_then then;
    char letter;
    void *value;
    int error;
};

static void tell(struct fata_then *then, int error, void *value)
{
    struct teller *teller = FATA_CONTAINER(then, struct teller, then);
    teller->value = value;
    teller->error = error;
    mark(error == 0 ? teller->letter : (char)(teller->letter - 'a' + 'A'));
}

static struct teller tellers[6];

static void begin(void)
{
    world();
    fata_promise_init(&promise, &sched);
    for (unsigned i = 0; i < FATA_COUNT(tellers); i++) {
        tellers[i] = (struct teller){.letter = (char)('a' + i)};
        fata_then_init(&tellers[i].then);
    }
}

static void attach(unsigned i, struct fata_promise *to)
{
    fata_then_attach(&tellers[i].then, to, tell);
}

static bool told(const char *what)
{
    bool same;
    run_until(FATA_NEVER);
    same = strcmp(trace, what) == 0;
    trace[0] = '\0';
    return same;
}

static int word = 7;

FATA_TEST(callbacks_are_jobs_in_the_order_of_attachment)
{
    begin();
    for (unsigned i = 0; i < 3; i++)
        attach(i, &promise);
    run_until(5);
    fata_promise_resolve(&promise, &word);
    attach(3, &promise); /* resolved: posted at once, behind the others */
    fata_check(trace[0] == '\0');
    memset(&promise, 0xee, sizeof(promise)); /* its memory may go */
    fata_check(told("abcd"));
    for (unsigned i = 0; i < 4; i++)
        fata_check(tellers[i].value == &word && tellers[i].error == 0);
}

FATA_TEST(an_error_is_an_outcome)
{
    void *value = &word;
    begin();
    attach(0, &promise);
    fata_check_int(fata_promise_peek(&promise, &value), ==, FATA_EAGAIN);
    fata_promise_fail(&promise, FATA_EIO);
    attach(1, &promise);
    fata_check(told("AB"));
    fata_check_int(tellers[0].error, ==, FATA_EIO);
    fata_check_int(tellers[1].error, ==, FATA_EIO);
    fata_check(tellers[0].value == NULL && tellers[1].value == NULL);
    fata_check_int(fata_promise_peek(&promise, &value), ==, FATA_EIO);
    fata_check(value == &word);
}

FATA_TEST(a_value_can_be_looked_at)
{
    void *value = NULL;
    begin();
    fata_promise_resolve(&promise, &word);
    fata_check_int(fata_promise_peek(&promise, NULL), ==, 0);
    fata_check_int(fata_promise_peek(&promise, &value), ==, 0);
    fata_check(value == &word);
}

/* Between other jobs, from each place in the queue. */
FATA_TEST(a_then_can_be_detached_until_it_runs)
{
    for (unsigned out = 0; out < 1u << 4; out++) {
        for (unsigned resolved = 0; resolved < 2; resolved++) {
            char want[6] = "";
            begin();
            if (resolved != 0)
                fata_promise_resolve(&promise, &word);
            for (unsigned i = 0; i < 4; i++)
                attach(i, &promise);
            for (unsigned i = 0; i < 4; i++) {
                if ((out >> i & 1) != 0) {
                    fata_check(fata_then_detach(&tellers[i].then));
                    memset(&tellers[i], 0, sizeof(tellers[i]));
                    fata_check(!fata_then_detach(&tellers[i].then));
                } else {
                    want[strlen(want)] = tellers[i].letter;
                }
            }
            if (resolved == 0)
                fata_promise_resolve(&promise, &word);
            attach(4, &promise); /* the queue's end is right */
            strcat(want, "e");
            fata_check_int(fata_sched_counters(&sched).jobs, ==, strlen(want));
            fata_check(told(want));
            fata_check(!fata_then_detach(&tellers[4].then)); /* has run */
        }
    }
}

static void detach_next(struct fata_then *then, int error, void *value)
{
    tell(then, error, value);
    fata_check(fata_then_detach(&tellers[1].then));
    fata_check(fata_then_detach(&tellers[2].then));
}

/* What was posted before is gone: the detached one is the first. */
FATA_TEST(a_callback_may_detach_the_next)
{
    for (unsigned n = 3; n <= 4; n++) {
        begin();
        fata_then_attach(&tellers[0].then, &promise, detach_next);
        for (unsigned i = 1; i < n; i++)
            attach(i, &promise);
        fata_promise_resolve(&promise, NULL);
        fata_check(told(n == 3 ? "a" : "ad"));
    }
}

static void attach_again(struct fata_then *then, int error, void *value)
{
    tell(then, error, value);
    fata_then_attach(then, &promise, tell);
}

FATA_TEST(a_callback_may_attach_its_then_again)
{
    begin();
    fata_then_attach(&tellers[0].then, &promise, attach_again);
    attach(1, &promise);
    fata_promise_resolve(&promise, NULL);
    fata_check(told("aba"));
}

static int awaits(void *arg)
{
    void *value = arg;
    int err = fata_promise_await(&promise, &value, *(fata_time_t *)arg);
    fata_expect(value == (err == 0 ? &word : arg));
    mark(err == 0                ? '+'
         : err == FATA_EIO       ? '-'
         : err == FATA_ETIMEDOUT ? 't'
         : err == FATA_ECANCELED ? 'c'
                                 : '?');
    return 0;
}

static struct fata_scope *awaiting;

static int await_all(void *arg)
{
    static fata_time_t deadlines[] = {10, FATA_NEVER};
    struct fata_scope scope;
    (void)arg;
    fata_scope_open(&scope);
    awaiting = &scope;
    for (unsigned i = 0; i < 2; i++)
        fata_expect(fata_scope_spawn(&scope, awaits, &deadlines[i]) == 0);
    return fata_scope_close(&scope);
}

/* Returns the trace: up to time 5, then what `how` says, then to the end. */
static bool awaited(char how, const char *want)
{
    struct fata_root root;
    begin();
    attach(0, &promise);
    fata_expect(fata_root_start(&root, &sched, FATA_SPAWN("root"), await_all,
                                NULL, root_done) == 0);
    run_until(5);
    attach(1, &promise);
    if (how == 't')
        run_until(20);
    if (how == 'c')
        fata_scope_cancel(awaiting);
    if (how == '-')
        fata_promise_fail(&promise, FATA_EIO);
    else
        fata_promise_resolve(&promise, &word);
    run_until(FATA_NEVER);
    return strcmp(trace, want) == 0 && nothing_left();
}

FATA_TEST(fibers_and_callbacks_are_served_in_one_order)
{
    fata_check(awaited('+', "a++b"));
    fata_check(awaited('-', "A--B"));
    fata_check(awaited('t', "ta+b"));
    fata_check(awaited('c', "ccab"));
}

static int rules(void *arg)
{
    struct fata_scope scope;
    void *value = NULL;
    (void)arg;
    fata_expect(fata_promise_await(&promise, &value, 0) == FATA_ETIMEDOUT);
    fata_promise_resolve(&promise, &word);
    fata_expect(fata_promise_await(&promise, &value, 0) == 0);
    fata_expect(fata_promise_await(&promise, NULL, 0) == 0);
    fata_expect(value == &word);
    fata_scope_open(&scope);
    fata_scope_cancel(&scope);
    fata_expect(fata_promise_await(&promise, &value, 0) == FATA_ECANCELED);
    return fata_scope_close(&scope);
}

FATA_TEST(an_await_that_need_not_suspend_follows_the_rules)
{
    begin();
    fata_check_int(run(rules, NULL), ==, 0);
}

/* Forwarding. */

FATA_TEST(a_forwarded_promise_resolves_the_outer_one)
{
    struct fata_promise inner;
    void *value = NULL;
    begin();
    fata_promise_init(&inner, &sched);
    attach(0, &promise);
    attach(1, &inner);
    fata_promise_forward(&inner, &promise);
    attach(2, &inner);
    attach(3, &promise);
    fata_check(fata_then_detach(&tellers[1].then));
    fata_promise_resolve(&inner, &word);
    fata_check_int(fata_promise_peek(&inner, &value), ==, 0);
    fata_check(value == &word);
    attach(4, &inner);
    fata_check(told("acde"));
}

FATA_TEST(forwarding_a_resolved_promise_resolves_at_once)
{
    struct fata_promise inner;
    begin();
    fata_promise_init(&inner, &sched);
    attach(0, &promise);
    fata_promise_fail(&inner, FATA_EIO);
    fata_promise_forward(&inner, &promise);
    fata_check(told("A"));
    begin();
    fata_promise_init(&inner, &sched);
    attach(0, &promise);
    fata_promise_resolve(&inner, &word);
    fata_promise_forward(&inner, &promise);
    fata_check(told("a"));
    fata_check(tellers[0].value == &word);
}

/* Two promises in turn, and the one that is waited for. */
FATA_TEST(an_endless_loop_needs_constant_space)
{
    struct fata_promise step[2];
    begin();
    attach(0, &promise);
    fata_promise_init(&step[0], &sched);
    fata_promise_forward(&step[0], &promise);
    for (unsigned i = 1; i < 100000; i++) {
        struct fata_promise *next = &step[i % 2], *last = &step[1 - i % 2];
        fata_promise_init(next, &sched);
        fata_promise_forward(next, last);
        memset(last, 0xee, sizeof(*last));
    }
    fata_promise_resolve(&step[1], &word);
    fata_check(told("a"));
}

/* The other way: the outer one is itself forwarded later. */
FATA_TEST(a_long_chain_is_followed)
{
    static struct fata_promise chain[1000];
    begin();
    for (unsigned i = 0; i < 1000; i++)
        fata_promise_init(&chain[i], &sched);
    attach(0, &chain[0]);
    for (unsigned i = 0; i + 1 < 1000; i++)
        fata_promise_forward(&chain[i], &chain[i + 1]);
    attach(1, &chain[500]);
    attach(2, &chain[999]);
    fata_promise_resolve(&chain[0], &word);
    for (unsigned i = 0; i < 1000; i++)
        fata_check_int(fata_promise_peek(&chain[i], NULL), ==, 0);
    fata_check(told("abc"));
}

/* Misuse. */

static void resolve_twice(void)
{
    begin();
    fata_promise_resolve(&promise, NULL);
    fata_promise_resolve(&promise, NULL);
}

static void forward_in_a_cycle(void)
{
    struct fata_promise other;
    begin();
    fata_promise_init(&other, &sched);
    fata_promise_forward(&promise, &other);
    fata_promise_forward(&other, &promise);
}

static void drop_while_somebody_waits(void)
{
    begin();
    attach(0, &promise);
    fata_promise_fini(&promise);
}

static void fail_with_again(void)
{
    begin();
    fata_promise_fail(&promise, FATA_EAGAIN);
}

FATA_TEST(misuse_of_promises_panics)
{
    if (!CAN_FORK)
        fata_skip("needs fork");
    fata_check(panics(resolve_twice));
    fata_check(panics(forward_in_a_cycle));
    fata_check(panics(drop_while_somebody_waits));
    fata_check(panics(fail_with_again));
}

FATA_TEST(a_promise_may_be_dropped_when_nobody_waits)
{
    begin();
    fata_promise_fini(&promise);
    attach(0, &promise);
    (void)fata_then_detach(&tellers[0].then);
    fata_promise_fini(&promise);
    attach(0, &promise);
    fata_promise_resolve(&promise, NULL);
    fata_promise_fini(&promise);
    fata_check(told("a"));
}
