/* SPDX-License-Identifier: ISC */
/* W1, W2, W3, W3y and W7 on the floor. */
#include "bench.h"
#include "floor.h"

static size_t laps;
static struct channel channels[BENCH_RING];

static void yield(uint64_t times)
{
    while (times-- > 0)
        floor_yield();
}

static void w1(size_t count)
{
    floor_init(2, 4, 4096);
    floor_spawn(yield, count / 2);
    floor_spawn(yield, count / 2);
    bench_begin();
    floor_join();
    bench_end(count);
}

static void ping(uint64_t arg)
{
    (void)arg;
    for (size_t i = laps; i > 0; i--) {
        channel_send(&channels[0], i);
        if (channel_recv(&channels[1]) != i)
            abort();
    }
}

static void pong(uint64_t arg)
{
    (void)arg;
    for (size_t i = laps; i > 0; i--)
        channel_send(&channels[1], channel_recv(&channels[0]));
}

static void w2(size_t count)
{
    floor_init(2, 4, 4096);
    laps = count;
    floor_spawn(ping, 0);
    floor_spawn(pong, 0);
    bench_begin();
    floor_join();
    bench_end(count);
}

static void batches(size_t count, void (*fn)(uint64_t), uint64_t arg)
{
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        for (int i = 0; i < BENCH_BATCH; i++)
            floor_spawn(fn, arg);
        floor_join();
    }
}

/* The warming lap is one batch, with the same stacks. */
static void spawn_join(size_t count, uint64_t yields)
{
    floor_init(BENCH_BATCH, BENCH_BATCH + 4, 4096);
    batches(BENCH_BATCH, yield, yields);
    bench_begin();
    batches(count, yield, yields);
    bench_end(count);
}

static void w3(size_t count)
{
    spawn_join(count, 0);
}

static void w3y(size_t count)
{
    spawn_join(count, 1);
}

static void hop(uint64_t number)
{
    struct channel *in = &channels[number];
    struct channel *out = &channels[(number + 1) % BENCH_RING];
    uint64_t value;
    do {
        value = channel_recv(in);
        if (value > 0)
            channel_send(out, value - 1);
    } while (value > 0);
    channel_send(out, 0); /* the end goes round too */
}

static void w7(size_t count)
{
    floor_init(BENCH_RING, BENCH_RING + 4, 4096);
    memset(channels, 0, sizeof(channels));
    for (uint64_t i = 0; i < BENCH_RING; i++)
        floor_spawn(hop, i);
    bench_begin();
    channel_send(&channels[0], count);
    floor_join();
    bench_end(count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W1", w1, 40000000, 10000},  {"W2", w2, 10000000, 10000},
        {"W3", w3, 20000000, 0},      {"W3y", w3y, 10000000, 0},
        {"W7", w7, 20000000, 100000}, {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
