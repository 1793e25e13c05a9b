/* SPDX-License-Identifier: ISC */
/* Buffers of connections that have something to read or to send; the others
 * have none.  The one given back last is the next one, as it is in the cache.
 */
#include "internal.h"

#include <stdlib.h>

/* Free ones that are kept; none where a sanitizer is to see each life. */
enum { KEPT = FATA_ASAN ? 0 : 64 };

static struct {
    char *free; /* each begins with the address of the next */
    unsigned count;
} buffers;

char *fata__host_buffer(void)
{
    char *buffer = buffers.free;
    if (buffer == NULL)
        return malloc(HOST_BUFFER);
    buffers.free = *(char **)(void *)buffer;
    buffers.count--;
    return buffer;
}

void fata__host_buffer_free(char *buffer)
{
    if (buffer == NULL)
        return;
    if (buffers.count == KEPT) {
        free(buffer);
        return;
    }
    *(char **)(void *)buffer = buffers.free;
    buffers.free = buffer;
    buffers.count++;
}
