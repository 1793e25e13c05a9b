/* SPDX-License-Identifier: ISC */
/* Randomised tests against naive models.  A failure names its seed; set FIRST
 * and LAST to it to replay. */
#include "world.h"

#include <stdio.h>

enum { FIRST = 1, LAST = 200 };

static uint64_t state; /* xorshift64* */

static uint64_t below(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1d >> 33) % n;
}

static void seed_is(unsigned seed)
{
    state = 0x9e3779b97f4a7c15 * (seed + 1);
}

static void fail(unsigned seed, const char *what)
{
    static char where[32];
    snprintf(where, sizeof(where), "seed %u", seed);
    fata_test_fail(where, what);
}

/* Timers: the model is an array that is searched for the smallest. */

struct model {
    struct fata_timer timer;
    bool started;
    fata_time_t deadline;
    uint64_t order;
};

static struct model timers[64];
static uint64_t order;
static bool wrong;

static void model_start(struct model *m, fata_time_t deadline)
{
    fata_timer_start(&sched, &m->timer, deadline);
    m->started = true;
    m->deadline = deadline;
    m->order = order++;
}

static void model_cancel(struct model *m)
{
    wrong |= fata_timer_cancel(&sched, &m->timer) != m->started;
    m->started = false;
}

static const struct model *model_first(uint64_t before)
{
    const struct model *best = NULL;
    for (const struct model *m = timers; m < timers + FATA_COUNT(timers); m++)
        if (m->started && m->order < before &&
            (best == NULL || m->deadline < best->deadline ||
             (m->deadline == best->deadline && m->order < best->order)))
            best = m;
    return best;
}

static uint64_t taken; /* orders below are of the due set */

static void some_action(void)
{
    struct model *m = &timers[below(FATA_COUNT(timers))];
    if (below(3) == 0)
        model_cancel(m);
    else
        model_start(m, now + below(50) - (now > 50 ? below(50) : 0));
}

static void model_fire(struct fata_timer *timer)
{
    struct model *m = FATA_CONTAINER(timer, struct model, timer);
    wrong |= m != model_first(taken) || m->deadline > now;
    m->started = false;
    if (below(2) == 0)
        some_action();
}

FATA_TEST(timers_agree_with_a_model)
{
    for (unsigned seed = FIRST; seed <= LAST; seed++) {
        world();
        seed_is(seed);
        order = 0;
        wrong = false;
        for (unsigned i = 0; i < FATA_COUNT(timers); i++) {
            timers[i].started = false;
            fata_timer_init(&timers[i].timer, model_fire);
        }
        for (unsigned step = 0; step < 100 && !wrong; step++) {
            for (uint64_t n = below(20); n > 0; n--)
                some_action();
            now += below(30);
            taken = order;
            fata_time_t next = fata_sched_turn(&sched, now);
            const struct model *first = model_first(UINT64_MAX);
            fata_time_t want = first == NULL           ? FATA_NEVER
                               : first->deadline < now ? now
                                                       : first->deadline;
            /* With many timers the answer is a bound. */
            wrong |= next > want || (want > now && next <= now);
        }
        if (wrong)
            fail(seed, "timers differ from the model");
        fata_check(!wrong);
    }
}

/* Fibers: a random tree of scopes, shields, fibers, sleeps, channels, failures
 * and cancellations.  The model of a region says by searching upwards whether
 * it is cancelled. */

struct region {
    struct region *around;
    fata_time_t shielded_until;
    fata_time_t cancelled_at; /* by its own cancel; or FATA_NEVER */
    struct fata_scope scope;
};

static struct fata_channel channel;
static uint32_t items[2];
static uint32_t sent, received; /* counts */
static uint64_t history;        /* hash of what happened in which order */

static fata_time_t cancelled_since(const struct region *r)
{
    if (r == NULL)
        return FATA_NEVER;
    fata_time_t since = cancelled_since(r->around);
    if (since < r->shielded_until)
        since = r->shielded_until;
    return since < r->cancelled_at ? since : r->cancelled_at;
}

static bool is_cancelled(const struct region *r)
{
    return cancelled_since(r) <= now;
}

static void model_cancels(struct region *r)
{
    if (now < r->cancelled_at)
        r->cancelled_at = now;
}

static void note(uint64_t what)
{
    history = (history ^ what ^ now) * 0x100000001b3;
}

static void check_wait(struct region *r, bool before, int err,
                       fata_time_t deadline)
{
    note((uint64_t)err);
    wrong |= before && err != FATA_ECANCELED;
    wrong |= err == FATA_ECANCELED && !is_cancelled(r);
    wrong |= !before && cancelled_since(r) < now; /* was not woken then */
    wrong |= err == FATA_ETIMEDOUT && now < deadline;
    wrong |= fata_fiber_cancelled() != is_cancelled(r);
}

static int act(struct region *r, unsigned depth);

struct child {
    struct region *region;
    unsigned depth;
};

static int child(void *arg)
{
    struct child c = *(struct child *)arg;
    ((struct child *)arg)->region = NULL; /* the slot is free again */
    int err = act(c.region, c.depth);
    if (err < 0 && !(err == FATA_ECANCELED && is_cancelled(c.region)))
        model_cancels(c.region); /* it has failed */
    return err;
}

static struct child children[STACK_COUNT];

static void spawn(struct region *r, unsigned depth)
{
    struct child *slot = children;
    while (slot->region != NULL)
        slot++;
    *slot = (struct child){r, depth};
    bool cancelled = is_cancelled(r);
    size_t in_use = stacks.in_use;
    int err = fata_scope_spawn(&r->scope, child, slot);
    wrong |= cancelled != (err == FATA_ECANCELED);
    wrong |= err == FATA_ENOMEM && in_use != STACK_COUNT;
    if (err < 0)
        slot->region = NULL;
}

static void nested(struct region *around, unsigned depth)
{
    struct region r = {.around = around, .cancelled_at = FATA_NEVER};
    if (below(4) == 0) {
        r.shielded_until = now + below(30);
        fata_scope_open_shielded(&r.scope, r.shielded_until);
    } else {
        fata_scope_open(&r.scope);
    }
    wrong |= fata_fiber_cancelled() != is_cancelled(&r);
    for (uint64_t n = below(3); n > 0; n--)
        spawn(&r, depth + 1);
    (void)!act(&r, depth + 1);
    if (below(3) == 0) {
        fata_scope_cancel(&r.scope);
        model_cancels(&r);
        wrong |= !fata_fiber_cancelled();
    }
    bool failed = fata_scope_failed(&r.scope);
    int err = fata_scope_close(&r.scope);
    note((uint64_t)err);
    wrong |= failed && (err == 0 || r.cancelled_at > now);
    wrong |= err == 0 && is_cancelled(around);
}

static int act(struct region *r, unsigned depth)
{
    for (uint64_t n = below(6); n > 0; n--) {
        bool before = is_cancelled(r);
        fata_time_t deadline = now + below(20);
        uint32_t item = 0;
        int err;
        switch (below(depth < 4 ? 7 : 5)) {
        case 0:
            err = fata_sleep_until(deadline);
            wrong |= err == 0 && now < deadline;
            check_wait(r, before, err, deadline);
            break;
        case 1:
            check_wait(r, before, fata_yield(), 0);
            break;
        case 2:
            err = fata_channel_send(&channel, &item, deadline);
            sent += err == 0;
            check_wait(r, before, err, deadline);
            break;
        case 3:
            err = fata_channel_recv(&channel, &item, deadline);
            received += err == 0;
            check_wait(r, before, err, deadline);
            break;
        case 4:
            if (below(4) == 0)
                return below(2) == 0 ? FATA_EIO : FATA_ECANCELED;
            break;
        case 5:
            spawn(r, depth + 1);
            break;
        default:
            nested(r, depth);
        }
    }
    return 0;
}

static struct region top;

static int trunk(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < 5; i++)
        nested(&top, 0);
    return 0;
}

static uint64_t history_of(unsigned seed)
{
    world();
    seed_is(seed);
    memset(children, 0, sizeof(children));
    memset(&top, 0, sizeof(top));
    top.cancelled_at = FATA_NEVER;
    fata_channel_init(&channel, items, sizeof(items[0]), 2);
    sent = received = 0;
    history = seed;
    wrong = false;
    if (run(trunk, NULL) != 0)
        fail(seed, "it did not come to its end");
    else if (wrong)
        fail(seed, "fibers differ from the model");
    else if (sent != received + channel.count)
        fail(seed, "items were lost or doubled");
    return history;
}

FATA_TEST(fibers_agree_with_a_model)
{
    for (unsigned seed = FIRST; seed <= LAST && !fata_test_failed(); seed++)
        (void)history_of(seed);
}

FATA_TEST(the_same_input_gives_the_same_order)
{
    for (unsigned seed = FIRST; seed <= LAST && !fata_test_failed(); seed++)
        if (history_of(seed) != history_of(seed))
            fail(seed, "two runs differ");
}
