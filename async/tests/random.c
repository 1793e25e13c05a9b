/* SPDX-License-Identifier: ISC */
/* Fibers against a model: a random tree of scopes with deadlines, shields,
 * daemons, hooks and locals; fibers of both priorities that sleep, talk, fail
 * and cancel.  The model of a region says, by searching upwards, whether it is
 * cancelled. */
#include "world.h"

#include "seeds.h"

#include <fata/error.h>

enum { SEEDS = 20000, FAULT_SEEDS = 100 };

struct region {
    struct region *around;
    fata_time_t shielded_until;
    fata_time_t cancelled_at; /* by itself, or its deadline; or FATA_NEVER */
    fata_time_t deadline;
    /* No fiber is awaited any more, and the owner cancels the daemons when it
     * runs next, which is at that time. */
    fata_time_t ending_at;
    fata_time_t ended_at;
    unsigned awaited, daemons, failed, hooks;
    bool closing;
    int first_error;
    const void *bound; /* what its fibers see */
    struct fata_local local;
    struct fata_release release[3];
    struct fata_scope scope;
};

static bool wrong;
static struct fata_channel channel;
static uint32_t items[2];
static uint32_t sent, received; /* counts */
static uint64_t history;        /* hash of what happened in which order */
static unsigned fault;          /* the spawn that fails counts down to 0 */
static const char key;

static void note(uint64_t what)
{
    history = (history ^ what ^ now) * 0x100000001b3;
}

/* When it was cancelled; an end that is due just now counts if `soon`. */
static fata_time_t cancelled_since(const struct region *r, bool soon)
{
    if (r == NULL)
        return FATA_NEVER;
    fata_time_t since = cancelled_since(r->around, soon);
    if (since < r->shielded_until)
        since = r->shielded_until;
    if (r->ending_at < since && (soon || r->ending_at < now))
        since = r->ending_at;
    return since < r->cancelled_at ? since : r->cancelled_at;
}

static bool certainly(const struct region *r)
{
    return cancelled_since(r, false) <= now;
}

static bool possibly(const struct region *r)
{
    return cancelled_since(r, true) <= now;
}

/* The running fiber's innermost region is `r`. */
static bool is_cancelled(const struct region *r)
{
    bool says = fata_fiber_cancelled();
    wrong |= says ? !possibly(r) : certainly(r);
    return says;
}

static void model_cancels(struct region *r)
{
    if (now < r->cancelled_at)
        r->cancelled_at = now;
}

static void check_wait(struct region *r, bool before, int err,
                       fata_time_t deadline)
{
    note((uint64_t)err);
    wrong |= before && err != FATA_ECANCELED;
    wrong |= err == FATA_ECANCELED && !is_cancelled(r);
    wrong |= !before && cancelled_since(r, false) < now; /* was not woken */
    wrong |= err == FATA_ETIMEDOUT && now < deadline;
    (void)is_cancelled(r);
}

static int act(struct region *r, unsigned depth, bool may_spawn);

struct child {
    struct region *region;
    unsigned depth;
    bool daemon;
};

static struct child children[STACK_COUNT];

static int child(void *arg)
{
    struct child c = *(struct child *)arg;
    struct region *r = c.region;

    ((struct child *)arg)->region = NULL; /* the slot is free again */
    wrong |= fata_local_get(&key) != r->bound;
    /* A daemon that spawns into its own scope would end the end. */
    int err = act(r, c.depth, !c.daemon);
    if (err < 0 && !(err == FATA_ECANCELED && is_cancelled(r))) {
        if (r->failed++ == 0)
            r->first_error = err;
        model_cancels(r);
    }
    r->awaited -= !c.daemon;
    r->daemons -= c.daemon;
    if (r->awaited == 0 && r->closing && r->ending_at == FATA_NEVER)
        r->ending_at = now;
    return err;
}

static int spawn(struct region *r, unsigned depth)
{
    static const struct fata_spawn ways[] = {
        {.name = "fiber"},
        {.name = "low", .low = true},
        {.name = "daemon", .daemon = true},
        {.name = "low daemon", .low = true, .daemon = true},
    };
    const struct fata_spawn *how =
        &ways[below(3) != 0 ? 0 : below(FATA_COUNT(ways))];
    struct child *slot = children;
    size_t count = stacks.count;

    while (slot->region != NULL)
        slot++;
    *slot = (struct child){r, depth, how->daemon};
    if (fault != 0 && --fault == 0)
        stacks.count = stacks.in_use;
    bool full = stacks.in_use == stacks.count;
    bool cancelled = is_cancelled(r);
    int err = fata_scope_spawn_with(&r->scope, how, child, slot);
    stacks.count = count;
    note((uint64_t)err);
    wrong |= err != (cancelled ? FATA_ECANCELED : full ? FATA_ENOMEM : 0);
    if (err < 0) {
        slot->region = NULL;
    } else {
        r->awaited += !how->daemon;
        r->daemons += how->daemon;
    }
    return err;
}

/* Hooks run in the region around, the last one registered first, when every
 * fiber has ended. */
static void hook(void *arg)
{
    struct region *r = arg;

    wrong |= r->awaited != 0 || r->daemons != 0 || r->hooks == 0;
    if (r->hooks-- == FATA_COUNT(r->release)) {
        r->ended_at = now;
        return;
    }
    bool before = is_cancelled(r->around);
    fata_time_t deadline = now + below(10);
    if (below(2) == 0)
        check_wait(r->around, before, fata_sleep_until(deadline), deadline);
}

static void open_region(struct region *r, struct region *around)
{
    *r = (struct region){.around = around,
                         .cancelled_at = FATA_NEVER,
                         .deadline = FATA_NEVER,
                         .ending_at = FATA_NEVER,
                         .bound = around->bound};
    if (below(2) == 0) {
        fata_local_bind(&r->local, &key, r);
        r->bound = r;
    }
    switch (below(5)) {
    case 0:
        r->shielded_until = now + below(30);
        fata_scope_open_shielded(&r->scope, r->shielded_until);
        break;
    case 1:
        r->cancelled_at = r->deadline = now + below(30);
        fata_scope_open_deadline(&r->scope, r->deadline);
        break;
    default:
        fata_scope_open(&r->scope);
    }
    (void)is_cancelled(r);
    for (; r->hooks < FATA_COUNT(r->release); r->hooks++)
        fata_scope_release(&r->scope, &r->release[r->hooks], hook, r);
}

static int close_region(struct region *r)
{
    r->closing = true;
    if (r->awaited == 0)
        r->ending_at = now;
    int err = fata_scope_close(&r->scope);
    int want = r->first_error != 0          ? r->first_error
               : is_cancelled(r->around)    ? FATA_ECANCELED
               : r->deadline <= r->ended_at ? FATA_ETIMEDOUT
                                            : 0;
    note((uint64_t)err);
    wrong |= err != want || r->hooks != 0;
    wrong |= fata_scope_failures(&r->scope) != r->failed;
    wrong |= fata_local_get(&key) != r->bound;
    if (r->bound == r)
        fata_local_unbind(&r->local);
    return err;
}

static int nested(struct region *around, unsigned depth)
{
    struct region r;

    open_region(&r, around);
    for (uint64_t n = below(3); n > 0; n--)
        if (spawn(&r, depth + 1) == FATA_ENOMEM)
            break;
    (void)!act(&r, depth + 1, true);
    if (below(4) == 0) {
        fata_scope_cancel(&r.scope);
        model_cancels(&r);
        wrong |= !fata_fiber_cancelled();
    }
    return close_region(&r);
}

/* Cancels a region around, its own or one further up. */
static void cancel_some(struct region *r)
{
    while (r->around->around != NULL && below(2) == 0)
        r = r->around;
    fata_scope_cancel(&r->scope);
    model_cancels(r);
}

static int act(struct region *r, unsigned depth, bool may_spawn)
{
    for (uint64_t n = below(6); n > 0; n--) {
        bool before = is_cancelled(r);
        fata_time_t deadline = now + below(20);
        uint32_t item = 0;
        int err;
        switch (below(depth < 4 ? 9 : 6)) {
        case 0:
            err = fata_sleep_until(deadline);
            wrong |= err == 0 && now < deadline;
            check_wait(r, before, err, deadline);
            break;
        case 1:
            check_wait(r, before, fata_yield(), 0);
            break;
        case 2:
            deadline = below(4) == 0 ? FATA_NEVER : deadline;
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
            if (below(4) == 0)
                cancel_some(r);
            break;
        case 6:
            if (may_spawn && spawn(r, depth + 1) == FATA_ENOMEM)
                return FATA_ENOMEM;
            break;
        default:
            (void)nested(r, depth);
        }
    }
    return 0;
}

static struct region top;

/* Senders may wait for ever; somebody listens as long as there are any. */
static int listens(void *arg)
{
    uint32_t item;
    (void)arg;
    while (fata_channel_recv(&channel, &item, FATA_NEVER) == 0)
        received++;
    return FATA_ECANCELED;
}

static int trunk(void *arg)
{
    struct fata_scope around;

    (void)arg;
    fata_scope_open(&around);
    (void)!fata_scope_spawn_with(&around, FATA_SPAWN("listens", .daemon = true),
                                 listens, NULL);
    for (unsigned i = 0; i < 6; i++)
        (void)nested(&top, 0);
    return fata_scope_close(&around);
}

/* The ways in which a switch may go: they must not make a difference. */
enum { GUARDED, CHECKED, CANARIES, WATCHED, WAYS };

static fata_time_t no_time(void)
{
    return 0;
}

static uint64_t history_of(unsigned seed, int way)
{
    struct fata_watch watch = {.clock = no_time};
    /* In every fourth world stacks run out. */
    world_of(seed % 4 == 0 ? 6 : STACK_COUNT, way != CANARIES);
    fata_sched_check_always(&sched, way == CHECKED);
    if (way == WATCHED)
        fata_sched_watch(&sched, &watch);
    random_seed(seed);
    memset(children, 0, sizeof(children));
    memset(&top, 0, sizeof(top));
    top.cancelled_at = top.ending_at = FATA_NEVER;
    fata_channel_init(&channel, items, sizeof(items[0]), 2);
    sent = received = 0;
    history = seed;
    wrong = false;
    if (run(trunk, NULL) != 0)
        seed_failed(seed, "it did not come to its end");
    else if (wrong)
        seed_failed(seed, "fibers differ from the model");
    else if (sent != received + channel.count)
        seed_failed(seed, "items were lost or doubled");
    return history;
}

FATA_TEST(fibers_agree_with_a_model)
{
    struct seeds seeds = seeds_of(SEEDS);
    fault = 0;
    for (unsigned seed = seeds.first; seed <= seeds.last && !fata_test_failed();
         seed++) {
        uint64_t first = history_of(seed, GUARDED);
        for (int way = CHECKED; way < WAYS; way++)
            if (history_of(seed, way) != first)
                seed_failed(seed, "the order depends on the kind of stacks, "
                                  "or on who looks");
        if (history_of(seed, GUARDED) != first)
            seed_failed(seed, "two runs differ");
    }
}

/* The Nth spawn finds no stack, for every N. */
FATA_TEST(every_spawn_may_fail)
{
    struct seeds seeds = seeds_of(FAULT_SEEDS);
    for (unsigned seed = seeds.first; seed <= seeds.last && !fata_test_failed();
         seed++)
        for (unsigned n = 1; !fata_test_failed(); n++) {
            fault = n;
            (void)history_of(seed, n % 2 == 0 ? CHECKED : CANARIES);
            if (fault != 0)
                break; /* there were less than n */
        }
    fault = 0;
}
