/* SPDX-License-Identifier: ISC */
/* Fibers that choose at random between channels, events and promises, against a
 * naive model (choice_model.h), which says how every wait ends and in which
 * order all goes on, callbacks included.  A failure names its seed; set FIRST
 * and LAST to it to replay. */
#include "choice_model.h"

#include <stdio.h>

enum { FIRST = 1, LAST = 300 };
enum { OPS = 25, THENS = 4, CLAUSES = 4 };

static uint64_t state; /* xorshift64* */

static uint64_t below(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1d >> 33) % n;
}

static int wrong; /* the line of the first difference; 0: none */

static void expect_at(bool condition, int line)
{
    if (!condition && wrong == 0)
        wrong = line;
}
#define expect(condition) expect_at(condition, __LINE__)

static struct fata_channel channels[CHANNELS];
static uintptr_t items[CHANNELS][CAPACITY];
static struct fata_event events[EVENTS];
static struct fata_promise promises[PROMISES];
static struct fata_scope *groups[GROUPS];
static uintptr_t next_item;

/* ------------------------------------------------------------------------
 * Callbacks. */

static struct {
    struct fata_then then;
    struct wish wish;
    struct record *record; /* NULL: not attached */
} thens[THENS];

static void skip_detached(void)
{
    while (gone_on < ended && order[gone_on]->life == GONE)
        gone_on++;
}

/* Something goes on: is it its turn? */
static void goes_on(struct record *r)
{
    skip_detached();
    expect(gone_on < ended && order[gone_on] == r);
    gone_on++;
    r->life = GONE;
}

static void on_promise(struct fata_then *then, int error, void *value)
{
    for (unsigned i = 0; i < THENS; i++) {
        if (&thens[i].then != then)
            continue;
        struct record *r = thens[i].record;
        thens[i].record = NULL;
        expect(r != NULL);
        if (r == NULL)
            return;
        goes_on(r);
        expect(r->result == error);
        expect((uintptr_t)value == (error == 0 ? r->item : 0));
    }
}

static void attach_or_detach(unsigned i, unsigned on)
{
    struct record *r = thens[i].record;
    expect(fata_then_detach(&thens[i].then) == (r != NULL));
    thens[i].record = NULL;
    if (r != NULL) {
        r->life = GONE;
        return;
    }
    thens[i].wish =
        (struct wish){.kind = PROMISE, .on = on, .in_line = place++};
    r = thens[i].record = &records[record_count++];
    *r = (struct record){.wishes = &thens[i].wish, .count = 1, .fiber = FIBERS};
    fata_then_attach(&thens[i].then, &promises[on], on_promise);
    int result = model_try(&thens[i].wish, &r->item);
    if (result != FATA_EAGAIN)
        end(r, 0, result, r->item);
}

/* ------------------------------------------------------------------------
 * Fibers. */

static struct fata_clause clause_of(struct wish *w)
{
    switch (w->kind) {
    case RECV:
        return fata_on_recv(&channels[w->on], &w->got);
    case SEND:
        return fata_on_send(&channels[w->on], &w->sent);
    case EVENT:
        return fata_on_event(&events[w->on]);
    default:
        return fata_on_promise(&promises[w->on], (void **)(void *)&w->got);
    }
}

/* The call for a single wish, where there is one. */
static int wait_for(struct wish *w, fata_time_t deadline)
{
    switch (w->kind) {
    case RECV:
        return fata_channel_recv(&channels[w->on], &w->got, deadline);
    case SEND:
        return fata_channel_send(&channels[w->on], &w->sent, deadline);
    case EVENT:
        return fata_event_wait(&events[w->on], deadline);
    default:
        return fata_promise_await(&promises[w->on], (void **)(void *)&w->got,
                                  deadline);
    }
}

static void some_wait(unsigned fiber)
{
    struct wish wishes[CLAUSES];
    struct fata_clause clauses[CLAUSES];
    unsigned count = (unsigned)below(CLAUSES) + 1;
    fata_time_t deadline = now + below(30);
    int which, result = 0;

    if (below(4) == 0)
        deadline = FATA_NEVER;
    for (unsigned i = 0; i < count; i++) {
        enum kind kind = (enum kind)below(4);
        wishes[i] =
            (struct wish){.kind = kind,
                          .on = (unsigned)below(kind == EVENT     ? EVENTS
                                                : kind == PROMISE ? PROMISES
                                                                  : CHANNELS),
                          .sent = next_item++};
        clauses[i] = clause_of(&wishes[i]);
    }
    struct record *r = model_wait(wishes, count, fiber, deadline);
    bool waits = r->life == WAITS;
    if (count == 1 && below(2) == 0) {
        result = wait_for(&wishes[0], deadline);
        which = r->which < 0 ? result : 0; /* the wait's or the wish's */
    } else {
        which = fata_choose(clauses, count, deadline);
        if (which >= 0)
            result = clauses[which].result;
    }
    if (waits)
        goes_on(r);
    expect(r->which == which);
    if (which < 0 || wrong != 0)
        return;
    expect(r->result == result);
    if (result == 0 &&
        (wishes[which].kind == RECV || wishes[which].kind == PROMISE))
        expect(wishes[which].got == r->item);
    for (unsigned i = 0; i < count; i++) /* nothing else was written */
        expect((int)i == which || wishes[i].got == 0);
}

/* Nobody forwards to it. */
static bool is_start(unsigned promise)
{
    for (unsigned i = 0; i < PROMISES; i++)
        if (i != promise && promise_model[i].to == promise)
            return false;
    return true;
}

static void some_deed(void)
{
    unsigned c = (unsigned)below(CHANNELS), p = (unsigned)below(PROMISES);
    unsigned q = (unsigned)below(PROMISES), g = (unsigned)below(GROUPS);
    uintptr_t item = next_item++, got = 0, want = 0;
    bool resolved = promise_model[end_of(p)].resolved;

    switch (below(11)) {
    case 0:
        expect(fata_channel_try_send(&channels[c], &item) ==
               model_send(c, item));
        break;
    case 1:
        expect(fata_channel_try_recv(&channels[c], &got) ==
               model_recv(c, &want));
        expect(got == want);
        break;
    case 2:
        if (below(8) == 0) {
            fata_channel_close(&channels[c]);
            model_close(c);
        }
        break;
    case 3:
        if (below(3) == 0) {
            fata_event_set(&events[c % EVENTS]);
            model_set(c % EVENTS);
        }
        break;
    case 4:
        if (below(12) == 0 && groups[g] != NULL) {
            fata_scope_cancel(groups[g]);
            model_cancel(g);
        }
        break;
    case 5:
        if (end_of(p) != end_of(q) && promise_model[p].to == p &&
            !promise_model[end_of(q)].resolved) {
            fata_promise_forward(&promises[p], &promises[q]);
            if (resolved)
                model_resolve(q, promise_model[p].error,
                              promise_model[p].value);
            else
                model_forward(p, q);
        }
        break;
    case 6:
    case 7:
        if (resolved && is_start(p)) { /* its memory begins another life */
            fata_promise_init(&promises[p], &sched);
            promise_model[p].to = p;
            promise_model[p].resolved = false;
        }
        break;
    case 8:
        if (!resolved && below(3) == 0) {
            fata_promise_fail(&promises[p], FATA_EIO);
            model_resolve(p, FATA_EIO, 0);
        } else if (!resolved) {
            fata_promise_resolve(&promises[p], (void *)item);
            model_resolve(p, 0, item);
        }
        break;
    default:
        attach_or_detach((unsigned)below(THENS), p);
    }
}

static int member(void *arg)
{
    unsigned fiber = *(unsigned *)arg;
    for (unsigned n = 0; n < OPS && wrong == 0; n++) {
        while (below(3) != 0)
            some_deed();
        some_wait(fiber);
    }
    return 0;
}

static int group_of_fibers(void *arg)
{
    unsigned *numbers = arg, group = numbers[0] / MEMBERS;
    struct fata_scope scope;
    fata_scope_open(&scope);
    groups[group] = &scope;
    for (unsigned i = 0; i < MEMBERS; i++)
        expect(fata_scope_spawn(&scope, member, &numbers[i]) == 0);
    int err = fata_scope_close(&scope);
    groups[group] = NULL;
    return err;
}

static struct fata_root roots[GROUPS];

static void begin(unsigned seed)
{
    static unsigned numbers[FIBERS];
    world();
    state = 0x9e3779b97f4a7c15 * (seed + 1);
    model_begin();
    roots_done = 0;
    next_item = 1;
    wrong = 0;
    memset(thens, 0, sizeof(thens));
    for (unsigned i = 0; i < CHANNELS; i++)
        fata_channel_init(&channels[i], items[i], sizeof(items[i][0]),
                          CAPACITY);
    for (unsigned i = 0; i < EVENTS; i++)
        fata_event_init(&events[i]);
    for (unsigned i = 0; i < PROMISES; i++)
        fata_promise_init(&promises[i], &sched);
    for (unsigned i = 0; i < FIBERS; i++)
        numbers[i] = i;
    for (unsigned i = 0; i < GROUPS; i++)
        expect(fata_root_start(&roots[i], &sched, FATA_SPAWN("group"),
                               group_of_fibers, &numbers[i * MEMBERS],
                               root_done) == 0);
}

/* Whoever still waits waits for ever: all is closed, set and resolved. */
static void finish(void)
{
    for (unsigned i = 0; i < CHANNELS; i++) {
        fata_channel_close(&channels[i]);
        model_close(i);
    }
    for (unsigned i = 0; i < EVENTS; i++) {
        fata_event_set(&events[i]);
        model_set(i);
    }
    for (unsigned i = 0; i < PROMISES; i++)
        if (!promise_model[end_of(i)].resolved) {
            fata_promise_resolve(&promises[i], NULL);
            model_resolve(i, 0, 0);
        }
}

static void turn(void)
{
    model_time();
    (void)fata_sched_turn(&sched, now);
}

static void nobody_waits(void)
{
    for (unsigned i = 0; i < CHANNELS; i++)
        expect(fata_list_empty(&channels[i].senders) &&
               fata_list_empty(&channels[i].receivers));
    for (unsigned i = 0; i < EVENTS; i++)
        expect(fata_list_empty(&events[i].waiters));
    for (unsigned i = 0; i < PROMISES; i++)
        fata_promise_fini(&promises[i]);
    skip_detached();
    expect(gone_on == ended);
}

static bool agrees(unsigned seed)
{
    begin(seed);
    while (roots_done < GROUPS && wrong == 0 && record_count < RECORDS / 2) {
        turn();
        if (below(3) == 0)
            some_deed(); /* from outside the turn */
        if (now > 400)
            finish();
        now += below(12);
    }
    for (unsigned i = 0; i < 3 && wrong == 0; i++)
        turn();
    finish();
    turn();
    expect(roots_done == GROUPS);
    if (wrong == 0)
        nobody_waits();
    expect(nothing_left());
    return wrong == 0;
}

FATA_TEST(choices_agree_with_a_model)
{
    for (unsigned seed = FIRST; seed <= LAST; seed++) {
        static char where[48];
        if (agrees(seed))
            continue;
        snprintf(where, sizeof(where), "seed %u, line %d", seed, wrong);
        fata_test_fail(where, "choices differ from the model");
        return;
    }
}
