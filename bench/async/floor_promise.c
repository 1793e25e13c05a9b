/* SPDX-License-Identifier: ISC */
/* W4 and W4c on the floor: a promise is one cache line, with one callback and
 * its own link in the queue of callbacks. */
#include "bench.h"

struct promise {
    struct promise *next; /* in the queue, or free */
    void (*callback)(struct promise *promise);
    void *arg;
    uint64_t value;
    int resolved;
    char rest[28];
};

static struct promise *queue, **last = &queue, *free_list;
static uint64_t sum;

static struct promise *create(void)
{
    struct promise *promise = free_list;
    free_list = promise->next;
    promise->callback = NULL;
    promise->resolved = 0;
    return promise;
}

static void post(struct promise *promise)
{
    promise->next = NULL;
    *last = promise;
    last = &promise->next;
}

static void attach(struct promise *promise,
                   void (*callback)(struct promise *promise), void *arg)
{
    promise->callback = callback;
    promise->arg = arg;
    if (promise->resolved)
        post(promise);
}

static void resolve(struct promise *promise, uint64_t value)
{
    promise->value = value;
    promise->resolved = 1;
    if (promise->callback != NULL)
        post(promise);
}

static void run(void)
{
    struct promise *promise;
    while ((promise = queue) != NULL) {
        queue = promise->next;
        if (queue == NULL)
            last = &queue;
        promise->callback(promise);
        promise->next = free_list;
        free_list = promise;
    }
}

static void add(struct promise *promise)
{
    sum += promise->value;
}

static void pass_on(struct promise *promise)
{
    if (promise->arg != NULL)
        resolve(promise->arg, promise->value + 1);
}

static void fill_pool(void)
{
    static struct promise pool[BENCH_BATCH] __attribute__((aligned(64)));
    free_list = NULL;
    for (int i = 0; i < BENCH_BATCH; i++) {
        pool[i].next = free_list;
        free_list = &pool[i];
    }
}

static void w4(size_t count)
{
    struct promise *batch[BENCH_BATCH];
    fill_pool();
    bench_begin();
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        for (int i = 0; i < BENCH_BATCH; i++)
            batch[i] = create();
        for (int i = 0; i < BENCH_BATCH; i++)
            attach(batch[i], add, NULL);
        for (int i = 0; i < BENCH_BATCH; i++)
            resolve(batch[i], 1);
        run();
    }
    bench_end(count);
}

static void w4c(size_t count)
{
    fill_pool();
    bench_begin();
    for (size_t done = 0; done < count; done += BENCH_BATCH) {
        struct promise *next = NULL;
        for (int i = 0; i < BENCH_BATCH; i++) {
            struct promise *promise = create();
            attach(promise, pass_on, next);
            next = promise;
        }
        resolve(next, 1);
        run();
    }
    bench_end(count);
}

int main(int argc, char **argv)
{
    static const struct bench table[] = {
        {"W4", w4, 20000000, BENCH_BATCH},
        {"W4c", w4c, 20000000, BENCH_BATCH},
        {NULL, NULL, 0, 0},
    };
    return bench_main(table, argc, argv);
}
