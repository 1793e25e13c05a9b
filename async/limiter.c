/* SPDX-License-Identifier: ISC */
/* Rate limiters.  A ns adds `tokens` to the credit and a token costs `period`,
 * so nothing is ever rounded but the time at which there is enough. */
#include <fata/limiter.h>

#include "internal.h"

#include <fata/error.h>

/* The time in which `missing` drips, ns, rounded up. */
static fata_time_t time_for(const struct fata_limiter *limiter,
                            uint64_t missing)
{
    return missing / limiter->tokens + (missing % limiter->tokens != 0);
}

static void refill(struct fata_limiter *limiter)
{
    fata_time_t now = fata_sched_now(limiter->sched);
    fata_time_t span = now - limiter->since;
    uint64_t full = limiter->burst * limiter->period;
    uint64_t missing = full - limiter->credit;
    fata_time_t fill = time_for(limiter, missing);

    limiter->since = now;
    if (span < fill) {
        limiter->credit += span * limiter->tokens;
        return;
    }
    limiter->credit = full;
    /* Who waits had to wait for a whole ns; the part too much is not lost. */
    if (!fata_list_empty(&limiter->waiters))
        limiter->credit += fill * limiter->tokens - missing;
}

/* Up to date and without looking at who waits. */
static int take(struct fata_limiter *limiter, uint64_t n)
{
    uint64_t cost = n * limiter->period;

    if (cost > limiter->credit)
        return FATA_EAGAIN;
    limiter->credit -= cost;
    return 0;
}

/* Those whose turn has come; the timer for the next one. */
static void serve(struct fata_limiter *limiter)
{
    struct fata_entry *entry;

    refill(limiter);
    while ((entry = fata_waiter_first(&limiter->waiters)) != NULL) {
        uint64_t n = *(const uint64_t *)entry->item;
        if (take(limiter, n) < 0) {
            uint64_t missing = n * limiter->period - limiter->credit;
            fata_timer_start(
                limiter->sched, &limiter->timer,
                fata_time_add(limiter->since, time_for(limiter, missing)));
            return;
        }
        fata__wake(entry, 0);
    }
    (void)fata_timer_cancel(limiter->sched, &limiter->timer);
    if (limiter->credit > limiter->burst * limiter->period)
        limiter->credit = limiter->burst * limiter->period;
}

static void fired(struct fata_timer *timer)
{
    serve(FATA_CONTAINER(timer, struct fata_limiter, timer));
}

void fata_limiter_init(struct fata_limiter *limiter, struct fata_sched *s,
                       uint64_t tokens, fata_time_t period, uint64_t burst)
{
    fata_assert(tokens > 0 && period > 0 && burst > 0);
    fata_assert(burst <= (UINT64_MAX - tokens) / period);
    limiter->sched = s;
    limiter->tokens = tokens;
    limiter->period = period;
    limiter->burst = burst;
    limiter->credit = burst * period;
    limiter->since = fata_sched_now(s);
    fata_list_init(&limiter->waiters);
    fata_timer_init(&limiter->timer, fired);
}

int fata_limiter_try_take(struct fata_limiter *limiter, uint64_t n)
{
    if (n > limiter->burst)
        return FATA_E2BIG;
    if (!fata_list_empty(&limiter->waiters))
        return FATA_EAGAIN;
    refill(limiter);
    return take(limiter, n);
}

int fata_limiter_take(struct fata_limiter *limiter, uint64_t n,
                      fata_time_t deadline)
{
    struct fata_waiter waiter;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = fata_limiter_try_take(limiter, n);
    if (err != FATA_EAGAIN)
        return err;
    waiter.entry.item = &n;
    err = fata_waiter_start(&waiter, &limiter->waiters, deadline, "rate");
    if (err != FATA_PARK)
        return err;
    if (limiter->waiters.next == &waiter.entry.link)
        serve(limiter);
    err = fata_waiter_park(&waiter, FATA_PARK);
    if (err < 0) /* somebody behind may be cheaper */
        serve(limiter);
    return err;
}

uint64_t fata_limiter_available(struct fata_limiter *limiter)
{
    if (!fata_list_empty(&limiter->waiters))
        return 0;
    refill(limiter);
    return limiter->credit / limiter->period;
}
