/* SPDX-License-Identifier: ISC */
/* Keys are made, sign, agree and are written; what is false is told. */
#include <fata/test.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static const unsigned char text[] = "what is signed";

/* Returns what EVP_DigestVerify returns, 1 for a signature that is right, and
 * turns the bit `bit` of it before; -1: none. */
static int sign_and_verify(EVP_PKEY *signer, EVP_PKEY *verifier, int padding,
                           int bit)
{
    const EVP_MD *md =
        EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how;
    unsigned char signature[512];
    size_t size = sizeof(signature);
    int ok = -2;

    if (EVP_DigestSignInit(ctx, &how, md, NULL, signer) == 1 &&
        (padding == 0 || EVP_PKEY_CTX_set_rsa_padding(how, padding) == 1) &&
        EVP_DigestSign(ctx, signature, &size, text, sizeof(text)) == 1) {
        if (bit >= 0)
            signature[(size_t)bit / 8] ^= (unsigned char)(1 << bit % 8);
        EVP_MD_CTX_reset(ctx);
        if (EVP_DigestVerifyInit(ctx, &how, md, NULL, verifier) == 1 &&
            (padding == 0 || EVP_PKEY_CTX_set_rsa_padding(how, padding) == 1))
            ok = EVP_DigestVerify(ctx, signature, size, text, sizeof(text));
    }
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static void check_signatures(EVP_PKEY *key, EVP_PKEY *other, int padding)
{
    fata_check(key != NULL && other != NULL);
    fata_check_int(sign_and_verify(key, key, padding, -1), ==, 1);
    fata_check(sign_and_verify(key, key, padding, 100) != 1);
    fata_check(sign_and_verify(key, other, padding, -1) != 1);
}

FATA_TEST(rsa_signs)
{
    EVP_PKEY *key = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);

    check_signatures(key, other, RSA_PKCS1_PADDING);
    check_signatures(key, other, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

FATA_TEST(curves_sign)
{
    static const char *const curve[] = {"P-256", "P-384", "P-521"};

    for (size_t i = 0; i < FATA_COUNT(curve); i++) {
        EVP_PKEY *key = EVP_EC_gen(curve[i]), *other = EVP_EC_gen(curve[i]);

        check_signatures(key, other, 0);
        EVP_PKEY_free(key);
        EVP_PKEY_free(other);
    }
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    check_signatures(key, other, 0);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

static size_t agree(EVP_PKEY *mine, EVP_PKEY *yours, unsigned char secret[64])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(mine, NULL);
    size_t size = 64;

    if (EVP_PKEY_derive_init(ctx) != 1 ||
        EVP_PKEY_derive_set_peer(ctx, yours) != 1 ||
        EVP_PKEY_derive(ctx, secret, &size) != 1)
        size = 0;
    EVP_PKEY_CTX_free(ctx);
    return size;
}

FATA_TEST(x25519_agrees)
{
    EVP_PKEY *a = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    EVP_PKEY *b = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    EVP_PKEY *eve = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    unsigned char ab[64], ba[64], eb[64];

    fata_check_int(agree(a, b, ab), ==, 32);
    fata_check_int(agree(b, a, ba), ==, 32);
    fata_check_int(agree(eve, b, eb), ==, 32);
    fata_check(memcmp(ab, ba, 32) == 0);
    fata_check(memcmp(ab, eb, 32) != 0);
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
    EVP_PKEY_free(eve);
}

/* An encrypted key in PEM, with the right word, the wrong one and none (there
 * is no terminal that could be asked). */
FATA_TEST(pem_with_a_password)
{
    static unsigned char word[] = "open, sesame";
    static char wrong[] = "barley";
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;

    fata_check(PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(), word,
                                        sizeof(word) - 1, NULL, NULL) == 1);
    long size = BIO_get_mem_data(bio, &data);
    fata_check(strstr(data, "ENCRYPTED PRIVATE KEY") != NULL);
    void *const words[] = {word, wrong, NULL};
    for (size_t i = 0; i < FATA_COUNT(words); i++) {
        BIO *in = BIO_new_mem_buf(data, (int)size);
        EVP_PKEY *back = PEM_read_bio_PrivateKey(in, NULL, NULL, words[i]);

        fata_check((back != NULL) == (i == 0));
        fata_check(back == NULL || EVP_PKEY_eq(back, key) == 1);
        fata_check((ERR_get_error() == 0) == (i == 0));
        ERR_clear_error();
        EVP_PKEY_free(back);
        BIO_free(in);
    }
    BIO_free(bio);
    EVP_PKEY_free(key);
}
