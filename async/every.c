/* SPDX-License-Identifier: ISC */
/* Periodic calls. */
#include <fata/every.h>

#include "internal.h"

#include <fata/error.h>
#include <fata/sleep.h>

/* The first of at, at + interval, ... that is not before `now`. */
static fata_time_t not_before(fata_time_t now, fata_time_t at,
                              fata_time_t interval)
{
    if (at >= now)
        return at;
    fata_time_t late = (now - at) % interval;
    return late == 0 ? now : fata_time_add(now, interval - late);
}

int fata_every(const struct fata_every *how, fata_fiber_fn *fn, void *arg,
               fata_time_t deadline)
{
    const struct fata_sched *s = fata_fiber_sched();
    fata_time_t at = how->start;

    fata_assert(how->interval > 0);
    for (;;) {
        if (!how->catch_up)
            at = not_before(s->now, at, how->interval);
        bool ends = at >= deadline || s->now >= deadline;
        int result = fata_sleep_until(ends ? deadline : at);
        if (result < 0)
            return result;
        if (ends)
            return FATA_ETIMEDOUT;
        result = fn(arg);
        if (result != 0)
            return result;
        at = fata_time_add(at, how->interval);
    }
}
