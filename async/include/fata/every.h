/* SPDX-License-Identifier: ISC */
/* Every so often: a function is called at start + k * interval, without drift,
 * however long the calls take. */
#ifndef FATA_EVERY_H
#define FATA_EVERY_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/time.h>
#include <stdbool.h>

struct fata_every {
    fata_time_t start;    /* absolute; may lie in the past */
    fata_time_t interval; /* ns, at least 1 */
    /* Calls whose time has passed - because the one before took longer, or
     * start lies in the past: false: they are left out, and the next is the
     * first one whose time has not; true: they are made up for, one after
     * another, with a yield before each. */
    bool catch_up;
};

/* Calls fn(arg), in this fiber, until it returns something else than 0.
 * how     borrowed until return
 * Returns that (an error, or a value > 0 to end it well), FATA_ETIMEDOUT (no
 * call begins at the deadline or later) or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_every(const struct fata_every *how, fata_fiber_fn *fn,
                              void *arg, fata_time_t deadline);

#endif
