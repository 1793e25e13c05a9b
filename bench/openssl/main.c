/* SPDX-License-Identifier: ISC */
/* Does --count operations of the kind --work, as `openssl speed` does: blocks
 * of 16 KiB through EVP_EncryptUpdate, signatures of 20 bytes with P-256.  The
 * CPU time is measured from outside, by run.sh. */
#include <fata/run.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include "app.h"

enum { BLOCK = 16384, DIGEST = 20 };

static bool encrypt(const char *name, int64_t count)
{
    static unsigned char block[BLOCK + 64], key[32], iv[16];
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int size;
    bool ok = cipher != NULL && ctx != NULL &&
              EVP_EncryptInit_ex2(ctx, cipher, key, iv, NULL) == 1;

    for (int64_t i = 0; ok && i < count; i++)
        ok = EVP_EncryptUpdate(ctx, block, &size, block, BLOCK) == 1;
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
    return ok;
}

static bool with_key(bool verify, int64_t count)
{
    static unsigned char digest[DIGEST], signature[128];
    size_t size = sizeof(signature);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    EVP_PKEY_CTX *signs = EVP_PKEY_CTX_new(key, NULL);
    EVP_PKEY_CTX *verifies = EVP_PKEY_CTX_new(key, NULL);
    bool ok = EVP_PKEY_sign_init(signs) == 1 &&
              EVP_PKEY_verify_init(verifies) == 1 &&
              EVP_PKEY_sign(signs, signature, &size, digest, DIGEST) == 1;

    for (int64_t i = 0; ok && !verify && i < count; i++) {
        size = sizeof(signature);
        ok = EVP_PKEY_sign(signs, signature, &size, digest, DIGEST) == 1;
    }
    for (int64_t i = 0; ok && verify && i < count; i++)
        ok = EVP_PKEY_verify(verifies, signature, size, digest, DIGEST) == 1;
    EVP_PKEY_CTX_free(signs);
    EVP_PKEY_CTX_free(verifies);
    EVP_PKEY_free(key);
    return ok;
}

int start(struct app *app)
{
    const char *work = app->keys.work;
    int64_t count = app->keys.count;
    bool verify = strcmp(work, "verify") == 0;
    bool ok = verify || strcmp(work, "sign") == 0 ? with_key(verify, count)
                                                  : encrypt(work, count);
    printf("%lld of %s%s\n", (long long)count, work, ok ? "" : ": failed");
    return ok ? 0 : 1;
}
