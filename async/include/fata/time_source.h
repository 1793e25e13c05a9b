/* SPDX-License-Identifier: ISC */
/* Time as a value, and the main loop that everybody would write.  The platform
 * is a source that waits; a simulated one jumps from deadline to deadline. */
#ifndef FATA_TIME_SOURCE_H
#define FATA_TIME_SOURCE_H

#include <fata/sched.h>
#include <fata/time.h>
#include <stdbool.h>

struct fata_time_source {
    /* Monotonic ns. */
    fata_time_t (*now)(struct fata_time_source *source);
    /* Waits until `deadline`, or until something has posted jobs; may return
     * early.  Returns false where it will not wait any more: the loop ends. */
    bool (*wait)(struct fata_time_source *source, fata_time_t deadline);
};

/* Turns and waits, until a turn leaves *ended true or the source ends it.
 * ended   lent until return; NULL: only the source ends it
 * Returns what the last turn returned.
 * Context: as fata_sched_turn. */
fata_time_t fata_loop(struct fata_sched *s, struct fata_time_source *source,
                      const bool *ended);

/* Simulated time.  A wait moves `now` to the deadline - to the next alarm -,
 * but not beyond `end`, where it ends the loop; so does a wait for ever.
 *
 *     fata_simulated_time_init(&time);
 *     time.end = FATA_S(10);                       advance to a time
 *     fata_loop(&sched, &time.source, NULL);
 *     time.end = FATA_NEVER;                       run to the end
 *     fata_loop(&sched, &time.source, NULL);
 *
 * `now` and `end` may be written between loops; time does not go back. */
struct fata_simulated_time {
    struct fata_time_source source;
    fata_time_t now, end;
};

void fata_simulated_time_init(struct fata_simulated_time *time);

#endif
