/* SPDX-License-Identifier: ISC */
/* Block devices: a file or a host's block device, of fixed size. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE_DEFAULT 512u

int block_attach(struct solo5_device *device,
                 const struct device_option *option, struct message *why)
{
    uint16_t block_size =
        option->block_size != 0 ? option->block_size : BLOCK_SIZE_DEFAULT;
    int fd = open(option->block, O_RDWR | O_CLOEXEC);
    struct stat st;
    off_t end;

    if (fd < 0)
        return fail(why,
                    "--block:%s: cannot open %s for reading and writing: %s",
                    option->name, option->block, strerror(errno));
    if (fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) ||
        (end = lseek(fd, 0, SEEK_END)) < 0)
        return fail(why, "--block:%s: %s is not a file or block device",
                    option->name, option->block);
    if (end == 0 || end % block_size != 0)
        return fail(why,
                    "--block:%s: the size of %s, %lld bytes, is not a non-zero "
                    "multiple of %u",
                    option->name, option->block, (long long)end, block_size);
    device->info.block.capacity = (uint64_t)end;
    device->info.block.block_size = block_size;
    device->host.descriptor = fd;
    return 0;
}
