/* SPDX-License-Identifier: ISC */
/* Block devices by hypercall.  A tender takes many sectors a call; the calls
 * are synchronous, the request completes in the next wait all the same. */
#include "hvt.h"
#include <fata/block.h>

struct hvt_block {
    struct fata_block block;
    uint64_t handle;
    bool open;
};

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct hvt_block *b = FATA_CONTAINER(block, struct hvt_block, block);
    struct solo5_hvt_block call = {
        .handle = b->handle,
        .offset = r->sector * block->sector_size,
        .data = (uint64_t)(uintptr_t)r->data,
        .length = (uint64_t)r->count * block->sector_size,
    };
    hvt_call(r->op == FATA_BLOCK_READ ? SOLO5_HVT_BLOCK_READ
                                      : SOLO5_HVT_BLOCK_WRITE,
             &call);
    r->request.result = call.result == SOLO5_OK ? 0 : FATA_EIO;
    fata_platform_complete(&r->request);
    return 0;
}

int fata_block_open(struct fata_block **block, const char *name)
{
    static const struct fata_block_ops ops = {submit};
    static struct hvt_block devices[SOLO5_MANIFEST_MAX];
    uint64_t handle;
    const struct solo5_device *d =
        fata_bare_device(name, SOLO5_DEVICE_BLOCK, &handle);
    if (d == NULL)
        return FATA_ENODEV;
    if (devices[handle].open)
        return FATA_EBUSY;
    devices[handle] = (struct hvt_block){
        .block = {.ops = &ops,
                  .sectors = d->info.block.capacity / d->info.block.block_size,
                  .sector_size = d->info.block.block_size},
        .handle = handle,
        .open = true,
    };
    *block = &devices[handle].block;
    return 0;
}
