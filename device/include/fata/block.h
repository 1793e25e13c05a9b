/* SPDX-License-Identifier: ISC */
/* Block devices as requests: whole-sector transfers that complete later.
 * Context: any code of the image's thread; nothing here suspends (the calls
 * that do are in fata/run.h).  Allocation: none.  A device lives as long as
 * the image. */
#ifndef FATA_BLOCK_H
#define FATA_BLOCK_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/request.h>
#include <stdbool.h>
#include <stdint.h>

enum fata_block_op {
    FATA_BLOCK_READ,
    FATA_BLOCK_WRITE,
    FATA_BLOCK_FLUSH,   /* writes completed before its submit are durable */
    FATA_BLOCK_DISCARD, /* content may be forgotten; reads as anything */
};

struct fata_block_request {
    struct fata_request request; /* done is set by the caller; result: 0, or
                                    FATA_EIO, FATA_ENOSPC; a failed read or
                                    write leaves the range unspecified */
    enum fata_block_op op;
    uint64_t sector; /* first one; FLUSH: ignored */
    uint32_t count;  /* sectors, at least 1; FLUSH: ignored */
    void *data;      /* READ, WRITE: count * sector_size bytes, lent */
};

#define FATA_BLOCK_READONLY (1u << 0)
#define FATA_BLOCK_FLUSHES  (1u << 1) /* flush makes durable */
#define FATA_BLOCK_DISCARDS (1u << 2)

/* Read-only for users; a driver embeds it. */
struct fata_block {
    const struct fata_block_ops *ops;
    uint64_t sectors;
    uint32_t sector_size; /* bytes: a power of two, 512..32768 */
    uint32_t features;    /* FATA_BLOCK_* */
};

struct fata_block_ops {
    /* Called with a request that fata_block_submit has checked. */
    int (*submit)(struct fata_block *block, struct fata_block_request *r);
};

/* Starts `r`.  Lent until `done`.  Many may be in flight; they may be worked
 * on in any order, except that a request that overlaps an earlier write sees
 * all or nothing of each sector.
 * Returns 0, or without a completion: FATA_ERANGE (outside the device, or
 * count 0), FATA_EROFS, FATA_ENOTSUP (FLUSH or DISCARD that the device does
 * not have; see features). */
FATA_NODISCARD int fata_block_submit(struct fata_block *block,
                                     struct fata_block_request *r);

/* Opens the host-attached device `name`; implemented by the platform.
 * block  returned; lives as long as the image
 * Returns 0, FATA_ENODEV (not attached), FATA_EBUSY (open already) or FATA_EIO.
 */
FATA_NODISCARD int fata_block_open(struct fata_block **block, const char *name);

/* A disk in memory: `size` bytes of the heap, zeroed, sectors of 512.
 * Returns 0, FATA_EINVAL (size 0 or not a multiple of 512) or FATA_ENOMEM. */
FATA_NODISCARD int fata_ram_open(struct fata_block **block, const char *name,
                                 uint64_t size);

#endif
