/* SPDX-License-Identifier: ISC */
/* What lwIP asks of its surroundings: time, randomness, the end. */
#include "internal.h"

#include <arch/cc.h>
#include <fata/platform.h>
#include <fata/random.h>
#include <hooks.h>
#include <lwip/sys.h>
#include <sodium/crypto_generichash.h>
#include <string.h>

uint32_t sys_now(void)
{
    return (uint32_t)(fata_now() / FATA_MS(1));
}

uint32_t fata__lwip_random(void)
{
    uint32_t value;
    fata_random_bytes(&value, sizeof(value));
    return value;
}

void fata__lwip_assert(const char *what)
{
    fata_panic("lwip", what);
}

/* RFC 6528: a clock of 4 us, and a keyed hash of the connection's ends, so that
 * numbers of one connection grow and tell nothing about another's. */
uint32_t fata__lwip_isn(const ip_addr_t *local, uint16_t local_port,
                        const ip_addr_t *remote, uint16_t remote_port)
{
    static unsigned char key[crypto_generichash_KEYBYTES];
    static bool keyed;
    struct {
        struct fata_address local, remote;
        uint16_t local_port, remote_port;
    } ends;
    uint32_t hash[crypto_generichash_BYTES_MIN / sizeof(uint32_t)];

    if (!keyed)
        fata_random_bytes(key, sizeof(key));
    keyed = true;
    memset(&ends, 0, sizeof(ends)); /* what lies between the members, too */
    ends.local = fata__net_address(local);
    ends.remote = fata__net_address(remote);
    ends.local_port = local_port;
    ends.remote_port = remote_port;
    (void)crypto_generichash((unsigned char *)hash, sizeof(hash),
                             (const unsigned char *)&ends, sizeof(ends), key,
                             sizeof(key));
    return hash[0] + (uint32_t)(fata_now() / FATA_US(4));
}
