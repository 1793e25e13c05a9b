/* SPDX-License-Identifier: ISC */
/* libsodium for real; its own tests first. */
#include <errno.h>
#include <fata/test.h>
#include <sodium.h>
#include <sodium_suite.h>
#include <stdlib.h>
#include <string.h>

FILE *sodium_suite_output;

/* Runs in the order of the table, as one test: its parts are the library's. */
FATA_TEST(suite)
{
    int count = 0;
    fata_check(sodium_init() >= 0);
    for (const struct sodium_suite *s = sodium_suite; s->name != NULL; s++) {
        char *got = NULL;
        size_t size = 0, want = (size_t)(s->expected_end - s->expected);
        sodium_suite_output = open_memstream(&got, &size);
        fata_check(sodium_suite_output != NULL);
        int status = s->run();
        fata_check_int(fclose(sodium_suite_output), ==, 0);
        bool same = size == want && memcmp(got, s->expected, size) == 0;
        printf("%s %s\n",
               status == 0 && same ? "as expected:" : "NOT:", s->name);
        if (status != 0 || !same)
            fata_test_fail_int("suite", s->name, status, (int64_t)size);
        free(got);
        count++;
    }
    fata_check_int(count, >=, 70);
}

/* The fast implementations are there where the CPU has what they need. */
FATA_TEST(the_cpu_is_known)
{
    fata_check(sodium_init() >= 0);
#ifdef __x86_64__
    fata_check(sodium_runtime_has_sse2() == 1);
    __builtin_cpu_init();
    fata_check(!sodium_runtime_has_avx2() == !__builtin_cpu_supports("avx2"));
    fata_check(sodium_runtime_has_aesni() == 0 ||
               crypto_aead_aes256gcm_is_available() == 1);
#endif
}

FATA_TEST(random_numbers_come_from_the_system)
{
    uint8_t a[64], b[64];
    unsigned count[6] = {0};
    fata_check(strcmp(randombytes_implementation_name(), "sysrandom") == 0);
    randombytes_buf(a, sizeof(a));
    randombytes_buf(b, sizeof(b));
    fata_check(memcmp(a, b, sizeof(a)) != 0);
    for (int i = 0; i < 6000; i++)
        count[randombytes_uniform(6)]++;
    for (int i = 0; i < 6; i++) /* 1000 each; 13 standard deviations */
        fata_check(count[i] > 600 && count[i] < 1400);
    fata_check_int(randombytes_close(), ==, 0);
    randombytes_buf(a, sizeof(a));
}

FATA_TEST(a_forged_message_is_refused)
{
    static const uint8_t text[] = "where the ship is";
    uint8_t key[crypto_secretbox_KEYBYTES], nonce[crypto_secretbox_NONCEBYTES];
    uint8_t box[sizeof(text) + crypto_secretbox_MACBYTES], out[sizeof(text)];
    crypto_secretbox_keygen(key);
    randombytes_buf(nonce, sizeof(nonce));
    fata_check_int(crypto_secretbox_easy(box, text, sizeof(text), nonce, key),
                   ==, 0);
    for (size_t bit = 0; bit < sizeof(box) * 8; bit++) {
        box[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fata_check_int(
            crypto_secretbox_open_easy(out, box, sizeof(box), nonce, key), ==,
            -1);
        box[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    fata_check_int(
        crypto_secretbox_open_easy(out, box, sizeof(box), nonce, key), ==, 0);
    fata_check(memcmp(out, text, sizeof(text)) == 0);
}

FATA_TEST(what_needs_pages_says_so)
{
    char hash[crypto_pwhash_STRBYTES];
    uint8_t *p = sodium_malloc(100);
    fata_check(p != NULL);
    fata_check_int(sodium_mlock(p, 100), ==, -1);
    fata_check_int(errno, ==, ENOSYS);
    fata_check_int(sodium_mprotect_noaccess(p), ==, -1);
    p[0] = 1;
    sodium_free(p);
    /* More memory than an image has: an error. */
    if (!FATA_FLAVOUR_HOST)
        fata_check_int(crypto_pwhash_str(hash, "secret", 6,
                                         crypto_pwhash_OPSLIMIT_MIN,
                                         (size_t)1 << 30),
                       ==, -1);
    fata_check_int(crypto_pwhash_str(hash, "secret", 6,
                                     crypto_pwhash_OPSLIMIT_MIN,
                                     crypto_pwhash_MEMLIMIT_MIN),
                   ==, 0);
    fata_check_int(crypto_pwhash_str_verify(hash, "secret", 6), ==, 0);
    fata_check_int(crypto_pwhash_str_verify(hash, "Secret", 6), ==, -1);
}
