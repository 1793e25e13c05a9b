/* SPDX-License-Identifier: ISC */
/* A crowd of fibers that share a mutex, a throttle, a limiter and so on, with
 * random deadlines and cancellations, against what must hold: one inside, so
 * many inside, first come first served, nothing lost or doubled, nobody waits
 * for what is free.  A failure names its seed; set FIRST and LAST to it to
 * replay. */
#include "world.h"

#include <stdio.h>

enum { FIRST = 1, LAST = 150, CROWD = 20, OPS = 12 };
enum { LIMIT = 3, ROOM = 2, STOCK = 2 };
enum { TOKENS = 3, PERIOD = 10, BURST = 4 };

static uint64_t state; /* xorshift64* */

static uint64_t below(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1d >> 33) % n;
}

static unsigned wrong; /* the line of the first thing that did not hold */
static uint64_t steps; /* of all fibers */
static uint64_t history;
static struct {
    unsigned done, late, cancelled;
} tally[9]; /* by operation */

static void holds_at(unsigned line, bool condition)
{
    if (wrong == 0 && !condition)
        wrong = line;
}

#define holds(condition) holds_at(__LINE__, condition)

/* Those who have come for something, in their order. */
struct line {
    unsigned length;
    bool waits[CROWD * OPS];
};

struct attempt {
    struct line *line; /* or NULL */
    unsigned op, place;
    bool free_way; /* nobody waited when it began */
    uint64_t step;
    fata_time_t deadline, cancelled;
    struct fata_scope scope;
};

static void begin(struct attempt *a, unsigned op, struct line *line,
                  bool free_way)
{
    a->op = op;
    a->line = line;
    a->free_way = free_way;
    a->step = ++steps;
    a->deadline = fata_sched_now(&sched) + below(40);
    a->cancelled = FATA_NEVER;
    if (below(3) == 0)
        a->cancelled = fata_sched_now(&sched) + below(30);
    fata_scope_open_deadline(&a->scope, a->cancelled);
    if (line == NULL)
        return;
    a->place = line->length++;
    line->waits[a->place] = true;
}

/* Returns true on success. */
static bool end(struct attempt *a, int result)
{
    fata_time_t t = fata_sched_now(&sched);
    bool waited = steps != a->step;

    steps++;
    history = (history ^ (uint64_t)result ^ t << 8) * 0x100000001b3;
    (void)!fata_scope_close(&a->scope);
    holds(result != FATA_ETIMEDOUT || t >= a->deadline);
    holds(result != FATA_ECANCELED || t >= a->cancelled);
    holds(result >= 0 || result == FATA_ETIMEDOUT || result == FATA_ECANCELED);
    tally[a->op].done += result >= 0;
    tally[a->op].late += result == FATA_ETIMEDOUT;
    tally[a->op].cancelled += result == FATA_ECANCELED;
    if (a->line != NULL) {
        a->line->waits[a->place] = false;
        holds(result < 0 || waited || a->free_way);
        for (unsigned i = 0; i < a->place && result >= 0 && waited; i++)
            holds(!a->line->waits[i]);
    }
    return result >= 0;
}

static void dwell(void)
{
    steps++;
    if (below(4) != 0)
        holds(fata_sleep_until(fata_sched_now(&sched) + below(8)) == 0);
    steps++;
}

static struct fata_mutex mutex;
static struct fata_condition changed;
static struct line mutex_line;
static unsigned inside, stock;

static void locks(struct attempt *a)
{
    begin(a, 0, &mutex_line, mutex.owner == NULL);
    if (!end(a, fata_mutex_lock(&mutex, a->deadline)))
        return;
    holds(inside++ == 0);
    dwell();
    holds(inside-- == 1);
    fata_mutex_unlock(&mutex);
}

/* Puts into a store of STOCK, or takes; under the mutex. */
static void trades(struct attempt *a, bool puts)
{
    int err = 0;

    fata_mutex_join(&mutex);
    begin(a, 1, NULL, false);
    while (stock == (puts ? STOCK : 0) && err == 0) {
        err = fata_condition_wait(&changed, &mutex, a->deadline);
        steps++;
    }
    holds(inside == 0 && mutex.owner == fata_fiber_self());
    if (end(a, err)) {
        stock = puts ? stock + 1 : stock - 1;
        holds(stock <= STOCK);
        fata_condition_broadcast(&changed);
    }
    fata_mutex_unlock(&mutex);
}

static struct fata_throttle throttle;
static uint32_t slots[LIMIT];
static struct line normal_line, front_line;
static unsigned running;
static bool alone, taken[LIMIT];

static void acquires(struct attempt *a, bool front)
{
    bool free_way = fata_list_empty(&throttle.urgent) &&
                    (front || fata_list_empty(&throttle.waiting));

    begin(a, 2, front ? &front_line : &normal_line, free_way);
    int slot = front ? fata_throttle_acquire_front(&throttle, a->deadline)
                     : fata_throttle_acquire(&throttle, a->deadline);
    if (!end(a, slot))
        return;
    holds(++running <= LIMIT && !alone && !taken[slot]);
    taken[slot] = true;
    dwell();
    taken[slot] = false;
    running--;
    fata_throttle_release(&throttle, slot);
}

static void acquires_alone(struct attempt *a)
{
    begin(a, 3, &normal_line, fata_throttle_waiting(&throttle) == 0);
    int err = fata_throttle_acquire_exclusive(&throttle, a->deadline);
    if (!end(a, err))
        return;
    holds(running == 0 && !alone);
    alone = true;
    dwell();
    alone = false;
    fata_throttle_release_exclusive(&throttle);
}

static struct fata_limiter limiter;
static struct line limiter_line;
static struct {
    fata_time_t at;
    uint64_t n;
} grants[CROWD * OPS];
static unsigned granted;

static void spends(struct attempt *a)
{
    uint64_t n = below(BURST + 1);

    begin(a, 4, &limiter_line, fata_list_empty(&limiter.waiters));
    if (!end(a, fata_limiter_take(&limiter, n, a->deadline)))
        return;
    grants[granted].at = fata_sched_now(&sched);
    grants[granted++].n = n;
}

/* In each span, not more than its tokens. */
static void check_grants(void)
{
    for (unsigned i = 0; i < granted; i++) {
        uint64_t sum = 0;
        for (unsigned j = i; j < granted; j++) {
            fata_time_t span = grants[j].at - grants[i].at + 1;
            sum += grants[j].n;
            holds(sum * PERIOD <= BURST * PERIOD + TOKENS * span);
        }
    }
}

static struct fata_channel channel;
static uint32_t items[ROOM];
static uint32_t next_item;
static bool sent[CROWD * OPS], received[CROWD * OPS];

static void sends(struct attempt *a)
{
    uint32_t item = next_item++;

    begin(a, 5, NULL, false);
    if (end(a, fata_channel_send(&channel, &item, a->deadline)))
        sent[item] = true;
}

static void receives(struct attempt *a)
{
    uint32_t batch[3];

    begin(a, 6, NULL, false);
    int n = fata_channel_recv_many(&channel, batch, 1 + below(3), a->deadline);
    if (!end(a, n))
        return;
    for (int i = 0; i < n; i++) {
        holds(!received[batch[i]]);
        received[batch[i]] = true;
    }
}

static void flushes(struct attempt *a)
{
    uint64_t before = fata_channel_sent(&channel);

    begin(a, 7, NULL, false);
    if (end(a, fata_channel_flush(&channel, a->deadline)))
        holds(fata_channel_received(&channel) >= before);
}

static void check_items(void)
{
    uint64_t sum[2] = {0, 0};

    for (uint32_t i = 0; i < next_item; i++) {
        holds(sent[i] || !received[i]);
        sum[0] += sent[i];
        sum[1] += received[i];
    }
    holds(sum[0] == fata_channel_sent(&channel));
    holds(sum[1] == fata_channel_received(&channel));
    holds(sum[0] == sum[1] + fata_channel_count(&channel));
}

/* One after another: when the first is there, they ask for the second. */
static struct {
    struct fata_lazy lazy;
    bool computing;
} lazies[CROWD * OPS];
static unsigned computed;

static int computes(void *arg)
{
    bool *computing = arg;

    holds(!*computing);
    *computing = true;
    int err = fata_sleep_until(fata_sched_now(&sched) + 5 + below(10));
    *computing = false;
    return err < 0 ? err : 7;
}

static void asks(struct attempt *a)
{
    struct fata_lazy *lazy = &lazies[computed].lazy;

    begin(a, 8, NULL, false);
    int result = fata_lazy_get(lazy, a->deadline);
    if (!end(a, result))
        return;
    holds(result == 7 && lazy->done);
    if (lazy == &lazies[computed].lazy)
        computed++;
}

static int behaves(void *arg)
{
    struct attempt a;

    (void)arg;
    for (unsigned i = 0; i < OPS; i++) {
        switch (below(9)) {
        case 0:
            locks(&a);
            break;
        case 1:
            trades(&a, below(2) == 0);
            break;
        case 2:
            acquires(&a, below(4) == 0);
            break;
        case 3:
            acquires_alone(&a);
            break;
        case 4:
            spends(&a);
            break;
        case 5:
            sends(&a);
            break;
        case 6:
            receives(&a);
            break;
        case 7:
            flushes(&a);
            break;
        default:
            asks(&a);
        }
        if (below(3) == 0)
            dwell();
    }
    return 0;
}

static int gathers(void *arg)
{
    struct fata_scope scope;

    (void)arg;
    fata_scope_open(&scope);
    for (unsigned i = 0; i < CROWD; i++)
        holds(fata_scope_spawn(&scope, behaves, NULL) == 0);
    return fata_scope_close(&scope);
}

/* Between two turns nobody waits for what could be had. */
static void check_waits(void)
{
    const struct fata_entry *head = fata_waiter_first(&throttle.waiting);
    const bool urgent = !fata_list_empty(&throttle.urgent);
    const bool room = !throttle.exclusive && throttle.running < LIMIT;

    holds(mutex.owner != NULL || fata_list_empty(&mutex.waiters));
    holds(!urgent || !room);
    if (head != NULL && !urgent)
        holds(head->item != NULL ? throttle.running > 0 : !room);
    holds(fata_list_empty(&limiter.waiters) ==
          !fata_timer_started(&limiter.timer));
    holds(channel.count == ROOM || fata_list_empty(&channel.senders));
    holds(channel.count == 0 || fata_list_empty(&channel.receivers));
    holds(channel.count > 0 || fata_list_empty(&channel.flushers));
    holds(lazies[computed].lazy.caller != NULL ||
          fata_list_empty(&lazies[computed].lazy.waiters));
}

static void start(unsigned seed)
{
    world();
    state = 0x9e3779b97f4a7c15 * (seed + 1);
    history = seed;
    fata_mutex_init(&mutex);
    fata_condition_init(&changed);
    fata_throttle_init(&throttle, LIMIT, slots);
    fata_limiter_init(&limiter, &sched, TOKENS, PERIOD, BURST);
    fata_channel_init(&channel, items, sizeof(items[0]), ROOM);
    for (unsigned i = 0; i < FATA_COUNT(lazies); i++) {
        fata_lazy_init(&lazies[i].lazy, computes, &lazies[i].computing);
        lazies[i].computing = false;
    }
    mutex_line.length = normal_line.length = 0;
    front_line.length = limiter_line.length = 0;
    inside = stock = running = granted = next_item = 0;
    computed = 0;
    alone = false;
    wrong = 0;
    memset(taken, 0, sizeof(taken));
    memset(sent, 0, sizeof(sent));
    memset(received, 0, sizeof(received));
}

static uint64_t history_of(unsigned seed)
{
    static char where[32];
    struct fata_root root;
    fata_time_t next;

    start(seed);
    roots_done = 0;
    holds(fata_root_start(&root, &sched, FATA_SPAWN("root"), gathers, NULL,
                          root_done) == 0);
    while ((next = fata_sched_turn(&sched, now)) != FATA_NEVER) {
        check_waits();
        now = next;
    }
    holds(roots_done == 1 && root_error == 0 && nothing_left());
    holds(mutex.owner == NULL && throttle.running == 0);
    check_grants();
    check_items();
    if (wrong != 0) {
        snprintf(where, sizeof(where), "seed %u, line %u", seed, wrong);
        fata_test_fail(where, "does not hold");
    }
    return history;
}

FATA_TEST(a_crowd_keeps_to_the_rules)
{
    memset(tally, 0, sizeof(tally));
    for (unsigned seed = FIRST; seed <= LAST && !fata_test_failed(); seed++)
        (void)history_of(seed);
    for (unsigned op = 0; op < FATA_COUNT(tally); op++) {
        fata_check(tally[op].done > 0);
        fata_check(tally[op].late > 0);
        fata_check(tally[op].cancelled > 0);
    }
}

FATA_TEST(the_same_crowd_does_the_same)
{
    for (unsigned seed = FIRST; seed <= LAST && !fata_test_failed(); seed++)
        if (history_of(seed) != history_of(seed))
            fata_test_fail("history", "two runs of a seed differ");
}
