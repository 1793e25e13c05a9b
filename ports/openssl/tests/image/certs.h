/* SPDX-License-Identifier: ISC */
/* Certificates for the tests, made on the spot: a root, an authority below it,
 * and a leaf for example.org.  Returned keys and certificates are the caller's.
 */
#ifndef CERTS_H
#define CERTS_H

#include <openssl/x509.h>
#include <stdbool.h>

/* What is behind each other in time. */
#define CERTS_BEGIN 1700000000
#define CERTS_NOW   1700001000
#define CERTS_END   1700002000

enum { ROOT, AUTHORITY, LEAF, CERTS };

struct certs {
    EVP_PKEY *key[CERTS];
    X509 *cert[CERTS];
};

/* Returns false when something of it fails; certs_free takes that, too. */
bool certs_make(struct certs *c);
void certs_free(struct certs *c);

/* A certificate of `subject`'s key, signed by `issuer`; path_len < 0: no
 * authority.  NULL when that fails. */
X509 *certs_sign(const char *subject, EVP_PKEY *key, const char *issuer,
                 EVP_PKEY *issuer_key, int path_len);

#endif
