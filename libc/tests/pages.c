/* SPDX-License-Identifier: ISC */
/* The page bookkeeping against a naive model: one byte per page that says who
 * owns it.  Every page that is handed out is checked to be zero. */
#include "../pages.h"
#include <fata/test.h>
#include <string.h>

enum { PAGES = 64, SEEDS = 300, STEPS = 400 };

static FATA_ALIGNED(4096) unsigned char region[PAGES * PAGE];
static struct pages pages;
static unsigned char owner[PAGES]; /* 0: free, 1: break, else a mapping */

static struct mapping {
    unsigned char *at;
    size_t size;
} mappings[16];

static uint32_t seed;

static uint32_t next_random(uint32_t bound)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % bound;
}

static bool zero(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != 0)
            return false;
    return true;
}

/* Marks pages; they must all belong to `from` before. */
static bool change(unsigned char *at, size_t size, unsigned char from,
                   unsigned char to)
{
    for (size_t i = (size_t)(at - region) / PAGE, n = size / PAGE; n > 0;
         n--, i++) {
        if (i >= PAGES || owner[i] != from)
            return false;
        owner[i] = to;
    }
    return true;
}

static void step_map(struct mapping *m, unsigned char id)
{
    if (m->at == NULL) {
        size_t size = (1 + next_random(8)) * PAGE;
        m->at = pages_map(&pages, size);
        m->size = size;
        if (m->at == NULL)
            return;
        fata_check(zero(m->at, size));
        fata_check(change(m->at, size, 0, id));
        memset(m->at, id, size);
        return;
    }
    /* All, or a part from the front or the back. */
    size_t part = (1 + next_random((uint32_t)(m->size / PAGE))) * PAGE;
    unsigned char *at = next_random(2) ? m->at : m->at + m->size - part;
    fata_check_int(pages_unmap(&pages, at, part), ==, 0);
    fata_check(change(at, part, id, 0));
    if (at == m->at)
        m->at += part;
    m->size -= part;
    if (m->size == 0)
        m->at = NULL;
}

static void step_brk(void)
{
    uintptr_t old = pages.brk;
    uintptr_t to = pages.start + next_random(PAGES / 2 * PAGE);
    uintptr_t now = pages_brk(&pages, to);
    fata_check(now == to || now == old);
    if (now > old) {
        fata_check(zero((unsigned char *)old, now - old));
        memset((void *)old, 1, now - old);
    }
    /* Whole pages that the break covers belong to nobody else. */
    for (uintptr_t p = pages.start; p < now; p += PAGE)
        fata_check_int(owner[(p - pages.start) / PAGE], ==, 0);
}

FATA_TEST(pages_behave_as_a_naive_model)
{
    for (uint32_t s = 0; s < SEEDS; s++) {
        seed = s;
        memset(region, 0, sizeof(region));
        memset(owner, 0, sizeof(owner));
        memset(mappings, 0, sizeof(mappings));
        pages_init(&pages, region, sizeof(region));
        for (int i = 0; i < STEPS && !fata_test_failed(); i++) {
            uint32_t which = next_random(20);
            size_t mapped = 0;
            if (which < 16)
                step_map(&mappings[which], (unsigned char)(which + 2));
            else
                step_brk();
            for (size_t m = 0; m < 16; m++)
                mapped += mappings[m].at != NULL ? mappings[m].size : 0;
            fata_check_int(pages.mapped, ==, mapped);
        }
        for (unsigned char m = 0; m < 16; m++)
            if (mappings[m].at != NULL)
                fata_check_int(
                    pages_unmap(&pages, mappings[m].at, mappings[m].size), ==,
                    0);
        fata_check_int(pages.mapped, ==, 0);
        fata_check(pages.low == pages.end && pages.free == NULL);
    }
}

FATA_TEST(bad_unmaps_are_refused)
{
    pages_init(&pages, region, sizeof(region));
    unsigned char *at = pages_map(&pages, 4 * PAGE);
    fata_check(at != NULL);
    fata_check_int(pages_unmap(&pages, at + 1, PAGE), ==, -1);
    fata_check_int(pages_unmap(&pages, at, 0), ==, -1);
    fata_check_int(pages_unmap(&pages, at - PAGE, PAGE), ==, -1);
    fata_check_int(pages_unmap(&pages, at, 5 * PAGE), ==, -1);
    fata_check_int(pages_unmap(&pages, at, SIZE_MAX - PAGE + 1), ==, -1);
    fata_check_int(pages_unmap(&pages, at + PAGE, PAGE), ==, 0);
    fata_check_int(pages_unmap(&pages, at + PAGE, PAGE), ==, -1);
    fata_check_int(pages_unmap(&pages, at, 2 * PAGE), ==, -1);
}

FATA_TEST(a_full_region_gives_null_and_recovers)
{
    pages_init(&pages, region, sizeof(region));
    unsigned char *all = pages_map(&pages, sizeof(region));
    fata_check(all == region);
    fata_check(pages_map(&pages, PAGE) == NULL);
    fata_check(pages_brk(&pages, pages.start + 1) == pages.start);
    fata_check_int(pages_unmap(&pages, all, sizeof(region)), ==, 0);
    fata_check(pages_map(&pages, sizeof(region) + PAGE) == NULL);
    fata_check(pages_map(&pages, PAGE) != NULL);
    fata_check_int(pages.peak, ==, sizeof(region));
}
