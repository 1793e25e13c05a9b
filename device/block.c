/* SPDX-License-Identifier: ISC */
/* The checks that every block driver can rely on. */
#include <fata/block.h>

int fata_block_submit(struct fata_block *block, struct fata_block_request *r)
{
    switch (r->op) {
    case FATA_BLOCK_FLUSH:
        if ((block->features & FATA_BLOCK_FLUSHES) == 0)
            return FATA_ENOTSUP;
        return block->ops->submit(block, r);
    case FATA_BLOCK_DISCARD:
        if ((block->features & FATA_BLOCK_DISCARDS) == 0)
            return FATA_ENOTSUP;
        break;
    case FATA_BLOCK_READ:
    case FATA_BLOCK_WRITE:
        break;
    default:
        return FATA_ENOTSUP;
    }
    if (r->op != FATA_BLOCK_READ && (block->features & FATA_BLOCK_READONLY))
        return FATA_EROFS;
    if (r->count == 0 || r->sector >= block->sectors ||
        r->count > block->sectors - r->sector)
        return FATA_ERANGE;
    return block->ops->submit(block, r);
}
