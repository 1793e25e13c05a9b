/* SPDX-License-Identifier: ISC */
/* How much of the image's heap is in use. */
#ifndef FATA_MEMORY_H
#define FATA_MEMORY_H

#include <stdint.h>

/* Bytes in pages that the allocator holds; what it has of them in free blocks
 * counts as used.  Where the host's libc allocates (target unix), heap_bytes is
 * 0 and the others are what malloc says it has taken from the host. */
struct fata_memory_stats {
    uint64_t heap_bytes; /* all there is; malloc returns NULL beyond */
    uint64_t used_bytes;
    uint64_t peak_bytes; /* most that was ever used */
};

void fata_memory_stats(struct fata_memory_stats *stats);

#endif
