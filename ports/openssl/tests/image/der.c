/* SPDX-License-Identifier: ISC */
/* Bytes that are no certificate, or no longer the one that was signed. */
#include <fata/test.h>
#include <stdlib.h>
#include <string.h>
#include "certs.h"
#include <openssl/err.h>

static X509 *read_cert(const unsigned char *der, long size)
{
    return d2i_X509(NULL, &der, size);
}

FATA_TEST(der_cut_short)
{
    struct certs c;
    unsigned char *der = NULL;
    bool made = certs_make(&c);
    int size = made ? i2d_X509(c.cert[LEAF], &der) : 0;

    fata_check(size > 100);
    for (int n = 0; n < size; n++) {
        /* Of its own size, so that a sanitizer sees who reads beyond. */
        unsigned char *part = malloc((size_t)n + 1);
        fata_check(part != NULL);
        memcpy(part, der, (size_t)n);
        fata_check(read_cert(part, n) == NULL);
        free(part);
    }
    fata_check(ERR_get_error() != 0);
    ERR_clear_error();
    X509 *whole = read_cert(der, size);
    fata_check(whole != NULL && X509_cmp(whole, c.cert[LEAF]) == 0);
    X509_free(whole);
    OPENSSL_free(der);
    certs_free(&c);
}

/* No certificate with a bit turned is still signed. */
FATA_TEST(der_with_a_bit_turned)
{
    struct certs c;
    unsigned char *der = NULL;
    bool made = certs_make(&c);
    int size = made ? i2d_X509(c.cert[LEAF], &der) : 0;
    int parsed = 0;

    fata_check(size > 100);
    for (int bit = 0; bit < 8 * size; bit += 3) {
        der[bit / 8] ^= (unsigned char)(1 << bit % 8);
        X509 *x = read_cert(der, size);
        if (x != NULL) {
            parsed++;
            fata_check(X509_verify(x, c.key[AUTHORITY]) != 1);
            X509_free(x);
        }
        der[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ERR_clear_error();
    }
    fata_check_int(parsed, >, 0);
    OPENSSL_free(der);
    certs_free(&c);
}

/* Lengths beyond everything, and nests of what contains itself. */
FATA_TEST(der_that_is_none)
{
    static const unsigned char huge[] = {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff};
    static const unsigned char over[] = {0x30, 0x88, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff};
    unsigned char nest[2000];

    fata_check(read_cert(huge, sizeof(huge)) == NULL);
    fata_check(read_cert(over, sizeof(over)) == NULL);
    for (size_t i = 0; i < sizeof(nest); i += 2) {
        nest[i] = 0x30;
        nest[i + 1] = 0x80; /* of indefinite length */
    }
    fata_check(read_cert(nest, sizeof(nest)) == NULL);
    ERR_clear_error();
}
