/* SPDX-License-Identifier: ISC */
/* malloc until NULL, in small and in large blocks; what is freed can be had
 * again; the statistics agree. */
#include <fata/memory.h>
#include <fata/test.h>
#include <stdlib.h>
#include <string.h>

/* Allocates blocks of `size` until there are no more, each holding a pointer
 * to the one before; frees them all.  Returns their number. */
static size_t fill(size_t size)
{
    void **last = NULL, **block;
    size_t count = 0;
    while ((block = malloc(size)) != NULL) {
        *block = last;
        last = block;
        count++;
    }
    while (last != NULL) {
        block = *last;
        free(last);
        last = block;
    }
    return count;
}

FATA_TEST(the_limit_is_reached_and_told_by_null)
{
    struct fata_memory_stats s;
    size_t small, large, again;
    fata_memory_stats(&s);
    fata_check(s.heap_bytes > 1u << 20);
    fata_check(s.used_bytes <= s.peak_bytes && s.peak_bytes <= s.heap_bytes);

    large = fill(300000); /* mapped one by one */
    fata_check(large * 300000 <= s.heap_bytes);
    fata_check((large + 1) * 304000 > s.heap_bytes * 8 / 10);
    small = fill(1000); /* carved out of the break */
    fata_check(small * 1000 <= s.heap_bytes);
    fata_check(small * 1000 > s.heap_bytes * 8 / 10);
    again = fill(1000);
    fata_check_int(again, >=, small * 99 / 100);

    fata_memory_stats(&s);
    fata_check(s.peak_bytes > s.heap_bytes * 9 / 10);
    /* Volatile: compilers know malloc and assume that it succeeds. */
    volatile size_t huge = SIZE_MAX / 2;
    void *volatile p = malloc(huge);
    fata_check(p == NULL);
    p = calloc(huge, 3);
    fata_check(p == NULL);
    p = malloc(100);
    fata_check(p != NULL);
    free(p);
}
