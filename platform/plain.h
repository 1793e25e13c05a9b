/* SPDX-License-Identifier: ISC */
/* Devices of the plain Solo5 ABI, for the targets whose tender fills in a
 * manifest: opening them is the same, what moves the bytes is the target's. */
#ifndef FATA_PLATFORM_PLAIN_H
#define FATA_PLATFORM_PLAIN_H

#include "frame_net.h"

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

/* Opens the network device `name` of the manifest, once: the element of
 * `devices` at its handle. */
int plain_net_open(struct fata_net **net, const char *name,
                   struct frame_net devices[SOLO5_MANIFEST_MAX],
                   long (*read)(struct frame_net *, void *, size_t),
                   long (*write)(struct frame_net *, const void *, size_t));

#endif
