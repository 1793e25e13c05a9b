/* SPDX-License-Identifier: ISC */
/* The scheduler: a state machine that is told the time.  It makes no system
 * call and has no global state, so that several live in one process, or in one
 * thread.  Whoever owns the main loop does, for ever:
 *
 *     deadline = fata_sched_turn(&s, fata_now());
 *     fata_platform_wait(deadline);           (completions post jobs)
 *
 * Context: one thread for the scheduler's whole life.  Allocation: none. */
#ifndef FATA_SCHED_H
#define FATA_SCHED_H

#include <fata/cc.h>
#include <fata/job.h>
#include <fata/stacks.h>
#include <fata/time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one turn runs at most; the rest is for the next. */
enum {
    FATA_TURN_JOBS = 512,
    FATA_TURN_TIMERS = 512,
};

/* Never goes back: how much there has been; and what is alive just now. */
struct fata_counters {
    uint64_t turns;
    uint64_t jobs_run;
    size_t jobs;   /* posted, not yet run */
    size_t timers; /* started, neither fired nor cancelled */
    size_t fibers; /* spawned, not yet returned */
};

/* All fields are private. */
struct fata_sched {
    fata_time_t now;
    struct fata_job *first, *last; /* posted; the last one links to itself */
    struct fata_timer *timers;     /* heap, see timer.c */
    struct fata_timer *due;        /* taken by this turn, in order */
    uint64_t sequence;             /* of the next timer started */
    struct fata_stacks *stacks;
    void *carrier;             /* the turn's context while a fiber runs */
    const void *carrier_stack; /* its bounds, for the address sanitizer */
    size_t carrier_size;
    struct fata_counters counters;
    bool in_turn;
};

/* s       given: the caller's memory, for the scheduler's life
 * stacks  lent for the scheduler's life; the fibers' stacks.  NULL: no fibers.
 *         Schedulers of one thread may share an arena. */
void fata_sched_init(struct fata_sched *s, struct fata_stacks *stacks);

/* One turn: takes the timers that are due at `now` (at most FATA_TURN_TIMERS)
 * and calls them in the order of (deadline, start); then runs jobs (at most
 * FATA_TURN_JOBS), those included that are posted meanwhile.  A timer that is
 * started during a turn fires in a later one.
 * now     monotonic; not before that of the last turn (else a panic)
 * Returns when to call again: `now` if there is work left, a later time, or
 * FATA_NEVER if only something from outside can make progress.
 * Context: anywhere but in a turn of the same scheduler; a turn may run inside
 * a fiber of another one. */
fata_time_t fata_sched_turn(struct fata_sched *s, fata_time_t now);

/* The time of the running turn, outside a turn of the last one. */
static inline fata_time_t fata_sched_now(const struct fata_sched *s)
{
    return s->now;
}

static inline struct fata_counters
fata_sched_counters(const struct fata_sched *s)
{
    return s->counters;
}

#endif
