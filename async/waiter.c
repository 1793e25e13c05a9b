/* SPDX-License-Identifier: ISC */
/* Suspending and waking: every wait of async ends up here. */
#include "internal.h"

#include <fata/error.h>

static void expired(struct fata_timer *timer)
{
    struct fata_waiter *waiter =
        FATA_CONTAINER(timer, struct fata_waiter, timer);
    bool cancelled = fata__scope_cancelled(waiter->fiber->region);
    fata_waiter_wake(waiter, cancelled ? FATA_ECANCELED : FATA_ETIMEDOUT);
}

static void start(struct fata_waiter *waiter, struct fata_fiber *self,
                  struct fata_list *queue)
{
    waiter->fiber = self;
    waiter->result = 0;
    fata_timer_init(&waiter->timer, expired);
    fata_list_init(&waiter->link);
    if (queue != NULL)
        fata_list_push_back(queue, &waiter->link);
}

/* The timer stands at the deadline or, if that is earlier, at the time when
 * cancellation comes through. */
static void set_timer(struct fata_waiter *waiter)
{
    fata_time_t cancel_at = waiter->fiber->region->cancel_at;
    fata_timer_start(waiter->fiber->sched, &waiter->timer,
                     cancel_at < waiter->deadline ? cancel_at
                                                  : waiter->deadline);
}

int fata_waiter_wait(struct fata_waiter *waiter, struct fata_list *queue,
                     fata_time_t deadline)
{
    struct fata_fiber *self = fata__self();

    if (fata__scope_cancelled(self->region))
        return FATA_ECANCELED;
    if (deadline <= self->sched->now)
        return FATA_ETIMEDOUT;
    start(waiter, self, queue);
    waiter->deadline = deadline;
    set_timer(waiter);
    self->waiting = waiter;
    fata__fiber_suspend(self);
    return waiter->result;
}

int fata_waiter_join(struct fata_waiter *waiter, struct fata_list *queue)
{
    struct fata_fiber *self = fata__self();

    start(waiter, self, queue);
    fata__fiber_suspend(self);
    return waiter->result;
}

void fata_waiter_wake(struct fata_waiter *waiter, int result)
{
    struct fata_fiber *fiber = waiter->fiber;

    fata_assert(fiber != NULL);
    waiter->fiber = NULL;
    waiter->result = result;
    fata_list_remove(&waiter->link);
    fata_timer_cancel(fiber->sched, &waiter->timer);
    fiber->waiting = NULL;
    fata_job_post(fiber->sched, &fiber->job);
}

void fata__waiter_recheck(struct fata_waiter *waiter)
{
    if (fata__scope_cancelled(waiter->fiber->region))
        fata_waiter_wake(waiter, FATA_ECANCELED);
    else if (waiter->fiber->region->cancel_at < waiter->deadline)
        set_timer(waiter);
}
