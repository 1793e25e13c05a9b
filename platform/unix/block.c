/* SPDX-License-Identifier: ISC */
/* Block devices are files.  Transfers are synchronous; the request completes
 * in the next wait all the same. */
#include "unix.h"
#include <errno.h>
#include <fata/block.h>
#include <fata/solo5.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SECTOR 512u

struct unix_block {
    struct fata_block block;
    int descriptor;
    const char *name;
    struct unix_block *next;
};

static struct unix_block *devices;

/* Transfers all of it; returns 0 or a code. */
static int transfer(struct unix_block *b, struct fata_block_request *r)
{
    char *data = r->data;
    size_t left = (size_t)r->count * SECTOR;
    off_t at = (off_t)(r->sector * SECTOR);
    while (left > 0) {
        ssize_t n = r->op == FATA_BLOCK_READ
                        ? pread(b->descriptor, data, left, at)
                        : pwrite(b->descriptor, data, left, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC ? FATA_ENOSPC : FATA_EIO;
        if (n == 0)
            return FATA_EIO; /* the file has become shorter */
        data += n;
        at += n;
        left -= (size_t)n;
    }
    return 0;
}

static int submit(struct fata_block *block, struct fata_block_request *r)
{
    struct unix_block *b = FATA_CONTAINER(block, struct unix_block, block);
    if (r->op == FATA_BLOCK_FLUSH)
        r->request.result = fdatasync(b->descriptor) == 0 ? 0 : FATA_EIO;
    else
        r->request.result = transfer(b, r);
    fata_platform_complete(&r->request);
    return 0;
}

int fata_block_open(struct fata_block **block, const char *name)
{
    static const struct fata_block_ops ops = {submit};
    const char *path = unix_attached(name, SOLO5_DEVICE_BLOCK);
    struct unix_block *b;
    off_t size;
    if (path == NULL)
        return FATA_ENODEV;
    for (b = devices; b != NULL; b = b->next)
        if (b->name == path)
            return FATA_EBUSY;
    b = calloc(1, sizeof(*b));
    if (b == NULL)
        return FATA_ENOMEM;
    b->descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (b->descriptor < 0) {
        int error = unix_error(errno);
        free(b);
        return error;
    }
    size = lseek(b->descriptor, 0, SEEK_END);
    if (size <= 0 || size % SECTOR != 0) {
        close(b->descriptor);
        free(b);
        return FATA_EINVAL;
    }
    b->block = (struct fata_block){.ops = &ops,
                                   .sectors = (uint64_t)size / SECTOR,
                                   .sector_size = SECTOR,
                                   .features = FATA_BLOCK_FLUSHES};
    b->name = path;
    b->next = devices;
    devices = b;
    *block = &b->block;
    return 0;
}
