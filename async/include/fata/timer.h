/* SPDX-License-Identifier: ISC */
/* A timer: a function to be called at a time.  Never early; in the order of
 * (deadline, start).  Life: init -> (start -> (fire | cancel))*. */
#ifndef FATA_TIMER_H
#define FATA_TIMER_H

#include <fata/time.h>
#include <stdbool.h>
#include <stdint.h>

struct fata_sched;

/* Fields are private. */
struct fata_timer {
    struct fata_timer *child, *next, *prev;
    fata_time_t deadline;
    uint64_t sequence;
    /* Called by a turn, on the carrier's stack, so it must not suspend.  It may
     * start the timer again, or end its life. */
    void (*fire)(struct fata_timer *timer);
    enum { FATA_TIMER_IDLE, FATA_TIMER_STARTED, FATA_TIMER_DUE } state;
};

void fata_timer_init(struct fata_timer *timer,
                     void (*fire)(struct fata_timer *timer));

/* Starts `timer`, or moves it if it is started: then it comes after those of
 * the same deadline, as if cancelled and started.
 * timer     lent until it fires or is cancelled
 * deadline  absolute; FATA_NEVER is the same as cancel; one in the past fires
 *           in the next turn */
void fata_timer_start(struct fata_sched *s, struct fata_timer *timer,
                      fata_time_t deadline);

/* After this `fire` is not called, even if the turn that runs had taken the
 * timer already.  Returns true if the timer was started. */
bool fata_timer_cancel(struct fata_sched *s, struct fata_timer *timer);

static inline bool fata_timer_started(const struct fata_timer *timer)
{
    return timer->state != FATA_TIMER_IDLE;
}

#endif
