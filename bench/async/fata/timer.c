/* SPDX-License-Identifier: ISC */
/* W5 and W6 on async: timers that call back, and for W6f fibers that sleep. */
#include "world.h"

static size_t left;

static void fired(struct fata_timer *timer)
{
    (void)timer;
    left--;
}

static struct fata_timer *new_timers(size_t count, int touched)
{
    return bench_memory(count * sizeof(struct fata_timer), touched);
}

/* All in one turn, so to say: at one time. */
static void start_all(struct fata_timer *timers, size_t count, fata_time_t now)
{
    for (size_t i = 0; i < count; i++) {
        fata_timer_init(&timers[i], fired);
        fata_timer_start(&world_sched, &timers[i], now + bench_sleep_length());
    }
    left = count;
}

static void w5a(size_t count)
{
    struct fata_timer *timers = new_timers(count, 1);
    uint64_t begin = bench_clock(CLOCK_MONOTONIC);
    fata_sched_init(&world_sched, NULL);
    fata_sched_turn(&world_sched, begin);
    bench_begin();
    start_all(timers, count, begin);
    while (left > 0) {
        fata_time_t now = bench_clock(CLOCK_MONOTONIC);
        fata_time_t next = fata_sched_turn(&world_sched, now);
        if (next <= now || next == FATA_NEVER)
            continue;
        next += FATA_MS(1) - next % FATA_MS(1); /* as all do: see bench.h */
        struct timespec t = {(time_t)(next / 1000000000),
                             (long)(next % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
    bench_end(count);
    bench_print("-end", (double)(bench_clock(CLOCK_MONOTONIC) - begin) / 1e9);
}

static void w5b(size_t count)
{
    struct fata_timer *timers = new_timers(count, 1);
    fata_sched_init(&world_sched, NULL);
    fata_sched_turn(&world_sched, 1);
    bench_begin();
    start_all(timers, count, 1);
    for (size_t i = 0; i < count; i++)
        fata_timer_cancel(&world_sched, &timers[i]);
    bench_end(count);
}

static void w5c(size_t count)
{
    struct fata_timer *timers = new_timers(BENCH_PENDING, 1), timer;
    fata_sched_init(&world_sched, NULL);
    fata_sched_turn(&world_sched, 1);
    start_all(timers, BENCH_PENDING, 1);
    fata_timer_init(&timer, fired);
    bench_begin();
    for (size_t i = 0; i < count; i++) {
        fata_timer_start(&world_sched, &timer, 1 + bench_sleep_length());
        fata_timer_cancel(&world_sched, &timer);
    }
    bench_end(count);
}

static void w6t(size_t count)
{
    fata_sched_init(&world_sched, NULL);
    fata_sched_turn(&world_sched, 1);
    size_t before = bench_resident();
    start_all(new_timers(count, 0), count, 1);
    bench_print("", (double)(bench_resident() - before) / (double)count);
}

static int sleeper(void *arg)
{
    (void)arg;
    left--;
    return fata_sleep_until(FATA_S(1) + bench_sleep_length());
}

static int sleep_fiber(void *count)
{
    struct fata_scope scope;
    size_t before = bench_resident();
    fata_scope_open(&scope);
    left = *(size_t *)count;
    while (left > 0) {
        for (int i = 0; i < BENCH_BATCH; i++)
            world_spawn(&scope, sleeper, NULL);
        world_must(fata_yield());
    }
    bench_print("",
                (double)(bench_resident() - before) / (double)*(size_t *)count);
    exit(0); /* with all of them asleep */
}

static void w6f(size_t count)
{
    world_run(count, 4096, false, sleep_fiber, &count);
}

static void w6k(size_t count)
{
    world_run(count, FATA_STACK_MIN, false, sleep_fiber, &count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W5a", w5a, 1000000, 0},  {"W5b", w5b, 1000000, 0},
        {"W5c", w5c, 2000000, 10}, {"W6t", w6t, 1000000, 0},
        {"W6f", w6f, 200000, 0},   {"W6k", w6k, 200000, 0},
        {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
