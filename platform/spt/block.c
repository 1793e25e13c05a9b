/* SPDX-License-Identifier: ISC */
/* Block devices by pread and pwrite, one block a call as the filter wants it.
 * The calls are synchronous; the request completes in the next wait all the
 * same. */
#include "spt.h"
#include <fata/block.h>

struct spt_block {
    struct fata_block block;
    int descriptor;
    bool open;
};

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct spt_block *b = FATA_CONTAINER(block, struct spt_block, block);
    long call = r->op == FATA_BLOCK_READ ? __NR_pread64 : __NR_pwrite64;
    r->request.result = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        char *at = (char *)r->data + (size_t)i * block->sector_size;
        long n = spt_call(call, b->descriptor, (long)(uintptr_t)at,
                          (long)block->sector_size,
                          (long)((r->sector + i) * block->sector_size), 0, 0);
        if (n != (long)block->sector_size) {
            r->request.result = n == FATA_ENOSPC ? FATA_ENOSPC : FATA_EIO;
            break;
        }
    }
    fata_platform_complete(&r->request);
    return 0;
}

int fata_block_open(struct fata_block **block, const char *name)
{
    static const struct fata_block_ops ops = {submit};
    static struct spt_block devices[SOLO5_MANIFEST_MAX];
    uint64_t handle;
    const struct solo5_device *d =
        fata_bare_device(name, SOLO5_DEVICE_BLOCK, &handle);
    if (d == NULL)
        return FATA_ENODEV;
    if (devices[handle].open)
        return FATA_EBUSY;
    devices[handle] = (struct spt_block){
        .block = {.ops = &ops,
                  .sectors = d->info.block.capacity / d->info.block.block_size,
                  .sector_size = d->info.block.block_size},
        .descriptor = d->host.descriptor,
        .open = true,
    };
    *block = &devices[handle].block;
    return 0;
}
