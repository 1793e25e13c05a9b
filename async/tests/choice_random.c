/* SPDX-License-Identifier: ISC */
/* Fibers that choose at random between channels, events and promises, against a
 * naive model of all that waits: an array in the order of time, searched from
 * the front.  The model says of every wait how it ends and in which order what
 * was waited for goes on, callbacks included.  A failure names its seed; set
 * FIRST and LAST to it to replay. */
#include "world.h"

#include <stdio.h>

enum { FIRST = 1, LAST = 300 };
enum { GROUPS = 3, MEMBERS = 3, FIBERS = GROUPS * MEMBERS, OPS = 25 };
enum { CHANNELS = 3, CAPACITY = 2 };
enum { EVENTS = 2, PROMISES = 4, THENS = 4, CLAUSES = 4, RECORDS = 4096 };

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

/* ------------------------------------------------------------------------
 * What is tested, and its model. */

enum kind { RECV, SEND, EVENT, PROMISE };

struct wish {
    enum kind kind;
    unsigned on;      /* which channel, event, promise */
    uintptr_t sent;   /* SEND: the item */
    uintptr_t got;    /* filled in by the fiber */
    uint64_t in_line; /* those of lower number come before */
};

/* A wait of a fiber, or of a then, which has one wish. */
struct record {
    enum { WAITS, ENDED, GONE } life;
    struct wish *wishes;
    unsigned count;
    unsigned fiber; /* FIBERS: a then */
    fata_time_t deadline;
    int which, result; /* how it ends, when it has */
    uintptr_t item;    /* that it gets */
};

static struct record records[RECORDS];
static unsigned record_count;
static uint64_t place;
static struct record *order[RECORDS]; /* those ended, as they shall go on */
static unsigned ended, gone_on;

static struct fata_channel channels[CHANNELS];
static uintptr_t items[CHANNELS][CAPACITY];
static struct {
    uintptr_t items[CAPACITY];
    unsigned count;
    bool closed;
} channel_model[CHANNELS];

static struct fata_event events[EVENTS];
static bool event_model[EVENTS];

static struct fata_promise promises[PROMISES];
static struct {
    unsigned to; /* where it is forwarded to, or itself */
    bool resolved;
    int error;
    uintptr_t value;
} promise_model[PROMISES];

static struct fata_scope *groups[GROUPS];
static bool group_cancelled[GROUPS];
static uintptr_t next_item;

static unsigned end_of(unsigned promise)
{
    while (promise_model[promise].to != promise)
        promise = promise_model[promise].to;
    return promise;
}

static void end(struct record *r, int which, int result, uintptr_t item)
{
    r->life = ENDED;
    r->which = which;
    r->result = result;
    r->item = item;
    order[ended++] = r;
}

/* The first record in line for something, and which of its wishes; or NULL. */
static struct record *first_for(enum kind kind, unsigned on, unsigned *wish)
{
    struct record *first = NULL;
    for (struct record *r = records; r < records + record_count; r++)
        for (unsigned i = 0; r->life == WAITS && i < r->count; i++) {
            const struct wish *w = &r->wishes[i];
            if (w->kind == kind &&
                (kind == PROMISE ? end_of(w->on) : w->on) == on &&
                (first == NULL || w->in_line < first->wishes[*wish].in_line)) {
                first = r;
                *wish = i;
            }
        }
    return first;
}

/* Each of these is what the call of the same name does: 0, an error, or
 * FATA_EAGAIN. */

static int model_send(unsigned on, uintptr_t item)
{
    unsigned wish;
    struct record *r = first_for(RECV, on, &wish);
    if (channel_model[on].closed)
        return FATA_EPIPE;
    if (r != NULL) {
        end(r, (int)wish, 0, item);
        return 0;
    }
    if (channel_model[on].count == CAPACITY)
        return FATA_EAGAIN;
    channel_model[on].items[channel_model[on].count++] = item;
    return 0;
}

static int model_recv(unsigned on, uintptr_t *item)
{
    unsigned wish;
    if (channel_model[on].count == 0)
        return channel_model[on].closed ? FATA_EPIPE : FATA_EAGAIN;
    *item = channel_model[on].items[0];
    channel_model[on].items[0] = channel_model[on].items[1];
    channel_model[on].count--;
    struct record *r = first_for(SEND, on, &wish);
    if (r != NULL) {
        channel_model[on].items[channel_model[on].count++] =
            r->wishes[wish].sent;
        end(r, (int)wish, 0, 0);
    }
    return 0;
}

static void model_close(unsigned on)
{
    unsigned wish;
    struct record *r;
    channel_model[on].closed = true;
    while ((r = first_for(SEND, on, &wish)) != NULL)
        end(r, (int)wish, FATA_EPIPE, 0);
    while ((r = first_for(RECV, on, &wish)) != NULL)
        end(r, (int)wish, FATA_EPIPE, 0);
}

static void model_set(unsigned on)
{
    unsigned wish;
    struct record *r;
    event_model[on] = true;
    while ((r = first_for(EVENT, on, &wish)) != NULL)
        end(r, (int)wish, 0, 0);
}

static void model_resolve(unsigned on, int error, uintptr_t value)
{
    unsigned wish;
    struct record *r;
    on = end_of(on);
    promise_model[on].resolved = true;
    promise_model[on].error = error;
    promise_model[on].value = value;
    while ((r = first_for(PROMISE, on, &wish)) != NULL)
        end(r, (int)wish, error, value);
}

/* Who waits goes behind those who wait there. */
static void model_forward(unsigned inner, unsigned outer)
{
    uint64_t before = place;
    unsigned wish;
    struct record *r;
    while ((r = first_for(PROMISE, inner, &wish)) != NULL &&
           r->wishes[wish].in_line < before)
        r->wishes[wish].in_line = place++;
    promise_model[inner].to = end_of(outer);
}

static int model_try(const struct wish *w, uintptr_t *item)
{
    switch (w->kind) {
    case RECV:
        return model_recv(w->on, item);
    case SEND:
        return model_send(w->on, w->sent);
    case EVENT:
        return event_model[w->on] ? 0 : FATA_EAGAIN;
    default:
        if (!promise_model[end_of(w->on)].resolved)
            return FATA_EAGAIN;
        *item = promise_model[end_of(w->on)].value;
        return promise_model[end_of(w->on)].error;
    }
}

/* The four rules of waiting. */
static struct record *model_wait(struct wish *wishes, unsigned count,
                                 unsigned fiber, fata_time_t deadline)
{
    struct record *r = &records[record_count++];
    *r = (struct record){.wishes = wishes,
                         .count = count,
                         .fiber = fiber,
                         .deadline = deadline,
                         .life = GONE};
    r->which = group_cancelled[fiber / MEMBERS] ? FATA_ECANCELED : 0;
    for (unsigned i = 0; i < count; i++)
        wishes[i].in_line = place++;
    for (unsigned i = 0; i < count && r->which == 0; i++) {
        int result = model_try(&wishes[i], &r->item);
        if (result != FATA_EAGAIN) {
            r->which = (int)i;
            r->result = result;
            return r;
        }
    }
    if (r->which == 0 && deadline <= now)
        r->which = FATA_ETIMEDOUT;
    else if (r->which == 0)
        r->life = WAITS;
    return r;
}

/* Before the turn at `now`: deadlines in order. */
static void model_time(void)
{
    for (;;) {
        struct record *first = NULL;
        for (struct record *r = records; r < records + record_count; r++)
            if (r->life == WAITS && r->fiber < FIBERS && r->deadline <= now &&
                (first == NULL || r->deadline < first->deadline))
                first = r;
        if (first == NULL)
            return;
        end(first, FATA_ETIMEDOUT, 0, 0);
    }
}

/* Goes through the fibers in the order of their spawn. */
static void model_cancel(unsigned group)
{
    group_cancelled[group] = true;
    for (unsigned i = group * MEMBERS; i < (group + 1) * MEMBERS; i++)
        for (struct record *r = records; r < records + record_count; r++)
            if (r->life == WAITS && r->fiber == i)
                end(r, FATA_ECANCELED, 0, 0);
}

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
    record_count = ended = gone_on = roots_done = 0;
    next_item = 1;
    wrong = 0;
    memset(channel_model, 0, sizeof(channel_model));
    memset(event_model, 0, sizeof(event_model));
    memset(promise_model, 0, sizeof(promise_model));
    memset(thens, 0, sizeof(thens));
    memset(group_cancelled, 0, sizeof(group_cancelled));
    for (unsigned i = 0; i < CHANNELS; i++)
        fata_channel_init(&channels[i], items[i], sizeof(items[i][0]),
                          CAPACITY);
    for (unsigned i = 0; i < EVENTS; i++)
        fata_event_init(&events[i]);
    for (unsigned i = 0; i < PROMISES; i++) {
        fata_promise_init(&promises[i], &sched);
        promise_model[i].to = i;
    }
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
