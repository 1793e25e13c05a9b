/* SPDX-License-Identifier: ISC */
#include <fata/random.h>
#include <fata/test.h>
#include <sodium/crypto_stream_chacha20.h>
#include <string.h>

FATA_TEST(output_is_chacha20_after_the_key)
{
    static const uint8_t nonce[8];
    struct fata_rng rng = {.key = {1, 2, 3}, .used = FATA_RNG_BUFFER};
    uint8_t key[32], expected[32 + 480], got[480];
    memcpy(key, rng.key, sizeof(key));
    crypto_stream_chacha20(expected, sizeof(expected), nonce, key);
    fata_rng_bytes(&rng, got, 100);
    fata_rng_bytes(&rng, got + 100, 380);
    fata_check(memcmp(got, expected + 32, 480) == 0);
    fata_check(memcmp(rng.key, expected, 32) == 0);
}

FATA_TEST(what_was_given_is_erased)
{
    struct fata_rng rng = {.key = {1}, .used = FATA_RNG_BUFFER};
    uint8_t got[100], zero[100] = {0};
    fata_rng_bytes(&rng, got, sizeof(got));
    fata_check(memcmp(rng.buffer, zero, sizeof(zero)) == 0);
    fata_check(memcmp(got, zero, sizeof(zero)) != 0);
}

FATA_TEST(stirring_changes_what_follows)
{
    struct fata_rng a = {.key = {1}, .used = FATA_RNG_BUFFER}, b = a;
    uint8_t x[32], y[32];
    fata_rng_stir(&a, "seed", 4);
    fata_rng_stir(&b, "seeD", 4);
    fata_rng_bytes(&a, x, sizeof(x));
    fata_rng_bytes(&b, y, sizeof(y));
    fata_check(memcmp(x, y, sizeof(x)) != 0);
}

FATA_TEST(health_test_finds_stuck_sources)
{
    uint8_t stuck[64] = {0}, counting[64], biased[64], short_one[8] = {0};
    for (size_t i = 0; i < 64; i++) {
        counting[i] = (uint8_t)(i * 37);
        biased[i] = (uint8_t)(i % 3 == 0 ? 7 : i * 37);
    }
    fata_check(!fata_random_healthy(stuck, sizeof(stuck)));
    fata_check(fata_random_healthy(counting, sizeof(counting)));
    fata_check(!fata_random_healthy(biased, sizeof(biased)));
    fata_check(fata_random_healthy(short_one, sizeof(short_one)));
}

FATA_TEST(image_generator_is_seeded_and_uniform)
{
    uint8_t a[32], b[32];
    unsigned count[6] = {0};
    fata_random_bytes(a, sizeof(a));
    fata_random_bytes(b, sizeof(b));
    fata_check(memcmp(a, b, sizeof(a)) != 0);
    for (int i = 0; i < 6000; i++)
        count[fata_random_below(6)]++;
    /* 1000 each; 13 standard deviations. */
    for (int i = 0; i < 6; i++)
        fata_check(count[i] > 600 && count[i] < 1400);
}
