/* SPDX-License-Identifier: ISC */
/* OpenSSL's evp_test in an image. */
#ifndef OPENSSL_SUITE_H
#define OPENSSL_SUITE_H

/* The files of vectors, by name; ends with a NULL. */
struct openssl_suite_file {
    const char *name;
    const char *text;
};
extern const struct openssl_suite_file openssl_suite_vectors[];

/* evp_test: argv[0] is its name, the others are files.  Returns 0, or 1 when a
 * test has failed; what it prints says which.  Once in a program. */
int openssl_suite_main(int argc, char **argv);

#endif
