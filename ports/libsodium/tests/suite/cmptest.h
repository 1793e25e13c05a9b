/* SPDX-License-Identifier: ISC */
/* In place of libsodium's, which has a main() and files: what a test prints
 * goes where the driver wants it. */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "quirks.h"
#include "sodium_suite.h"

/* There are no guard pages. */
static unsigned char guard[1];
static unsigned char *guard_page = guard;

#undef printf
#define printf(...) fprintf(sodium_suite_output, __VA_ARGS__)
