/* SPDX-License-Identifier: ISC */
/* The scheduler's benchmark: what is measured, once for all peers, and what
 * the programs written in C share.
 *
 * A program is called `PROGRAM WORKLOAD [COUNT]` and prints lines `NAME
 * VALUE`.  A value is CPU ns (user and system, of the whole process) per
 * operation unless said otherwise.  Everything runs on one core.  A lap of
 * `warm` operations goes before; W5 and W6 are cold.
 *
 *   W1   yield: two fibers yield in turn; per switch
 *   W2   two fibers, two channels of capacity 1, ping-pong of a word; per
 *        round trip
 *   W3   spawn and join, in batches of 1000; the body returns at once
 *   W3y  the same; the body yields once
 *   W4   promise: create, attach a callback, resolve, run it; in batches of
 *        1000, phase by phase
 *   W4c  chains of 1000 promises, each with a callback that resolves the next;
 *        the first is resolved; per promise, creation and attaching included
 *   W5a  sleeps of random length within 1 s, a million pending at once, each
 *        what continues a program at the least cost: a timer that calls back
 *        (C, Node), a promise (Lwt), a goroutine (Go); per sleep, started and
 *        ended; W5a-end: s from the first start to the last end (ideal: 1)
 *   W5b  a million such sleeps are started, then cancelled in that order; per
 *        sleep (Go: a timer)
 *   W5c  start and cancel one such sleep while 10,000 are pending
 *   W6t  bytes of resident memory per pending sleep, of a million (Go: a timer)
 *   W6p  the same per promise that a timer resolves
 *   W6f  the same per fiber that sleeps, of 200,000, on stacks of 4 KiB or as
 *        the peer has them; W6k: on stacks of 1 KiB
 *   W7   a ring of 503 fibers and channels of capacity 1, one word goes round;
 *        per hop
 *   W8   64-byte echo over TCP, 50 connections on the loopback, a message in
 *        flight on each; the server's CPU ns per request, W8-user: of them in
 *        user mode (the kernel counts these by sampling); W8-wall: ns by the
 *        clock on the wall per request
 *
 * Memory that a peer's user provides (an array of timers or promises) is there,
 * and touched, before the clock starts; what the peer allocates counts. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BENCH_BATCH = 1000, BENCH_RING = 503, BENCH_PENDING = 10000 };

struct bench {
    const char *name;
    void (*run)(size_t count); /* calls bench_begin and bench_end */
    size_t count, warm;
};

static uint64_t bench_cpu_begin;
static const char *bench_name; /* NULL in a warming lap */

static inline uint64_t bench_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void bench_print(const char *suffix, double value)
{
    if (bench_name != NULL)
        printf("%s%s %.5g\n", bench_name, suffix, value);
}

static inline void bench_begin(void)
{
    bench_cpu_begin = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static inline void bench_end(size_t count)
{
    uint64_t end = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    bench_print("", (double)(end - bench_cpu_begin) / (double)count);
}

/* The length of the next sleep, ns: 1 ms to 1 s, the same row for all. */
static inline uint64_t bench_sleep_length(void)
{
    static uint64_t x = 88172645463325252;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return 1000000 + x % 999000000;
}

/* Bytes of resident memory. */
static inline size_t bench_resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
        abort();
    fclose(file);
    return pages * 4096u;
}

/* `size` bytes, touched page by page if `touched`. */
static inline void *bench_memory(size_t size, int touched)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                            (touched ? MAP_POPULATE : 0),
                        -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return memory;
}

static inline int bench_main(const struct bench *table, int argc, char **argv)
{
    for (; argc > 1 && table->name != NULL; table++) {
        if (strcmp(table->name, argv[1]) != 0)
            continue;
        size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : table->count;
        if (count == 0 || count % BENCH_BATCH != 0)
            break;
        if (table->warm > 0)
            table->run(table->warm);
        bench_name = table->name;
        table->run(count);
        return 0;
    }
    fprintf(stderr, "usage: %s WORKLOAD [COUNT], a multiple of %d\n", argv[0],
            BENCH_BATCH);
    return 2;
}

#endif
