/* SPDX-License-Identifier: ISC */
/* The worker's side of a ring in guest memory.  The guest may write anything
 * there at any time: each field is read once, the copy is checked and used,
 * and nothing that we have written is read back. */
#ifndef TENDER_HVT_RING_H
#define TENDER_HVT_RING_H

#include "hvt.h"

#include <fata/ring.h>

/* How a guest breaks the contract; also the worker's exit status then. */
enum ring_mistake {
    RING_TAIL = 1,
    RING_HEAD,
    RING_FULL,
    RING_OPERATION,
    RING_BUFFER,
    RING_FRAME,
    RING_MISTAKES /* not one: their number plus one */
};

/* A receive that waits for a frame. */
struct ring_posted {
    struct fata_ring_entry entry;
    void *data;    /* where the buffer is */
    uint32_t next; /* slot, or 0 */
};

/* A frame that is sent in pieces, as far as they are here. */
struct ring_frame {
    struct fata_vnet header;
    uint32_t handle;
    unsigned pieces; /* without the header; 0: none is begun */
    uint64_t length;
    struct iovec piece[1 + FATA_RING_PIECES_MOST];
};

struct ring_device {
    bool readable; /* as far as we know */
    bool begun;    /* an entry of the present chain has completed */
    bool failed;   /* not with a frame: the rest of it will not be tried */
    uint32_t first, last;
};

struct ring {
    const struct hvt *h;
    struct fata_ring *shared;
    uint32_t entries;
    bool plain;               /* Solo5's operations, else ours */
    uint32_t head;            /* ours; published only */
    uint32_t completion_tail; /* ours; published only */
    uint32_t waiting;         /* slots in use */
    uint32_t free;            /* slot, or 0 */
    bool failed;              /* a send of the present chain has */
    struct ring_frame frame;
    struct hvt_ring_stats *stats;
    struct ring_device device[SOLO5_MANIFEST_MAX];
    struct ring_posted slot[FATA_RING_ENTRIES_MOST + 1]; /* the first unused */
};

/* r->h, shared, entries, plain and stats are set; the rest is zero. */
void ring_init(struct ring *r);

/* Takes the entries that are there, and frames for receives that wait.
 * Returns 0 or an enum ring_mistake. */
FATA_NODISCARD int ring_serve(struct ring *r);

/* Asks the guest for its doorbell, or not.  Returns false if it has submitted
 * something that it need not tell us. */
FATA_NODISCARD bool ring_sleep(struct ring *r);
void ring_awake(struct ring *r);

/* True if the guest sleeps until there is a completion (Solo5's never does); to
 * be asked after some were made. */
FATA_NODISCARD bool ring_guest_sleeps(struct ring *r);

/* What a mistake is, for the guest's report. */
const char *ring_mistake(int mistake);

#endif
