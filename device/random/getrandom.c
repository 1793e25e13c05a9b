/* SPDX-License-Identifier: ISC */
/* The libc's getrandom() and getentropy(): the image's generator. */
#include <fata/random.h>
#include <fata/sys.h>

long SYS_SYMBOL(getrandom)(void *buffer, size_t size, long flags);

SYS_SERVE(getrandom)(void *buffer, size_t size, long flags)
{
    (void)flags;
    fata_random_bytes(buffer, size);
    return (long)size;
}
