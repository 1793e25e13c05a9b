/* SPDX-License-Identifier: ISC */
/* Block devices by hypercall.  A tender takes many sectors a call; the calls
 * are synchronous, the request completes in the next wait all the same. */
#include "../plain_block.h"
#include "hvt.h"

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct plain_block *b = FATA_CONTAINER(block, struct plain_block, block);
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
    return plain_block_open(block, name, &ops);
}
