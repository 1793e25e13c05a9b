/* SPDX-License-Identifier: ISC */
/* The scheduler: a state machine that is told the time.  It makes no system
 * call and has no global state, so that several live in one process, or in one
 * thread.  Whoever owns the main loop does, for ever:
 *
 *     deadline = fata_sched_turn(&s, fata_now());
 *     fata_platform_wait(deadline);           (completions post jobs)
 *
 * Context: one thread for the scheduler's whole life, but for fata_sched_post.
 * Allocation: none. */
#ifndef FATA_SCHED_H
#define FATA_SCHED_H

#include <fata/cc.h>
#include <fata/context.h>
#include <fata/job.h>
#include <fata/list.h>
#include <fata/stacks.h>
#include <fata/time.h>
#include <fata/timer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one turn runs at most, of each priority; the rest is for the next. */
enum { FATA_TURN_JOBS = 512 };

/* What there has been, and what is alive just now. */
struct fata_counters {
    uint64_t turns;
    uint64_t jobs_run; /* a fiber's resumption is a job */
    size_t jobs;       /* posted, not yet run */
    size_t timers;     /* started, neither fired nor cancelled */
    size_t fibers;     /* spawned, not yet returned */
};

/* Who keeps the loop from its work?  Asks the clock around every job and
 * timer, so it costs two readings of the clock each. */
struct fata_watch {
    fata_time_t (*clock)(void); /* monotonic ns */
    fata_time_t limit;          /* longer is too long, ns */
    uint64_t count;             /* how often that was */
    fata_time_t longest;        /* ns, also if below the limit */
    const char *who;            /* the fiber's name, "job" or "timer" */
};

/* All fields are private but `wake`. */
struct fata_sched {
    struct fata_queue normal;
    struct fata_queue low;
    fata_time_t now;
    struct fata_context carrier; /* the turn, while a fiber runs */
    struct fata_context fresh;   /* a stack on which a fiber begins, */
    struct fata_fiber *begins;   /* this one, */
    char *begins_on;             /* here */
    struct fata_stacks *stacks;
    struct fata_watch *watch;
    _Atomic(struct fata_job *) door; /* posted by other threads, last first */
    /* Called by fata_sched_post, in its thread, when the door was empty: ends
     * the wait of the thread that turns.  NULL: nobody waits. */
    void (*wake)(void *arg);
    void *wake_arg;
    struct fata_list roots; /* scopes without an owner */
    struct fata_counters counters;
    bool in_turn, checked;
    bool canaries; /* some of its stacks have no guard */
    struct fata_wheel wheel;
#if FATA_ASAN || FATA_TSAN
    struct fata_sanitized carrier_stack, fresh_stack, *left;
    void *ended;
#endif
};

/* s       given: the caller's memory, for the scheduler's life
 * stacks  lent for the scheduler's life; the fibers' stacks.  NULL: no fibers.
 *         Schedulers of one thread may share an arena. */
void fata_sched_init(struct fata_sched *s, struct fata_stacks *stacks);

/* One turn: calls the timers that are due at `now` in the order of (deadline,
 * start); then runs jobs (at most FATA_TURN_JOBS), those included that are
 * posted meanwhile; then low ones (as many).  A timer that is started during a
 * turn fires in a later one.
 * now     monotonic; not before that of the last turn (else a panic)
 * Returns when to call again: `now` if there is work left, a later time, or
 * FATA_NEVER if only something from outside can make progress.  With many
 * timers it may be earlier than the first deadline: a few times at most before
 * that has come, fewer the nearer it is.
 * Context: anywhere but in a turn of the same scheduler; a turn may run inside
 * a fiber of another one. */
fata_time_t fata_sched_turn(struct fata_sched *s, fata_time_t now);

/* The time of the running turn, outside a turn of the last one. */
static inline fata_time_t fata_sched_now(const struct fata_sched *s)
{
    return s->now;
}

struct fata_counters fata_sched_counters(const struct fata_sched *s);

/* Watches from now on; NULL: no longer.
 * watch   lent; `clock` and `limit` set, the rest 0. */
void fata_sched_watch(struct fata_sched *s, struct fata_watch *watch);

/* Looks at everything alive and panics at the first contradiction: a torn
 * queue, a timer in the wrong place, a scope that does not know its fiber.
 * O(what is alive).  Context: outside a turn. */
void fata_sched_check(const struct fata_sched *s);

/* Checks after every turn. */
void fata_sched_check_always(struct fata_sched *s, bool on);

#endif
