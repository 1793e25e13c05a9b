/* SPDX-License-Identifier: ISC */
/* A rate limiter: a bucket into which tokens drip, up to `burst`; who wants to
 * do something takes as many as it costs, or waits for them, first come first
 * served - a cheap one does not overtake a dear one.
 *
 * In any span of time no more are taken than burst + tokens * span / period,
 * to the ns.  The time is the turn's; no rounding adds up, whatever the rate.
 * A turn that comes late makes up for no more than the burst, so a full rate
 * needs a burst of what drips during the longest turn.
 *
 * Context: take in a fiber; the rest anywhere in the scheduler's thread.
 * Nobody may be in a call when the limiter's memory goes.  Rules of waiting:
 * fata/waiter.h. */
#ifndef FATA_LIMITER_H
#define FATA_LIMITER_H

#include <fata/cc.h>
#include <fata/sched.h>
#include <fata/timer.h>
#include <fata/waiter.h>
#include <stdint.h>

/* All fields are private. */
struct fata_limiter {
    struct fata_sched *sched;
    uint64_t tokens, period, burst;
    uint64_t credit;   /* in tokens / period: what drips in a ns is whole */
    fata_time_t since; /* of the credit */
    struct fata_list waiters;
    struct fata_timer timer; /* when the first one's turn comes */
};

/* It begins full.
 * tokens  at least 1, in each
 * period  ns, at least 1: 100 and FATA_S(1) are 100 tokens a second
 * burst   tokens, at least 1; burst * period + tokens must fit in 64 bits (else
 *         a panic): at a period of 1 s a burst of some 18 * 10^9 */
void fata_limiter_init(struct fata_limiter *limiter, struct fata_sched *s,
                       uint64_t tokens, fata_time_t period, uint64_t burst);

/* Takes `n` tokens.
 * Returns 0, FATA_E2BIG (more than the burst: never possible), FATA_ETIMEDOUT
 * or FATA_ECANCELED; they are taken if and only if it is 0. */
FATA_NODISCARD int fata_limiter_take(struct fata_limiter *limiter, uint64_t n,
                                     fata_time_t deadline);

/* Does not suspend and does not look at cancellation: FATA_EAGAIN if it would
 * have to wait. */
FATA_NODISCARD int fata_limiter_try_take(struct fata_limiter *limiter,
                                         uint64_t n);

/* How many tokens could be taken now; 0 if somebody waits. */
uint64_t fata_limiter_available(struct fata_limiter *limiter);

#endif
