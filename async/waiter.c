/* SPDX-License-Identifier: ISC */
/* Suspending and waking: every wait of async ends up here. */
#include "internal.h"

#include <fata/choice.h>
#include <fata/error.h>

/* Ends the wait, by no entry or the given one. */
static void wake(struct fata_waiter *waiter, struct fata_entry *entry,
                 int result)
{
    struct fata_fiber *fiber = waiter->fiber;

    fata_assert(waiter->state != FATA_WAITER_WOKEN);
    if (waiter->state == FATA_WAITER_TIMED)
        (void)fata_timer_cancel(fata__sched_of(fiber), &waiter->timer);
    waiter->state = FATA_WAITER_WOKEN;
    waiter->woken = entry;
    waiter->result = result;
    if (waiter->clauses == NULL)
        fata_list_remove(&waiter->entry.link);
    else
        for (uint32_t i = 0; i < waiter->count; i++)
            fata_list_remove(&waiter->clauses[i].entry.link);
    fiber->waiting = NULL;
    fata__queue_push(fiber->queue, &fiber->job);
}

static void expired(struct fata_timer *timer)
{
    struct fata_waiter *waiter =
        FATA_CONTAINER(timer, struct fata_waiter, timer);
    bool cancelled = fata__cancelled(waiter->fiber);
    wake(waiter, NULL, cancelled ? FATA_ECANCELED : FATA_ETIMEDOUT);
}

/* The timer stands at the deadline or, if that is earlier, at the time when
 * cancellation comes through. */
static void set_timer(struct fata_waiter *waiter)
{
    struct fata_fiber *fiber = waiter->fiber;
    fata_time_t at = waiter->deadline;

    if (fiber->cancel_at < at)
        at = fiber->cancel_at;
    if (at == FATA_NEVER)
        return;
    if (waiter->state != FATA_WAITER_TIMED)
        fata_timer_init(&waiter->timer, expired);
    waiter->state = FATA_WAITER_TIMED;
    fata_timer_start(fata__sched_of(fiber), &waiter->timer, at);
}

static void begin(struct fata_waiter *waiter, struct fata_list *queue,
                  fata_time_t deadline, const char *what)
{
    struct fata_fiber *self = fata__self();

    struct fata_list none;

    if (queue == NULL) {
        fata_list_init(&none);
        queue = &none;
    }
    (void)fata__wait_simple(waiter, self, queue, what);
    if (queue == &none)
        fata_list_remove(&waiter->entry.link);
    waiter->deadline = deadline;
}

int fata_waiter_start(struct fata_waiter *waiter, struct fata_list *queue,
                      fata_time_t deadline, const char *what)
{
    struct fata_fiber *self = fata__self();

    if (fata__cancelled(self))
        return FATA_ECANCELED;
    if (deadline <= fata__sched_of(self)->now)
        return FATA_ETIMEDOUT;
    begin(waiter, queue, deadline, what);
    set_timer(waiter);
    return FATA_PARK;
}

int fata__waiter_start_choice(struct fata_waiter *waiter,
                              struct fata_clause *clauses, uint32_t count,
                              fata_time_t deadline)
{
    int started = fata_waiter_start(waiter, NULL, deadline, "choice");

    if (started != FATA_PARK)
        return started;
    if (waiter->state == FATA_WAITER_SIMPLE)
        waiter->state = FATA_WAITER_CHOOSES;
    waiter->clauses = clauses;
    waiter->count = count;
    for (uint32_t i = 0; i < count; i++) {
        clauses[i].entry.waiter = waiter;
        fata_list_push_back(clauses[i].queue, &clauses[i].entry.link);
    }
    return FATA_PARK;
}

int fata_waiter_join(struct fata_waiter *waiter, struct fata_list *queue,
                     const char *what)
{
    begin(waiter, queue, FATA_NEVER, what);
    waiter->state = FATA_WAITER_JOINS;
    fata__park(fata__running);
    return waiter->result;
}

void fata_waiter_wake(struct fata_entry *entry, int result)
{
    wake(entry->waiter, entry, result);
}

void fata__waiter_recheck(struct fata_waiter *waiter)
{
    if (waiter->state == FATA_WAITER_JOINS)
        return;
    if (fata__cancelled(waiter->fiber))
        wake(waiter, NULL, FATA_ECANCELED);
    else
        set_timer(waiter);
}
