/* SPDX-License-Identifier: ISC */
/* What the library has of the image: random bytes, the CPU, no files; and what
 * the port leaves out. */
#include <fata/test.h>
#include <errno.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdlib.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

FATA_TEST(random_bytes)
{
    unsigned char a[32], b[32], c[32];

    fata_check_int(RAND_status(), ==, 1);
    fata_check_int(RAND_bytes(a, sizeof(a)), ==, 1);
    fata_check_int(RAND_bytes(b, sizeof(b)), ==, 1);
    fata_check_int(RAND_priv_bytes(c, sizeof(c)), ==, 1);
    fata_check(memcmp(a, b, 32) != 0 && memcmp(b, c, 32) != 0);
}

#if defined(__x86_64__)
/* The assembler takes the instructions that the CPU has. */
FATA_TEST(cpu_features)
{
    const char *found = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
    unsigned a, b, c, d;

    fata_check(found != NULL && __get_cpuid(1, &a, &b, &c, &d) == 1);
    found = strstr(found, "OPENSSL_ia32cap=");
    fata_check(found != NULL);
    uint64_t bits = strtoull(found + strlen("OPENSSL_ia32cap="), NULL, 16);
    fata_check_int(bits >> 57 & 1, ==, c >> 25 & 1); /* AES-NI */
    fata_check_int(bits >> 33 & 1, ==, c >> 1 & 1);  /* PCLMULQDQ */
}
#endif

FATA_TEST(no_files)
{
    fata_check(BIO_new_file("/etc/ssl/cert.pem", "r") == NULL);
    unsigned long err = ERR_get_error();
    fata_check(ERR_SYSTEM_ERROR(err));
    fata_check_int(ERR_GET_REASON(err), ==, ENOENT);
    ERR_clear_error();
}

FATA_TEST(left_out)
{
    static const char *const cipher[] = {"RC4", "BF-CBC", "CAMELLIA-128-CBC"};

    for (size_t i = 0; i < FATA_COUNT(cipher); i++)
        fata_check(EVP_CIPHER_fetch(NULL, cipher[i], NULL) == NULL);
    fata_check_int(ERR_GET_REASON(ERR_peek_error()), ==, ERR_R_UNSUPPORTED);
    ERR_clear_error();
}
