/* SPDX-License-Identifier: ISC */
/* Trying again, with pauses that grow. */
#ifndef FATA_RETRY_H
#define FATA_RETRY_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/time.h>
#include <stdbool.h>
#include <stdint.h>

struct fata_retry {
    uint64_t attempts;       /* at most so many calls; 0: no limit */
    fata_time_t first;       /* pause after the first failure, ns */
    fata_time_t most;        /* no pause is longer, ns; not FATA_NEVER */
    uint32_t growth_percent; /* of each pause to the one before: 200 doubles;
                                at least 100 */
    uint32_t jitter_percent; /* 0 to 100: a pause is shortened by a random part
                                of up to this, so that those who failed together
                                do not come back together */
    uint64_t (*random)(void *random_arg); /* needed for the jitter */
    void *random_arg;
    /* Whether it makes no sense to try again after `error`; NULL: it always
     * makes. */
    bool (*final)(int error);
};

/* The pause after that many failures (from 1 on), ns. */
fata_time_t fata_retry_pause(const struct fata_retry *how, uint64_t failures);

/* Calls fn(arg), in this fiber, until it returns >= 0, its error is final, the
 * attempts are used up, or the next one would begin at the deadline or later.
 * how       borrowed until return
 * deadline  absolute; what `fn` waits for is cancelled then
 * Returns what `fn` returned last; or FATA_ECANCELED, or FATA_ETIMEDOUT if it
 * had not come to its end at the deadline.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_retry(const struct fata_retry *how, fata_fiber_fn *fn,
                              void *arg, fata_time_t deadline);

#endif
