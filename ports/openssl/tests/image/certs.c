/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include "certs.h"
#include <openssl/x509v3.h>

static bool set_name(X509_NAME *name, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                      (const unsigned char *)text, -1, -1,
                                      0) == 1;
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool ok = e != NULL && X509_add_ext(x, e, -1) == 1;

    X509_EXTENSION_free(e);
    return ok;
}

static bool add_extensions(X509 *x, int path_len)
{
    char value[64];

    if (path_len < 0)
        return add_extension(x, NID_subject_alt_name, "DNS:example.org");
    snprintf(value, sizeof(value), "critical,CA:TRUE,pathlen:%d", path_len);
    return add_extension(x, NID_basic_constraints, value) &&
           add_extension(x, NID_key_usage, "critical,keyCertSign");
}

X509 *certs_sign(const char *subject, EVP_PKEY *key, const char *issuer,
                 EVP_PKEY *issuer_key, int path_len)
{
    X509 *x = X509_new();

    if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(x), 7) == 1 &&
        ASN1_TIME_set(X509_getm_notBefore(x), CERTS_BEGIN) != NULL &&
        ASN1_TIME_set(X509_getm_notAfter(x), CERTS_END) != NULL &&
        set_name(X509_get_subject_name(x), subject) &&
        set_name(X509_get_issuer_name(x), issuer) &&
        X509_set_pubkey(x, key) == 1 && add_extensions(x, path_len) &&
        X509_sign(x, issuer_key, EVP_sha256()) > 0)
        return x;
    X509_free(x);
    return NULL;
}

bool certs_make(struct certs *c)
{
    static const char *const name[CERTS] = {"root", "authority", "example.org"};

    *c = (struct certs){0};
    for (int i = 0; i < CERTS; i++) {
        int by = i == ROOT ? ROOT : i - 1;

        c->key[i] = EVP_EC_gen("P-256");
        if (c->key[i] == NULL)
            return false;
        c->cert[i] = certs_sign(name[i], c->key[i], name[by], c->key[by],
                                i == LEAF ? -1 : AUTHORITY - i);
        if (c->cert[i] == NULL)
            return false;
    }
    return true;
}

void certs_free(struct certs *c)
{
    for (int i = 0; i < CERTS; i++) {
        X509_free(c->cert[i]);
        EVP_PKEY_free(c->key[i]);
    }
}
