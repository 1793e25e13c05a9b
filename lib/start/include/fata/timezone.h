/* SPDX-License-Identifier: ISC */
/* The time zone of localtime() and strftime(). */
#ifndef FATA_TIMEZONE_H
#define FATA_TIMEZONE_H

#include <stdbool.h>

/* True for a POSIX TZ string: "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3". */
bool fata_timezone_valid(const char *text);

/* Sets the zone.  `text` is copied.
 * Returns 0, FATA_EINVAL (no POSIX TZ string), FATA_E2BIG (93 bytes or more, in
 * images) or FATA_ENOMEM. */
int fata_timezone_set(const char *text);

#endif
