/* SPDX-License-Identifier: ISC */
/* What a panic does in a program of the host that has no fata_panic of its own:
 * one that has gets that, as this is a member of an archive. */
#include <fata/panic.h>
#include <stdio.h>
#include <stdlib.h>

FATA_NORETURN void fata_panic(const char *where, const char *what)
{
    (void)fprintf(stderr, "fata: panic at %s: %s\n", where, what);
    abort();
}
