/* SPDX-License-Identifier: ISC */
/* Opening block devices of the manifest. */
#include "plain_block.h"

#include <fata/bare.h>

int plain_block_open(struct fata_block **block, const char *name,
                     const struct fata_block_ops *ops)
{
    static struct plain_block devices[SOLO5_MANIFEST_MAX];
    uint64_t handle;
    const struct solo5_device *d =
        fata_bare_device(name, SOLO5_DEVICE_BLOCK, &handle);
    if (d == NULL)
        return FATA_ENODEV;
    if (devices[handle].open)
        return FATA_EBUSY;
    devices[handle] = (struct plain_block){
        .block = {.ops = ops,
                  .sectors = d->info.block.capacity / d->info.block.block_size,
                  .sector_size = d->info.block.block_size},
        .handle = handle,
        .descriptor = d->host.descriptor,
        .open = true,
    };
    *block = &devices[handle].block;
    return 0;
}
