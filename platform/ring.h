/* SPDX-License-Identifier: ISC */
/* The image's side of a ring (abi/include/fata/ring.h), whatever device is
 * behind it.  The ring's memory is static: it is where the note says. */
#ifndef FATA_PLATFORM_RING_H
#define FATA_PLATFORM_RING_H

#include <fata/cc.h>
#include <fata/ring.h>
#include <stdbool.h>

struct ring {
    struct fata_ring *shared;
    uint32_t entries; /* a power of two */
    uint64_t doorbell;
    uint32_t tail;            /* of entries written */
    uint32_t published;       /* of entries that the tender can see */
    uint32_t told;            /* of those after which we looked whether it
                                 wants to be told */
    uint32_t completion_head; /* of completions taken */
};

/* Writes an entry, which the tender sees after ring_publish: not more than
 * `entries` without it.  There is room for all that complete, if no more than
 * that are outstanding; a flood of others (cancels) waits here for the tender.
 */
void ring_push(struct ring *r, const struct fata_ring_entry *entry);

/* Shows the entries to a tender that looks by itself. */
void ring_publish(struct ring *r);

/* Rings the doorbell if there are new entries and the tender sleeps; says
 * whether we will. */
void ring_tell(struct ring *r, bool sleep);

/* Takes a completion; false if there is none. */
FATA_NODISCARD bool ring_take(struct ring *r, struct fata_ring_completion *c);

#endif
