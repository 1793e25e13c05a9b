/* SPDX-License-Identifier: ISC */
/* Time: nanoseconds as unsigned 64 bits.  Monotonic times have an arbitrary
 * origin; deadlines are absolute monotonic times. */
#ifndef FATA_TIME_H
#define FATA_TIME_H

#include <stdint.h>

typedef uint64_t fata_time_t;

#define FATA_NEVER UINT64_MAX /* a deadline that never comes */

#define FATA_NS(n) ((fata_time_t)(n))
#define FATA_US(n) ((fata_time_t)(n)*1000u)
#define FATA_MS(n) ((fata_time_t)(n)*1000000u)
#define FATA_S(n)  ((fata_time_t)(n)*1000000000u)

/* Returns `t` + `span`, or FATA_NEVER where that would not fit. */
static inline fata_time_t fata_time_add(fata_time_t t, fata_time_t span)
{
    return span > FATA_NEVER - t ? FATA_NEVER : t + span;
}

#endif
