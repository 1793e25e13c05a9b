/* SPDX-License-Identifier: ISC */
/* What the generator's parts of libsodium need of others. Weak: in a program
 * that uses more of libsodium its own take their place, and its randombytes
 * come through getrandom() from the same generator. */
#include <fata/cc.h>
#include <fata/panic.h>
#include <fata/random.h>
#include <sodium/core.h>
#include <sodium/randombytes.h>

FATA_WEAK void sodium_misuse(void)
{
    fata_panic("libsodium", "misuse");
}

FATA_WEAK void randombytes_buf(void *const buffer, const size_t size)
{
    fata_random_bytes(buffer, size);
}
