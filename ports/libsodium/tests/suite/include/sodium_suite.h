/* SPDX-License-Identifier: ISC */
/* libsodium's own tests: run() prints to sodium_suite_output, and what it
 * prints must be `expected`. */
#ifndef SODIUM_SUITE_H
#define SODIUM_SUITE_H

#include <stdio.h>

struct sodium_suite {
    const char *name;
    int (*run)(void);
    const unsigned char *expected, *expected_end;
};

/* Ends with a name that is NULL. */
extern const struct sodium_suite sodium_suite[];
extern FILE *sodium_suite_output;

/* For the table: the compiler runs where NAME.exp is. */
#define FILE_OF(name)                                                          \
    __asm__(".section .rodata." #name ",\"a\"\n"                               \
            ".global exp_" #name ", exp_" #name "_end\n"                       \
            "exp_" #name ": .incbin \"" #name ".exp\"\n"                       \
            "exp_" #name "_end: .byte 0\n"                                     \
            ".text\n");                                                        \
    extern const unsigned char exp_##name[], exp_##name##_end[]

#endif
