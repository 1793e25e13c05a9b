/* SPDX-License-Identifier: ISC */
/* A disk in memory.  Volatile, so that its flush has nothing to do. */
#include <fata/block.h>
#include <fata/platform.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512u

struct ram {
    struct fata_block block;
    unsigned char *data;
};

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct ram *ram = FATA_CONTAINER(block, struct ram, block);
    size_t at = (size_t)r->sector * SECTOR;
    size_t size = (size_t)r->count * SECTOR;
    switch (r->op) {
    case FATA_BLOCK_READ:
        memcpy(r->data, ram->data + at, size);
        break;
    case FATA_BLOCK_WRITE:
        memcpy(ram->data + at, r->data, size);
        break;
    case FATA_BLOCK_DISCARD:
        memset(ram->data + at, 0, size);
        break;
    case FATA_BLOCK_FLUSH:
        break;
    }
    r->request.result = 0;
    fata_platform_complete(&r->request);
    return 0;
}

int fata_ram_open(struct fata_block **block, const char *name, uint64_t size)
{
    static const struct fata_block_ops ops = {submit};
    struct ram *ram;
    (void)name;
    if (size == 0 || size % SECTOR != 0)
        return FATA_EINVAL;
    if (size > SIZE_MAX / 2)
        return FATA_ENOMEM;
    ram = malloc(sizeof(*ram));
    if (ram == NULL)
        return FATA_ENOMEM;
    ram->data = calloc(1, (size_t)size);
    if (ram->data == NULL) {
        free(ram);
        return FATA_ENOMEM;
    }
    ram->block = (struct fata_block){
        .ops = &ops,
        .sectors = size / SECTOR,
        .sector_size = SECTOR,
        .features = FATA_BLOCK_FLUSHES | FATA_BLOCK_DISCARDS,
    };
    *block = &ram->block;
    return 0;
}
