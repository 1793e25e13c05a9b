/* SPDX-License-Identifier: ISC */
/* brk, mmap and munmap of anonymous memory, for the libc's allocator: where the
 * heap is full they fail as on Linux, and malloc returns NULL. */
#include "../pages.h"
#include <fata/sys.h>
#include <fata/memory.h>
#include <fata/platform.h>
#include <sys/mman.h>

static struct pages pages;

static struct pages *heap(void)
{
    if (pages.end == 0) {
        struct fata_platform_memory memory;
        fata_platform_memory(&memory);
        pages_init(&pages, memory.heap, memory.heap_size);
    }
    return &pages;
}

void fata_memory_stats(struct fata_memory_stats *stats)
{
    struct pages *p = heap();
    stats->heap_bytes = p->end - p->start;
    stats->used_bytes = (p->brk - p->start) + p->mapped;
    stats->peak_bytes = p->peak;
}

long SYS_SYMBOL(brk)(uintptr_t to);

SYS_SERVE(brk)(uintptr_t to)
{
    return (long)pages_brk(heap(), to);
}

static size_t whole_pages(size_t size)
{
    return (size + PAGE - 1) & ~(size_t)(PAGE - 1);
}

long SYS_SYMBOL(mmap)(void *hint, size_t size, long protection, long flags,
                      long fd, long offset);

SYS_SERVE(mmap)
(void *hint, size_t size, long protection, long flags, long fd, long offset)
{
    void *at;
    (void)hint, (void)offset, (void)fd;
    if ((flags & MAP_ANONYMOUS) == 0)
        return -ENODEV; /* files cannot be mapped */
    if ((flags & MAP_FIXED) != 0 || (protection & PROT_EXEC) != 0)
        return -EPERM;
    if (size == 0 || whole_pages(size) < size)
        return -ENOMEM;
    at = pages_map(heap(), whole_pages(size));
    return at == NULL ? -ENOMEM : (long)(uintptr_t)at;
}

long SYS_SYMBOL(munmap)(void *at, size_t size);

SYS_SERVE(munmap)(void *at, size_t size)
{
    return pages_unmap(heap(), at, whole_pages(size)) == 0 ? 0 : -EINVAL;
}

/* realloc copies by itself then. */
SYS_REFUSE(mremap, -ENOMEM);
/* Advice only; protection is the tender's. */
SYS_REFUSE(madvise, 0);
SYS_REFUSE(mprotect, 0);
