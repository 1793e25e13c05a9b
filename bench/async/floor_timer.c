/* SPDX-License-Identifier: ISC */
/* W5 and W6 on the floor: one wheel of 1 ms slots, each a vector of pointers,
 * so that what expires is known ahead and can be prefetched.  A cancelled timer
 * leaves a hole and touches no neighbour.  Timers of one slot fire in the order
 * of their start, not of their deadlines. */
#include "bench.h"
#include "floor.h"

enum { SLOTS = 2048, TICK_NS = 1000000, AHEAD = 12 };

struct timer {
    void (*fire)(struct timer *timer);
    uint32_t slot, index;
};

struct slot {
    struct timer **timers;
    uint32_t count, room;
};

static struct slot wheel[SLOTS];
static uint64_t origin, tick;
static size_t pending;

static void start(struct timer *timer, uint64_t at)
{
    timer->slot = (uint32_t)((at - origin + TICK_NS - 1) / TICK_NS % SLOTS);
    struct slot *slot = &wheel[timer->slot];
    if (slot->count == slot->room) {
        slot->room = slot->room > 0 ? slot->room * 2 : 64;
        slot->timers =
            realloc(slot->timers, slot->room * sizeof(struct timer *));
        if (slot->timers == NULL)
            abort();
    }
    timer->index = slot->count;
    slot->timers[slot->count++] = timer;
    pending++;
}

static void cancel(struct timer *timer)
{
    struct slot *slot = &wheel[timer->slot];
    slot->timers[timer->index] = NULL;
    while (slot->count > 0 && slot->timers[slot->count - 1] == NULL)
        slot->count--;
    pending--;
}

static void advance(uint64_t now)
{
    for (; tick <= (now - origin) / TICK_NS; tick++) {
        struct slot *slot = &wheel[tick % SLOTS];
        for (uint32_t i = 0; i < slot->count; i++) {
            if (i + AHEAD < slot->count)
                __builtin_prefetch(slot->timers[i + AHEAD]);
            if (slot->timers[i] != NULL) {
                pending--;
                slot->timers[i]->fire(slot->timers[i]);
            }
        }
        slot->count = 0;
    }
}

static void set_origin(void)
{
    origin = bench_clock(CLOCK_MONOTONIC);
    tick = 0;
}

static void fired(struct timer *timer)
{
    timer->fire = NULL;
}

static struct timer *new_timers(size_t count, int touched)
{
    struct timer *timers = bench_memory(count * sizeof(*timers), touched);
    for (size_t i = 0; touched && i < count; i++)
        timers[i].fire = fired;
    return timers;
}

/* One clock read for all: they are started in one turn. */
static void start_all(struct timer *timers, size_t count)
{
    uint64_t now = bench_clock(CLOCK_MONOTONIC);
    for (size_t i = 0; i < count; i++) {
        timers[i].fire = fired;
        start(&timers[i], now + bench_sleep_length());
    }
}

static void w5a(size_t count)
{
    struct timer *timers = new_timers(count, 1);
    set_origin();
    bench_begin();
    start_all(timers, count);
    while (pending > 0) {
        uint64_t now = bench_clock(CLOCK_MONOTONIC);
        advance(now);
        uint64_t next = origin + tick * TICK_NS;
        struct timespec t = {(time_t)(next / 1000000000),
                             (long)(next % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
    bench_end(count);
    bench_print("-end", (double)(bench_clock(CLOCK_MONOTONIC) - origin) / 1e9);
}

static void w5b(size_t count)
{
    struct timer *timers = new_timers(count, 1);
    set_origin();
    bench_begin();
    start_all(timers, count);
    for (size_t i = 0; i < count; i++)
        cancel(&timers[i]);
    bench_end(count);
}

static void w5c(size_t count)
{
    struct timer *timers = new_timers(BENCH_PENDING + 1, 1);
    set_origin();
    start_all(timers, BENCH_PENDING);
    uint64_t now = bench_clock(CLOCK_MONOTONIC);
    bench_begin();
    for (size_t i = 0; i < count; i++) {
        start(&timers[BENCH_PENDING], now + bench_sleep_length());
        cancel(&timers[BENCH_PENDING]);
    }
    bench_end(count);
}

static void w6t(size_t count)
{
    set_origin();
    size_t before = bench_resident();
    start_all(new_timers(count, 0), count);
    bench_print("", (double)(bench_resident() - before) / (double)count);
}

struct sleeper {
    struct timer timer;
    struct fiber *fiber;
};

static void wake(struct timer *timer)
{
    floor_push(((struct sleeper *)(void *)timer)->fiber);
}

static void sleeper(uint64_t length)
{
    struct sleeper self = {{wake, 0, 0}, floor_self};
    start(&self.timer, bench_clock(CLOCK_MONOTONIC) + length);
    floor_park();
}

static size_t before;

static void look(uint64_t count)
{
    bench_print("", (double)(bench_resident() - before) / (double)count);
    fflush(stdout);
    _exit(0);
}

static void w6f(size_t count)
{
    set_origin();
    before = bench_resident();
    floor_init(count + 1, count + 4, 4096);
    for (size_t i = 0; i < count; i++)
        floor_spawn(sleeper, bench_sleep_length());
    floor_spawn(look, count); /* runs after all of them */
    floor_join();
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W5a", w5a, 1000000, 0},   {"W5b", w5b, 1000000, 0},
        {"W5c", w5c, 20000000, 10}, {"W6t", w6t, 1000000, 0},
        {"W6f", w6f, 200000, 0},    {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
