/* SPDX-License-Identifier: ISC */
/* Block devices by pread and pwrite, one block a call as the filter wants it.
 * The calls are synchronous; the request completes in the next wait all the
 * same. */
#include "../plain_block.h"
#include "spt.h"

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct plain_block *b = FATA_CONTAINER(block, struct plain_block, block);
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
    return plain_block_open(block, name, &ops);
}
