/* SPDX-License-Identifier: ISC */
/* Host tests print one line for each case: `ok NAME` or `FAIL NAME: why`. */
#ifndef TENDER_UNIT_H
#define TENDER_UNIT_H

#include <stdbool.h>
#include <stdio.h>

static int unit_failures;

#define UNIT(name, condition, ...)                                             \
    do {                                                                       \
        if (condition) {                                                       \
            printf("ok %s\n", name);                                           \
        } else {                                                               \
            unit_failures++;                                                   \
            printf("FAIL %s: ", name);                                         \
            printf(__VA_ARGS__);                                               \
            printf("\n");                                                      \
        }                                                                      \
    } while (0)

#endif
