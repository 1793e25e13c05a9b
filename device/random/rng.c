/* SPDX-License-Identifier: ISC */
/* Fast key erasure (Bernstein, 2017): a block of ChaCha20 output gives the next
 * key and a buffer; each byte is erased when it is handed out, so that a later
 * look at memory tells nothing of what was given before. */
#include <fata/random.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_stream_chacha20.h>
#include <sodium/utils.h>
#include <string.h>

static void refill(struct fata_rng *rng)
{
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    uint8_t block[FATA_RNG_KEY + FATA_RNG_BUFFER];
    crypto_stream_chacha20(block, sizeof(block), nonce, rng->key);
    memcpy(rng->key, block, FATA_RNG_KEY);
    memcpy(rng->buffer, block + FATA_RNG_KEY, FATA_RNG_BUFFER);
    sodium_memzero(block, sizeof(block));
    rng->used = 0;
}

void fata_rng_stir(struct fata_rng *rng, const void *data, size_t size)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, rng->key, FATA_RNG_KEY, FATA_RNG_KEY);
    crypto_generichash_update(&state, data, size);
    crypto_generichash_final(&state, rng->key, FATA_RNG_KEY);
    sodium_memzero(&state, sizeof(state));
    sodium_memzero(rng->buffer, FATA_RNG_BUFFER);
    rng->used = FATA_RNG_BUFFER;
}

void fata_rng_bytes(struct fata_rng *rng, void *buffer, size_t size)
{
    uint8_t *out = buffer;
    while (size > 0) {
        if (rng->used == FATA_RNG_BUFFER)
            refill(rng);
        size_t n = FATA_RNG_BUFFER - rng->used;
        if (n > size)
            n = size;
        memcpy(out, rng->buffer + rng->used, n);
        memset(rng->buffer + rng->used, 0, n);
        rng->used += n;
        out += n;
        size -= n;
    }
}

bool fata_random_healthy(const void *data, size_t size)
{
    const uint8_t *p = data;
    size_t count[256] = {0};
    for (size_t i = 16; i <= size; i += 8)
        if (memcmp(p + i - 16, p + i - 8, 8) == 0)
            return false;
    for (size_t i = 0; i < size; i++)
        if (++count[p[i]] > size / 4 && size >= 64)
            return false;
    return true;
}
