/* SPDX-License-Identifier: ISC */
/* W1, W2, W3, W3y and W7 on async. */
#include "world.h"

enum { STACK = 8192 }; /* a page of it for the guard */

static struct fata_channel channels[BENCH_RING];
static uint64_t items[BENCH_RING];
static size_t laps;

static void open_channels(void)
{
    for (int i = 0; i < BENCH_RING; i++)
        fata_channel_init(&channels[i], &items[i], sizeof(items[i]), 1);
}

/* Inline, as a wait must be up to the loop: see fata/fiber.h. */
FATA_INLINE void send(struct fata_channel *channel, uint64_t value)
{
    world_must(fata_channel_send(channel, &value, FATA_NEVER));
}

FATA_INLINE uint64_t recv(struct fata_channel *channel)
{
    uint64_t value;
    world_must(fata_channel_recv(channel, &value, FATA_NEVER));
    return value;
}

static int yielder(void *arg)
{
    (void)arg;
    for (size_t i = laps; i > 0; i--)
        world_must(fata_yield());
    return 0;
}

/* Two fibers until both have returned. */
static void pair(fata_fiber_fn *a, fata_fiber_fn *b)
{
    struct fata_scope scope;
    fata_scope_open(&scope);
    world_spawn(&scope, a, NULL);
    world_spawn(&scope, b, NULL);
    bench_begin();
    world_must(fata_scope_close(&scope));
}

static int yield_fiber(void *count)
{
    laps = *(size_t *)count / 2;
    pair(yielder, yielder);
    bench_end(*(size_t *)count);
    return 0;
}

static void w1(size_t count)
{
    world_run(2, STACK, true, yield_fiber, &count);
}

static int ping(void *arg)
{
    (void)arg;
    for (size_t i = laps; i > 0; i--) {
        send(&channels[0], i);
        if (recv(&channels[1]) != i)
            abort();
    }
    return 0;
}

static int pong(void *arg)
{
    (void)arg;
    for (size_t i = laps; i > 0; i--)
        send(&channels[1], recv(&channels[0]));
    return 0;
}

static int channel_fiber(void *count)
{
    open_channels();
    laps = *(size_t *)count;
    pair(ping, pong);
    bench_end(*(size_t *)count);
    return 0;
}

static void w2(size_t count)
{
    world_run(2, STACK, true, channel_fiber, &count);
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int yield_once(void *arg)
{
    (void)arg;
    return fata_yield();
}

static void batches(size_t count, fata_fiber_fn *fn)
{
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        struct fata_scope scope;
        fata_scope_open(&scope);
        for (int i = 0; i < BENCH_BATCH; i++)
            world_spawn(&scope, fn, NULL);
        world_must(fata_scope_close(&scope));
    }
}

static fata_fiber_fn *spawned;

/* The warming lap is one batch, with the same stacks. */
static int spawn_fiber(void *count)
{
    batches(BENCH_BATCH, spawned);
    bench_begin();
    batches(*(size_t *)count, spawned);
    bench_end(*(size_t *)count);
    return 0;
}

static void w3(size_t count)
{
    spawned = nothing;
    world_run(BENCH_BATCH, STACK, true, spawn_fiber, &count);
}

static void w3y(size_t count)
{
    spawned = yield_once;
    world_run(BENCH_BATCH, STACK, true, spawn_fiber, &count);
}

static int hop(void *arg)
{
    struct fata_channel *in = arg;
    size_t next = (size_t)(in - channels + 1) % BENCH_RING;
    uint64_t value;
    do {
        value = recv(in);
        send(&channels[next], value > 0 ? value - 1 : 0);
    } while (value > 0); /* the end goes round too */
    return 0;
}

static int ring_fiber(void *count)
{
    struct fata_scope scope;
    open_channels();
    fata_scope_open(&scope);
    for (int i = 0; i < BENCH_RING; i++)
        world_spawn(&scope, hop, &channels[i]);
    bench_begin();
    send(&channels[0], *(size_t *)count);
    world_must(fata_scope_close(&scope));
    bench_end(*(size_t *)count);
    return 0;
}

static void w7(size_t count)
{
    world_run(BENCH_RING, STACK, true, ring_fiber, &count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W1", w1, 10000000, 10000}, {"W2", w2, 2000000, 10000},
        {"W3", w3, 2000000, 0},      {"W3y", w3y, 2000000, 0},
        {"W7", w7, 5000000, 100000}, {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
