/* SPDX-License-Identifier: ISC */
/* Three patterns: one size again and again; a working set of random sizes;
 * large blocks.  Prints ns per malloc+free pair, and the heap that the working
 * set takes per byte asked for. */
#include <fata/memory.h>
#include <fata/platform.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "app.h"

enum { SLOTS = 4096 };

static int steps;

static void *slots[SLOTS];
static size_t sizes[SLOTS];
static uint32_t seed = 1;

static uint32_t random32(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static double same_size(size_t size)
{
    fata_time_t begin = fata_now();
    for (int i = 0; i < steps; i++) {
        void *volatile p = malloc(size);
        free(p);
    }
    return (double)(fata_now() - begin) / steps;
}

static double working_set(uint32_t size_max, double *overhead)
{
    struct fata_memory_stats s;
    size_t asked = 0;
    fata_time_t begin = fata_now();
    for (int i = 0; i < steps; i++) {
        uint32_t at = random32() % SLOTS;
        size_t size = random32() % size_max + 1;
        free(slots[at]);
        asked += size - sizes[at];
        slots[at] = malloc(size);
        sizes[at] = size;
    }
    double ns = (double)(fata_now() - begin) / steps;
    fata_memory_stats(&s);
    *overhead = (double)s.used_bytes / (double)asked;
    for (int i = 0; i < SLOTS; i++) {
        free(slots[i]);
        slots[i] = NULL;
        sizes[i] = 0;
    }
    return ns;
}

int start(struct app *app)
{
    double small, mixed;
    steps = (int)app->keys.steps;
    printf("64 bytes %.1f ns", same_size(64));
    printf(", 4000 bytes %.1f ns", same_size(4000));
    double a = working_set(256, &small);
    double b = working_set(4096, &mixed);
    printf(", set of 1-256 %.1f ns (%.2f of asked), set of 1-4096 %.1f ns "
           "(%.2f of asked)",
           a, small, b, mixed);
    printf(", 300 KB %.1f ns\n", same_size(300000));
    return 0;
}
