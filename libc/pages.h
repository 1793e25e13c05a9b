/* SPDX-License-Identifier: ISC */
/* The image's heap, in pages: a break that grows up from its start, mappings
 * that are laid down from its end, each reused first fit from the end.  The
 * image's memory is zero at start; pages are zeroed again only when reused.
 * Pure bookkeeping over a region: no libc, no platform. */
#ifndef FATA_LIBC_PAGES_H
#define FATA_LIBC_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u

struct extent; /* a free one, described in its own first bytes */

struct pages {
    uintptr_t start, end; /* the region; page aligned */
    uintptr_t brk;        /* end of the break area */
    uintptr_t brk_top;    /* highest it ever was: below is not zero */
    uintptr_t low;        /* lowest mapping; [brk, low) is free */
    uintptr_t low_bottom; /* lowest it ever was: above is not zero */
    struct extent *free;  /* free extents above low, highest first */
    size_t mapped;        /* bytes in mappings */
    size_t peak;          /* of (brk - start) + mapped */
};

void pages_init(struct pages *p, void *heap, size_t size);

/* Moves the break to `to` if that is in the region and not into mappings;
 * returns where the break is then. */
uintptr_t pages_brk(struct pages *p, uintptr_t to);

/* Returns `size` bytes (a page multiple, not 0) of zeroed pages, or NULL. */
void *pages_map(struct pages *p, size_t size);

/* Returns pages of mappings; part of one is allowed.  Returns -1 where the
 * range is not page aligned, not within mappings' area or already free. */
int pages_unmap(struct pages *p, void *address, size_t size);

#endif
