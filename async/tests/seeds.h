/* SPDX-License-Identifier: ISC */
/* Randomised tests: a run is a function of its seed.  A failure names the seed;
 * FATA_SEED=7, or a range FATA_SEED=7-20, in the environment of a test program
 * on target unix runs only that. */
#ifndef FATA_ASYNC_TESTS_SEEDS_H
#define FATA_ASYNC_TESTS_SEEDS_H

#include <fata/cc.h>
#include <fata/test.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct seeds {
    unsigned first, last;
};

static uint64_t random_state; /* xorshift64* */

FATA_UNUSED static void random_seed(unsigned seed)
{
    random_state = 0x9e3779b97f4a7c15 * (seed + 1);
}

/* 0 .. n-1 */
FATA_UNUSED static uint64_t below(uint64_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (random_state * 0x2545f4914f6cdd1d >> 33) % n;
}

/* `count` seeds; a tenth of them in images and under ASan, a hundredth under
 * TSan, which maps and unmaps memory for each stack. */
FATA_UNUSED static struct seeds seeds_of(unsigned count)
{
    unsigned part = FATA_TSAN ? 100 : FATA_ASAN ? 10 : 1;
#if defined(FATA_FLAVOUR_HOST) && FATA_FLAVOUR_HOST
    const char *given = getenv("FATA_SEED");
    struct seeds seeds;
    int n =
        given != NULL ? sscanf(given, "%u-%u", &seeds.first, &seeds.last) : 0;
    if (n == 1)
        seeds.last = seeds.first;
    if (n > 0)
        return seeds;
#else
    part = 10;
#endif
    return (struct seeds){1, (count + part - 1) / part};
}

FATA_UNUSED static void seed_failed(unsigned seed, const char *what)
{
    static char where[32];
    snprintf(where, sizeof(where), "FATA_SEED=%u", seed);
    fata_test_fail(where, what);
}

#endif
