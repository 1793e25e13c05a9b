/* SPDX-License-Identifier: ISC */
/* fata_memory_stats where the host's libc allocates. */
#include <fata/memory.h>
#include <malloc.h>

void fata_memory_stats(struct fata_memory_stats *stats)
{
    static uint64_t peak;
    struct mallinfo2 info = mallinfo2();
    stats->heap_bytes = 0;
    stats->used_bytes = (uint64_t)info.arena + info.hblkhd;
    if (stats->used_bytes > peak)
        peak = stats->used_bytes;
    stats->peak_bytes = peak;
}
