/* SPDX-License-Identifier: ISC */
/* A timer: a function to be called at a time.  Never early; in the order of
 * (deadline, start).  Life: init -> (start -> (fire | cancel))*. */
#ifndef FATA_TIMER_H
#define FATA_TIMER_H

#include <fata/time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fata_sched;

/* Fields are private. */
struct fata_timer {
    struct fata_timer *next, *prev;
    fata_time_t deadline;
    /* Called by a turn, on the carrier's stack, so it must not suspend.  It may
     * start the timer again, or end its life. */
    void (*fire)(struct fata_timer *timer);
    struct fata_timer *ahead; /* some timer later in its slot: a hint */
    uint32_t slot;            /* in the wheel, from 1; 0: not started */
};

static inline void fata_timer_init(struct fata_timer *timer,
                                   void (*fire)(struct fata_timer *timer))
{
    timer->fire = fire;
    timer->slot = 0;
}

/* Starts `timer`, or moves it if it is started: then it comes after those of
 * the same deadline, as if cancelled and started.  O(1).
 * timer     lent until it fires or is cancelled
 * deadline  absolute; FATA_NEVER is the same as cancel; one in the past fires
 *           in the next turn */
void fata_timer_start(struct fata_sched *s, struct fata_timer *timer,
                      fata_time_t deadline);

/* After this `fire` is not called, even if the turn that runs had taken the
 * timer already.  O(1).  Returns true if the timer was started. */
bool fata_timer_cancel(struct fata_sched *s, struct fata_timer *timer);

static inline bool fata_timer_started(const struct fata_timer *timer)
{
    return timer->slot != 0;
}

/* Private: a hierarchical wheel, see timer.c. */
enum {
    FATA__WHEEL_TICK = 10, /* bits: a slot of level 0 is 1024 ns wide */
    FATA__WHEEL_BITS = 6,  /* of a level */
    FATA__WHEEL_SLOTS = 1 << FATA__WHEEL_BITS,
    FATA__WHEEL_LEVELS = (64 - FATA__WHEEL_TICK) / FATA__WHEEL_BITS,
    /* The last slot: what is started while others are called, and is due, waits
     * there for the next turn. */
    FATA__WHEEL_LATE = FATA__WHEEL_LEVELS * FATA__WHEEL_SLOTS,
};

struct fata_wheel_slot {
    struct fata_timer *first, *last;
    struct fata_timer *trail; /* `lag` places before the last, about */
    uint32_t lag;
};

struct fata_wheel {
    uint64_t base;    /* ticks; no timer is in a slot that ends before it */
    fata_time_t next; /* no timer is earlier; 0: not known */
    uint64_t levels;  /* a bit for each that is not empty */
    uint64_t used[FATA__WHEEL_LEVELS]; /* a bit for each slot */
    bool firing;
    struct fata_wheel_slot slot[FATA__WHEEL_LATE + 1];
};

#endif
