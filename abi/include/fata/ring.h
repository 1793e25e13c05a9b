/* SPDX-License-Identifier: ISC */
/* The ring: requests from image to tender without leaving the machine, for
 * block and network devices alike.  One producer and one consumer on each
 * side.  The layout is that of Solo5's network ring, which knows the first two
 * operations; ours adds operations, chains and the wake-up.  Both sides compile
 * this file; docs/abi.md is the contract in words.
 *
 * Counters run freely; a slot is `counter & (entries - 1)`.  Who writes a field
 * never needs to read it back.  The image may have as many entries outstanding
 * as the ring has, so that there is room for every completion. */
#ifndef FATA_RING_H
#define FATA_RING_H

#include <stddef.h>
#include <stdint.h>

#define FATA_RING_ENTRIES_MOST 1024u /* a power of two, at least 2 */
#define FATA_NET_RING_ENTRIES  256u  /* that images of ours have */
#define FATA_NET_RING_LARGE                                                    \
    2u /* net devices whose shares of it have room                             \
          for the frames of offloads */

/* A request; the image writes it, then `tail`. */
struct fata_ring_entry {
    uint16_t operation; /* FATA_RING_* */
    uint16_t flags;     /* FATA_RING_MORE, FATA_RING_PIECE */
    uint32_t handle;    /* of the device: its index in the manifest */
    uint64_t address;   /* guest address of the buffer, lent to completion */
    uint32_t length;    /* of the buffer, bytes */
    uint32_t id;        /* comes back in the completion */
    uint64_t offset;    /* of a block device, bytes; of a net device with
                           offloads: guest address of the frame's struct
                           fata_vnet (abi.h), lent, too; else 0 */
};

struct fata_ring_completion {
    uint32_t id;
    int32_t result;  /* FATA_RING_* results */
    uint32_t length; /* bytes done; of a frame, its length */
    uint32_t zero;
};

struct fata_ring {
    /* Written by the image. */
    uint32_t tail;            /* entries submitted */
    uint32_t completion_head; /* completions taken */
    uint32_t wake;            /* not 0: tell me of completions; I sleep */
    uint32_t image_unused[13];
    /* Written by the tender. */
    uint32_t head;            /* entries taken: their slots are free */
    uint32_t completion_tail; /* completions made */
    uint32_t doorbell;        /* not 0: tell me of entries; I sleep */
    uint32_t tender_unused[13];
    struct fata_ring_entry entry[]; /* then as many completions */
};

#define FATA_RING_COMPLETIONS(ring, entries)                                   \
    ((struct fata_ring_completion *)(void *)&(ring)->entry[entries])
#define FATA_RING_SIZE(entries)                                                \
    (sizeof(struct fata_ring) +                                                \
     (entries) * (sizeof(struct fata_ring_entry) +                             \
                  sizeof(struct fata_ring_completion)))

enum fata_ring_operation {
    FATA_RING_PLAIN_WRITE = 1, /* Solo5's: a frame out, no completion */
    FATA_RING_PLAIN_READ,      /* Solo5's: a frame, or AGAIN at once */
    FATA_RING_SEND,            /* a frame out */
    FATA_RING_RECEIVE,         /* completes when a frame has come */
    FATA_RING_CANCEL           /* of the receives with this handle and id; has
                                  no completion itself */
};

/* The next entry is of the same chain: of receives, those that find nothing
 * when the first has got a frame complete with AGAIN; of sends, those after one
 * that failed. */
#define FATA_RING_MORE 1u

/* Devices with offloads.  Of a send: the next entry is a further piece of this
 * frame, of which the last completes, and has a place in a chain; the header is
 * named by the first.  A chain of receives is one room: each frame that comes
 * fills as many buffers as it needs, from one of its own on, and is a
 * completion with the id and the header of that; one that is not OK ends the
 * chain when no more frames are there, or a largest one may not fit. */
#define FATA_RING_PIECE 2u

#define FATA_RING_PIECES_MOST 128u   /* of a frame that is sent */
#define FATA_RING_LARGEST     65549u /* bytes of a frame, without header */

enum fata_ring_result { /* the first four are those of hypercalls */
                        FATA_RING_OK,
                        FATA_RING_AGAIN,
                        FATA_RING_EINVAL,
                        FATA_RING_EUNSPEC,
                        FATA_RING_CANCELED
};

_Static_assert(sizeof(struct fata_ring_entry) == 32, "ring entry");
_Static_assert(offsetof(struct fata_ring_entry, address) == 8, "entry.address");
_Static_assert(offsetof(struct fata_ring_entry, id) == 20, "entry.id");
_Static_assert(sizeof(struct fata_ring_completion) == 16, "ring completion");
_Static_assert(sizeof(struct fata_ring) == 128, "ring header");
_Static_assert(offsetof(struct fata_ring, head) == 64, "ring.head");
_Static_assert(FATA_RING_SIZE(1024) == 49280, "Solo5's ring");

#endif
