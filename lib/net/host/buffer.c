/* SPDX-License-Identifier: ISC */
/* Buffers of connections that have something to read or to send; the others
 * have none.  The one given back last is the next one, as it is in the cache.
 */
#include "internal.h"

#include <stdlib.h>

/* Free ones that are kept; none where a sanitizer is to see each life. */
static struct kind {
    char *free; /* each begins with the address of the next */
    unsigned kept, most_kept;
    unsigned used, most; /* 0: as many as there are connections */
} small = {.most_kept = FATA_ASAN ? 0 : 64},
  large = {.most_kept = FATA_ASAN ? 0 : 2, .most = 8};

static struct kind *of(unsigned size)
{
    return size == HOST_STREAM ? &large : &small;
}

char *fata__host_buffer(unsigned size)
{
    struct kind *kind = of(size);
    char *buffer = kind->free;

    if (kind->most != 0 && kind->used == kind->most)
        return NULL;
    if (buffer != NULL) {
        kind->free = *(char **)(void *)buffer;
        kind->kept--;
    } else {
        buffer = malloc(size);
    }
    kind->used += buffer != NULL;
    return buffer;
}

void fata__host_buffer_free(char *buffer, unsigned size)
{
    struct kind *kind = of(size);
    if (buffer == NULL)
        return;
    kind->used--;
    if (kind->kept == kind->most_kept) {
        free(buffer);
        return;
    }
    *(char **)(void *)buffer = kind->free;
    kind->free = buffer;
    kind->kept++;
}
