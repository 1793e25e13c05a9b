/* SPDX-License-Identifier: ISC */
/* libuv: W5a, W5b, W5c and W6t of bench.h.  It has neither fibers nor
 * promises; its echo server is echo_uv.c. */
#include "../bench.h"

#include <uv.h>

static uv_loop_t loop;

static void fired(uv_timer_t *timer)
{
    (void)timer;
}

static uv_timer_t *new_timers(size_t count, int touched)
{
    return bench_memory(count * sizeof(uv_timer_t), touched);
}

/* Lengths are whole milliseconds here. */
static void start_all(uv_timer_t *timers, size_t count)
{
    uv_loop_init(&loop);
    for (size_t i = 0; i < count; i++) {
        uv_timer_init(&loop, &timers[i]);
        uv_timer_start(&timers[i], fired, bench_sleep_length() / 1000000, 0);
    }
}

static void w5a(size_t count)
{
    uv_timer_t *timers = new_timers(count, 1);
    uint64_t begin = bench_clock(CLOCK_MONOTONIC);
    bench_begin();
    start_all(timers, count);
    uv_run(&loop, UV_RUN_DEFAULT);
    bench_end(count);
    bench_print("-end", (double)(bench_clock(CLOCK_MONOTONIC) - begin) / 1e9);
}

static void w5b(size_t count)
{
    uv_timer_t *timers = new_timers(count, 1);
    bench_begin();
    start_all(timers, count);
    for (size_t i = 0; i < count; i++)
        uv_timer_stop(&timers[i]);
    bench_end(count);
}

static void w5c(size_t count)
{
    uv_timer_t *timers = new_timers(BENCH_PENDING, 1), timer;
    start_all(timers, BENCH_PENDING);
    uv_timer_init(&loop, &timer);
    bench_begin();
    for (size_t i = 0; i < count; i++) {
        uv_timer_start(&timer, fired, bench_sleep_length() / 1000000, 0);
        uv_timer_stop(&timer);
    }
    bench_end(count);
}

static void w6t(size_t count)
{
    size_t before = bench_resident();
    start_all(new_timers(count, 0), count);
    bench_print("", (double)(bench_resident() - before) / (double)count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W5a", w5a, 1000000, 0},  {"W5b", w5b, 1000000, 0},
        {"W5c", w5c, 2000000, 10}, {"W6t", w6t, 1000000, 0},
        {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
