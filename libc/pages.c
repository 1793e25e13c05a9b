/* SPDX-License-Identifier: ISC */
/* Page bookkeeping of the image's heap; see pages.h. */
#include "pages.h"
#include <string.h>

struct extent {
    struct extent *next; /* lower address */
    size_t size;
};

void pages_init(struct pages *p, void *heap, size_t size)
{
    *p = (struct pages){0};
    p->start = ((uintptr_t)heap + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    p->end = ((uintptr_t)heap + size) & ~(uintptr_t)(PAGE - 1);
    if (p->end < p->start)
        p->end = p->start;
    p->brk = p->brk_top = p->start;
    p->low = p->low_bottom = p->end;
}

static void count_peak(struct pages *p)
{
    size_t used = (p->brk - p->start) + p->mapped;
    if (used > p->peak)
        p->peak = used;
}

uintptr_t pages_brk(struct pages *p, uintptr_t to)
{
    if (to < p->start || to > p->low)
        return p->brk;
    if (to > p->brk) {
        /* What either side has used before is not zero any more. */
        uintptr_t dirty = p->brk_top < to ? p->brk_top : to;
        if (dirty > p->brk)
            memset((void *)p->brk, 0, dirty - p->brk);
        uintptr_t from = p->low_bottom > p->brk ? p->low_bottom : p->brk;
        if (to > from)
            memset((void *)from, 0, to - from);
    }
    p->brk = to;
    if (to > p->brk_top)
        p->brk_top = to;
    count_peak(p);
    return to;
}

/* Takes `size` bytes from the upper end of the first free extent they fit in.
 */
static uintptr_t take_free(struct pages *p, size_t size)
{
    for (struct extent **link = &p->free; *link != NULL;
         link = &(*link)->next) {
        struct extent *e = *link;
        if (e->size < size)
            continue;
        e->size -= size;
        if (e->size == 0)
            *link = e->next;
        return (uintptr_t)e + e->size;
    }
    return 0;
}

void *pages_map(struct pages *p, size_t size)
{
    uintptr_t at = take_free(p, size);
    if (at != 0) {
        memset((void *)at, 0, size);
    } else {
        uintptr_t room = (p->low - p->brk) & ~(uintptr_t)(PAGE - 1);
        if (size > room)
            return NULL;
        at = p->low - size;
        p->low = at;
        /* Zero what the break or an earlier mapping has used. */
        uintptr_t used_end = p->brk_top > at ? p->brk_top : at;
        if (used_end > at + size)
            used_end = at + size;
        memset((void *)at, 0, used_end - at);
        uintptr_t from = p->low_bottom > used_end ? p->low_bottom : used_end;
        if (from < at + size)
            memset((void *)from, 0, at + size - from);
        if (at < p->low_bottom)
            p->low_bottom = at;
    }
    p->mapped += size;
    count_peak(p);
    return (void *)at;
}

int pages_unmap(struct pages *p, void *address, size_t size)
{
    uintptr_t at = (uintptr_t)address;
    if (at % PAGE != 0 || size == 0 || size % PAGE != 0 || at < p->low ||
        at > p->end || size > p->end - at)
        return -1;

    /* The free list is in descending order: `above` ends up as the last
     * extent that lies above, `below` as the first one below. */
    struct extent *above = NULL, *below = p->free;
    while (below != NULL && (uintptr_t)below > at) {
        above = below;
        below = below->next;
    }
    if ((above != NULL && (uintptr_t)above < at + size) ||
        (below != NULL && (uintptr_t)below + below->size > at))
        return -1;

    struct extent *e = (struct extent *)at;
    *e = (struct extent){below, size};
    if (above != NULL)
        above->next = e;
    else
        p->free = e;
    if (below != NULL && (uintptr_t)below + below->size == at) {
        below->size += e->size;
        if (above != NULL)
            above->next = below;
        else
            p->free = below;
        e = below;
    }
    if (above != NULL && (uintptr_t)e + e->size == (uintptr_t)above) {
        /* Merge upwards: whoever pointed to `above` now points to e. */
        struct extent **link = &p->free;
        while (*link != above)
            link = &(*link)->next;
        e->size += above->size;
        *link = e;
    }
    p->mapped -= size;

    /* The lowest extent goes back to the room between break and mappings. */
    if ((uintptr_t)e == p->low) {
        struct extent **link = &p->free;
        while (*link != e)
            link = &(*link)->next;
        *link = e->next;
        p->low += e->size;
    }
    return 0;
}
