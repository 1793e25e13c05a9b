/* SPDX-License-Identifier: ISC */
/* What the libsodium files that are compiled in need of the others. */
#include <fata/panic.h>
#include <fata/random.h>
#include <sodium/core.h>
#include <sodium/randombytes.h>

void sodium_misuse(void)
{
    fata_panic("libsodium", "misuse");
}

void randombytes_buf(void *const buffer, const size_t size)
{
    fata_random_bytes(buffer, size);
}
