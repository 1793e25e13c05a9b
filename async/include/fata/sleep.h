/* SPDX-License-Identifier: ISC */
/* Sleeping. */
#ifndef FATA_SLEEP_H
#define FATA_SLEEP_H

#include <fata/cc.h>
#include <fata/time.h>

/* Suspends until `deadline` (absolute; FATA_NEVER: until cancelled); where it
 * has passed, yields.  Never returns early.
 * Returns 0 or FATA_ECANCELED.  Context: fiber. */
FATA_NODISCARD int fata_sleep_until(fata_time_t deadline);

#endif
