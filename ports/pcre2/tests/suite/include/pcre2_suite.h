/* SPDX-License-Identifier: ISC */
/* pcre2test, on the inputs of its suite for 8-bit units. */
#ifndef PCRE2_SUITE_H
#define PCRE2_SUITE_H

#include <stddef.h>

struct pcre2_suite {
    const char *name; /* of the input: "1" is testinput1 */
    const unsigned char *input, *input_end;
    const unsigned char *expected, *expected_end;
};

/* Ends with a name that is NULL. */
extern const struct pcre2_suite pcre2_suite[];

/* Runs pcre2test on one input: once in a program, as it leaves defaults behind.
 * got  returned: what it wrote, from malloc
 * Returns its status, or -1: there is no such input. */
int pcre2_suite_run(const char *name, char **got, size_t *size);

#endif
