/* SPDX-License-Identifier: ISC */
/* Retries: exponential back-off. */
#include <fata/retry.h>

#include "internal.h"

#include <fata/error.h>
#include <fata/sleep.h>

fata_time_t fata_retry_pause(const struct fata_retry *how, uint64_t failures)
{
    fata_time_t pause = how->first, next;

    fata_assert(how->growth_percent >= 100 && how->jitter_percent <= 100);
    fata_assert(how->most != FATA_NEVER);
    for (; failures > 1 && pause < how->most; failures--) {
        if (FATA_MUL_OVERFLOW(pause, how->growth_percent, &next))
            pause = how->most;
        else if (next / 100 > pause)
            pause = next / 100;
        else
            break;
    }
    if (pause > how->most)
        pause = how->most;
    if (how->jitter_percent == 0)
        return pause;
    uint64_t part = pause / 100 * how->jitter_percent +
                    pause % 100 * how->jitter_percent / 100;
    return pause - how->random(how->random_arg) % (part + 1);
}

static int attempts(const struct fata_retry *how, fata_fiber_fn *fn, void *arg,
                    fata_time_t deadline)
{
    const struct fata_sched *s = fata_fiber_sched();

    for (uint64_t n = 1;; n++) {
        if (fata_fiber_cancelled())
            return FATA_ECANCELED;
        int result = fn(arg);
        if (result >= 0 || n == how->attempts ||
            (how->final != NULL && how->final(result)))
            return result;
        fata_time_t next = fata_time_add(s->now, fata_retry_pause(how, n));
        if (next >= deadline)
            return result;
        if (fata_sleep_until(next) < 0)
            return FATA_ECANCELED;
    }
}

int fata_retry(const struct fata_retry *how, fata_fiber_fn *fn, void *arg,
               fata_time_t deadline)
{
    struct fata_scope scope;

    fata_scope_open_deadline(&scope, deadline);
    int result = attempts(how, fn, arg, deadline);
    bool cut_short = result < 0 && fata_fiber_cancelled();
    int err = fata_scope_close(&scope);
    return cut_short ? err : result;
}
