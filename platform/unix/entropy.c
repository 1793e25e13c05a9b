/* SPDX-License-Identifier: ISC */
/* The host's random number generator. */
#include "unix.h"
#include <sys/random.h>

const char *fata_platform_entropy(unsigned source, void *buffer, size_t size,
                                  size_t *got)
{
    ssize_t n;
    if (source > 0)
        return NULL;
    n = getrandom(buffer, size, 0);
    *got = n > 0 ? (size_t)n : 0;
    return "getrandom";
}
