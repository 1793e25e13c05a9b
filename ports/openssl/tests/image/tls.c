/* SPDX-License-Identifier: ISC */
/* A client and a server in one image, with memory between them. */
#include <fata/test.h>
#include <string.h>
#include "certs.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct ends {
    SSL_CTX *ctx[2];
    SSL *client, *server;
};

static bool open_server(struct ends *e, const struct certs *c)
{
    e->ctx[0] = SSL_CTX_new(TLS_server_method());
    return e->ctx[0] != NULL &&
           SSL_CTX_use_certificate(e->ctx[0], c->cert[LEAF]) == 1 &&
           SSL_CTX_add1_chain_cert(e->ctx[0], c->cert[AUTHORITY]) == 1 &&
           SSL_CTX_use_PrivateKey(e->ctx[0], c->key[LEAF]) == 1 &&
           (e->server = SSL_new(e->ctx[0])) != NULL;
}

static bool open_client(struct ends *e, const struct certs *c, const char *host,
                        int version)
{
    e->ctx[1] = SSL_CTX_new(TLS_client_method());
    if (e->ctx[1] == NULL ||
        SSL_CTX_set_max_proto_version(e->ctx[1], version) != 1 ||
        X509_STORE_add_cert(SSL_CTX_get_cert_store(e->ctx[1]), c->cert[ROOT]) !=
            1)
        return false;
    SSL_CTX_set_verify(e->ctx[1], SSL_VERIFY_PEER, NULL);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(e->ctx[1]), CERTS_NOW);
    e->client = SSL_new(e->ctx[1]);
    return e->client != NULL && SSL_set1_host(e->client, host) == 1;
}

static bool open_ends(struct ends *e, const struct certs *c, const char *host,
                      int version)
{
    BIO *a, *b;

    *e = (struct ends){0};
    if (!open_server(e, c) || !open_client(e, c, host, version) ||
        BIO_new_bio_pair(&a, 0, &b, 0) != 1)
        return false;
    SSL_set_bio(e->client, a, a);
    SSL_set_bio(e->server, b, b);
    SSL_set_connect_state(e->client);
    SSL_set_accept_state(e->server);
    return true;
}

static void close_ends(struct ends *e)
{
    SSL_free(e->client);
    SSL_free(e->server);
    SSL_CTX_free(e->ctx[0]);
    SSL_CTX_free(e->ctx[1]);
    ERR_clear_error();
}

/* Returns whether both sides are through. */
static bool shake_hands(struct ends *e)
{
    int client = 0, server = 0;

    for (int i = 0; i < 20 && (client != 1 || server != 1); i++) {
        if (client != 1)
            client = SSL_do_handshake(e->client);
        if (client != 1 && SSL_get_error(e->client, client) == SSL_ERROR_SSL)
            return false;
        if (server != 1)
            server = SSL_do_handshake(e->server);
    }
    return client == 1 && server == 1;
}

static void check_exchange(int version, const char *name)
{
    struct certs c;
    struct ends e;
    char buffer[64];
    bool made = certs_make(&c);

    fata_check(made && open_ends(&e, &c, "example.org", version));
    fata_check(shake_hands(&e));
    fata_check(strcmp(SSL_get_version(e.client), name) == 0);
    fata_check_int(SSL_get_verify_result(e.client), ==, X509_V_OK);
    fata_check_int(SSL_write(e.client, "question", 8), ==, 8);
    fata_check_int(SSL_read(e.server, buffer, sizeof(buffer)), ==, 8);
    fata_check(memcmp(buffer, "question", 8) == 0);
    fata_check_int(SSL_write(e.server, "answer", 6), ==, 6);
    fata_check_int(SSL_read(e.client, buffer, sizeof(buffer)), ==, 6);
    fata_check(memcmp(buffer, "answer", 6) == 0);
    fata_check_int(SSL_shutdown(e.client), ==, 0);
    fata_check_int(SSL_read(e.server, buffer, sizeof(buffer)), ==, 0);
    fata_check_int(SSL_get_error(e.server, 0), ==, SSL_ERROR_ZERO_RETURN);
    close_ends(&e);
    certs_free(&c);
}

FATA_TEST(tls_1_3)
{
    check_exchange(TLS1_3_VERSION, "TLSv1.3");
}

FATA_TEST(tls_1_2)
{
    check_exchange(TLS1_2_VERSION, "TLSv1.2");
}

FATA_TEST(tls_with_somebody_else)
{
    struct certs c;
    struct ends e;
    bool made = certs_make(&c);

    fata_check(made && open_ends(&e, &c, "example.net", TLS1_3_VERSION));
    fata_check(!shake_hands(&e));
    fata_check_int(SSL_get_verify_result(e.client), ==,
                   X509_V_ERR_HOSTNAME_MISMATCH);
    close_ends(&e);
    certs_free(&c);
}
