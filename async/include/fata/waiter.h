/* SPDX-License-Identifier: ISC */
/* The one primitive under every wait: a fiber suspends until it is woken, its
 * deadline comes, or it is cancelled.  The waiter lies in the waiting frame;
 * whatever ends the wait, it has left its queue at that moment.  For those who
 * build things to wait for; programs use events, channels, sleeps.
 *
 * All waits of fata follow the same rules, in this order:
 *   1. cancelled already            FATA_ECANCELED, nothing has been done
 *   2. can be done at once          done, even if the deadline has passed
 *   3. the deadline has passed      FATA_ETIMEDOUT, nothing has been done
 *   4. else the fiber suspends, and what happens first decides.  A
 *      cancellation that comes after the wake does not undo it: the next wait
 *      reports it.  If the turn that finds the deadline passed also finds the
 *      fiber cancelled, it is FATA_ECANCELED. */
#ifndef FATA_WAITER_H
#define FATA_WAITER_H

#include <fata/cc.h>
#include <fata/list.h>
#include <fata/time.h>
#include <fata/timer.h>

/* All fields are private but `link`, by which a queue finds its waiters. */
struct fata_waiter {
    struct fata_list link;
    struct fata_fiber *fiber; /* NULL once woken */
    struct fata_timer timer;  /* at the deadline or the cancellation */
    fata_time_t deadline;
    int result;
};

/* Suspends the running fiber.  Rules 1, 3 and 4 above; 2 is the caller's.
 * waiter    lent until return; need not be initialised
 * queue     the waiter is appended to it; NULL: to none
 * deadline  absolute, or FATA_NEVER
 * Returns what fata_waiter_wake was given, FATA_ETIMEDOUT or FATA_ECANCELED. */
FATA_NODISCARD int fata_waiter_wait(struct fata_waiter *waiter,
                                    struct fata_list *queue,
                                    fata_time_t deadline);

/* The same without deadline, and cancellation does not end it: for what must
 * come to its end because memory is lent.  Returns what the wake was given. */
int fata_waiter_join(struct fata_waiter *waiter, struct fata_list *queue);

/* Ends the wait with `result`: takes the waiter out of its queue and posts the
 * fiber.  The waiter must be waiting, as all are that a queue holds.
 * Context: the scheduler's thread, in a turn or outside. */
void fata_waiter_wake(struct fata_waiter *waiter, int result);

/* The first waiter of a queue, or NULL. */
static inline struct fata_waiter *fata_waiter_first(struct fata_list *queue)
{
    if (fata_list_empty(queue))
        return NULL;
    return FATA_CONTAINER(queue->next, struct fata_waiter, link);
}

#endif
