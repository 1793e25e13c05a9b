/* SPDX-License-Identifier: ISC */
/* Where OpenSSL's generator gets its seed: from the image's generator, which is
 * seeded before start(), so that this neither waits nor fails.  In place of
 * rand_unix.c, which looks for system calls and devices. */
#include <fata/random.h>
#include "crypto/rand.h"
#include "crypto/rand_pool.h"
#include "prov/seeding.h"

size_t ossl_pool_acquire_entropy(RAND_POOL *pool)
{
    size_t size = ossl_rand_pool_bytes_needed(pool, 1);
    unsigned char *to = ossl_rand_pool_add_begin(pool, size);

    if (to != NULL) {
        fata_random_bytes(to, size);
        (void)ossl_rand_pool_add_end(pool, size, 8 * size);
    }
    return ossl_rand_pool_entropy_available(pool);
}

/* What makes a nonce unlike others: random bytes, which count as no entropy. */
static int add_bytes(RAND_POOL *pool)
{
    unsigned char data[16];

    fata_random_bytes(data, sizeof(data));
    return ossl_rand_pool_add(pool, data, sizeof(data), 0);
}

int ossl_pool_add_nonce_data(RAND_POOL *pool)
{
    return add_bytes(pool);
}

int ossl_rand_pool_add_additional_data(RAND_POOL *pool)
{
    return add_bytes(pool);
}

int ossl_rand_pool_init(void)
{
    return 1;
}

void ossl_rand_pool_cleanup(void)
{
}

void ossl_rand_pool_keep_random_devices_open(int keep)
{
    (void)keep;
}
