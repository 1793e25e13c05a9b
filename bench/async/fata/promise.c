/* SPDX-License-Identifier: ISC */
/* W4 and W4c on async: a promise and a then.  W6p: bytes of resident memory per
 * promise that a timer resolves, of a million pending. */
#include "world.h"

struct cell {
    struct fata_promise promise;
    struct fata_then then;
    struct cell *next;
};

struct sleeper {
    struct fata_timer timer;
    struct fata_promise promise;
};

static struct cell cells[BENCH_BATCH] FATA_ALIGNED(64);
static uint64_t sum;

static void add(struct fata_then *then, int error, void *value)
{
    (void)then, (void)error;
    sum += (uintptr_t)value;
}

static void pass_on(struct fata_then *then, int error, void *value)
{
    struct cell *next = FATA_CONTAINER(then, struct cell, then)->next;

    (void)error;
    if (next != NULL)
        fata_promise_resolve(&next->promise, (char *)value + 1);
}

static void run_jobs(void)
{
    while (fata_sched_turn(&world_sched, 1) != FATA_NEVER)
        ;
}

static void w4(size_t count)
{
    fata_sched_init(&world_sched, NULL);
    bench_begin();
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        for (int i = 0; i < BENCH_BATCH; i++)
            fata_promise_init(&cells[i].promise, &world_sched);
        for (int i = 0; i < BENCH_BATCH; i++)
            fata_then_attach(&cells[i].then, &cells[i].promise, add);
        for (int i = 0; i < BENCH_BATCH; i++)
            fata_promise_resolve(&cells[i].promise, &sum);
        run_jobs();
    }
    bench_end(count);
}

static void w4c(size_t count)
{
    fata_sched_init(&world_sched, NULL);
    bench_begin();
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        struct cell *next = NULL;
        for (int i = 0; i < BENCH_BATCH; i++) {
            fata_promise_init(&cells[i].promise, &world_sched);
            fata_then_attach(&cells[i].then, &cells[i].promise, pass_on);
            cells[i].next = next;
            next = &cells[i];
        }
        fata_promise_resolve(&next->promise, &sum);
        run_jobs();
    }
    bench_end(count);
}

static void fired(struct fata_timer *timer)
{
    struct sleeper *sleeper = FATA_CONTAINER(timer, struct sleeper, timer);
    fata_promise_resolve(&sleeper->promise, NULL);
}

static void w6p(size_t count)
{
    fata_sched_init(&world_sched, NULL);
    fata_sched_turn(&world_sched, 1);
    size_t before = bench_resident();
    struct sleeper *sleepers = bench_memory(count * sizeof(*sleepers), 0);
    for (size_t i = 0; i < count; i++) {
        fata_promise_init(&sleepers[i].promise, &world_sched);
        fata_timer_init(&sleepers[i].timer, fired);
        fata_timer_start(&world_sched, &sleepers[i].timer,
                         1 + bench_sleep_length());
    }
    bench_print("", (double)(bench_resident() - before) / (double)count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W4", w4, 20000000, BENCH_BATCH},
        {"W4c", w4c, 20000000, BENCH_BATCH},
        {"W6p", w6p, 1000000, 0},
        {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
