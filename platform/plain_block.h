/* SPDX-License-Identifier: ISC */
/* Block devices of the plain Solo5 ABI, for the targets whose tender fills in a
 * manifest: opening them is the same, what moves the bytes is the target's. */
#ifndef FATA_PLATFORM_PLAIN_BLOCK_H
#define FATA_PLATFORM_PLAIN_BLOCK_H

#include <fata/block.h>
#include <fata/solo5.h>

struct plain_block {
    struct fata_block block;
    uint64_t handle;
    int descriptor; /* spt */
    bool open;
};

/* Opens the block device `name` of the manifest, once. */
int plain_block_open(struct fata_block **block, const char *name,
                     const struct fata_block_ops *ops);

#endif
