/* SPDX-License-Identifier: ISC */
/* Descriptors 1 and 2 are the console; 0 is at its end; there are no others. */
#include <fata/sys.h>
#include <fata/platform.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

long SYS_SYMBOL(write)(long fd, const char *data, size_t size);

SYS_SERVE(write)(long fd, const char *data, size_t size)
{
    if (fd != 1 && fd != 2)
        return -EBADF;
    fata_console_write(data, size);
    return (long)size;
}

long SYS_SYMBOL(writev)(long fd, const struct iovec *v, long count);

SYS_SERVE(writev)(long fd, const struct iovec *v, long count)
{
    size_t total = 0;
    if (fd != 1 && fd != 2)
        return -EBADF;
    if (count < 0 || count > IOV_MAX)
        return -EINVAL;
    for (long i = 0; i < count; i++) {
        if (v[i].iov_len > 0)
            fata_console_write(v[i].iov_base, v[i].iov_len);
        total += v[i].iov_len;
    }
    return (long)total;
}

SYS_REFUSE(read, 0); /* end of file: all that stdin ever says */
SYS_REFUSE(readv, 0);

long SYS_SYMBOL(ioctl)(long fd, long request, struct winsize *size);

/* The console counts as a terminal, so that stdout is line buffered and a line
 * is seen when it is printed. */
SYS_SERVE(ioctl)(long fd, long request, struct winsize *size)
{
    if (fd != 1 && fd != 2)
        return -EBADF;
    if (request != TIOCGWINSZ)
        return -ENOTTY;
    *size = (struct winsize){.ws_row = 24, .ws_col = 80};
    return 0;
}
