/* SPDX-License-Identifier: ISC */
/* The library io, in which io.tmpfile() fails: there are no files in images.
 * (io.open() and the others learn that from the libc.) */
#include "src/lprefix.h"
#include <errno.h>
#include <stdio.h>

static FILE *no_file(void)
{
    errno = ENOENT;
    return NULL;
}

#define tmpfile no_file
#include "src/liolib.c"
