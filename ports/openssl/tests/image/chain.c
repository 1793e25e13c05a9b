/* SPDX-License-Identifier: ISC */
/* Chains of certificates: the good one, and each way to be bad. */
#include <fata/test.h>
#include "certs.h"
#include <openssl/x509v3.h>

struct question {
    X509 *root;
    X509 *authority; /* NULL: it does not come along */
    X509 *leaf;
    time_t at;
    const char *host;
};

/* Returns what X509_verify_cert says of it: X509_V_OK or an error. */
static int ask(const struct question *q)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *others = sk_X509_new_null();
    int err = X509_V_ERR_UNSPECIFIED;

    if (store != NULL && ctx != NULL && others != NULL &&
        X509_STORE_add_cert(store, q->root) == 1 &&
        (q->authority == NULL || sk_X509_push(others, q->authority) > 0) &&
        X509_STORE_CTX_init(ctx, store, q->leaf, others) == 1) {
        X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);

        X509_VERIFY_PARAM_set_time(p, q->at);
        if (X509_VERIFY_PARAM_set1_host(p, q->host, 0) == 1)
            err = X509_verify_cert(ctx) == 1 ? X509_V_OK
                                             : X509_STORE_CTX_get_error(ctx);
    }
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_free(others);
    return err;
}

FATA_TEST(chain)
{
    struct certs c;
    bool made = certs_make(&c);
    struct question good = {c.cert[ROOT], c.cert[AUTHORITY], c.cert[LEAF],
                            CERTS_NOW, "example.org"};
    struct question q = good;

    fata_check(made);
    fata_check_int(ask(&q), ==, X509_V_OK);
    q.authority = NULL;
    fata_check_int(ask(&q), ==, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    q = good;
    q.at = CERTS_BEGIN - 1;
    fata_check_int(ask(&q), ==, X509_V_ERR_CERT_NOT_YET_VALID);
    q.at = CERTS_END + 1;
    fata_check_int(ask(&q), ==, X509_V_ERR_CERT_HAS_EXPIRED);
    q.at = CERTS_NOW;
    q.host = "example.net";
    fata_check_int(ask(&q), ==, X509_V_ERR_HOSTNAME_MISMATCH);
    certs_free(&c);
}

FATA_TEST(chain_of_another_root)
{
    struct certs c, other;
    bool made = certs_make(&c) & certs_make(&other);
    struct question q = {other.cert[ROOT], c.cert[AUTHORITY], c.cert[LEAF],
                         CERTS_NOW, "example.org"};

    fata_check(made);
    fata_check_int(ask(&q), ==, X509_V_ERR_CERT_SIGNATURE_FAILURE);
    certs_free(&c);
    certs_free(&other);
}

/* The leaf is no authority, and the authority may have none below it. */
FATA_TEST(chain_too_long)
{
    struct certs c;
    bool made = certs_make(&c);
    X509 *below_leaf =
        certs_sign("x", c.key[LEAF], "example.org", c.key[LEAF], -1);
    X509 *below =
        certs_sign("below", c.key[LEAF], "authority", c.key[AUTHORITY], 0);
    X509 *last =
        certs_sign("example.org", c.key[LEAF], "below", c.key[LEAF], -1);
    struct question q = {c.cert[ROOT], c.cert[LEAF], below_leaf, CERTS_NOW,
                         "example.org"};
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *others = sk_X509_new_null();

    fata_check(made && below_leaf != NULL && below != NULL && last != NULL);
    fata_check(ask(&q) != X509_V_OK);
    fata_check(X509_STORE_add_cert(store, c.cert[ROOT]) == 1);
    fata_check(sk_X509_push(others, c.cert[AUTHORITY]) > 0);
    fata_check(sk_X509_push(others, below) > 0);
    fata_check(X509_STORE_CTX_init(ctx, store, last, others) == 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), CERTS_NOW);
    fata_check_int(X509_verify_cert(ctx), ==, 0);
    fata_check_int(X509_STORE_CTX_get_error(ctx), ==,
                   X509_V_ERR_PATH_LENGTH_EXCEEDED);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_free(others);
    X509_free(below_leaf);
    X509_free(below);
    X509_free(last);
    certs_free(&c);
}
