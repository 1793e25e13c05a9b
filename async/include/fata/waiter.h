/* SPDX-License-Identifier: ISC */
/* The one primitive under every wait: a fiber suspends until it is woken, its
 * deadline comes, or it is cancelled.  The waiter lies in the waiting frame,
 * with an entry in the queue of what it waits for - several entries, if it is
 * a choice; whatever ends the wait, all have left their queues at that moment.
 * For those who build things to wait for; programs use events, channels,
 * sleeps.
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
#include <fata/fiber.h>
#include <fata/list.h>
#include <fata/time.h>
#include <fata/timer.h>

struct fata_clause;

/* One place in the queue of something to wait for. */
struct fata_entry {
    struct fata_list link; /* in that queue */
    struct fata_waiter *waiter;
    void *item; /* the queue's: what is handed over */
};

/* All fields are private.  What every wait sets comes first, near together. */
struct fata_waiter {
    struct fata_entry entry; /* for waits that have one */
    struct fata_fiber *fiber;
    enum {
        FATA_WAITER_WOKEN,
        FATA_WAITER_SIMPLE,  /* one entry, which is `entry`, and no timer */
        FATA_WAITER_CHOOSES, /* several entries, no timer */
        FATA_WAITER_TIMED,   /* the timer is started */
        FATA_WAITER_JOINS,   /* nothing but the wake ends it */
    } state;
    int result;
    struct fata_clause *clauses; /* of a choice; else NULL, and `entry` */
    const char *what;
    fata_time_t since, deadline;

    uint32_t count;           /* of a choice */
    struct fata_entry *woken; /* of a choice: by which it was woken, or NULL */
    struct fata_timer timer;  /* at the deadline or the cancellation */
};

/* Suspends the running fiber.  Rules 1, 3 and 4 above; 2 is the caller's.
 * waiter    lent until return; need not be initialised, but for entry.item
 * queue     the waiter's entry is appended to it; NULL: to none
 * deadline  absolute, or FATA_NEVER
 * what      static: what it waits for, for who looks at the fibers
 * Returns what fata_waiter_wake was given, FATA_ETIMEDOUT or FATA_ECANCELED. */
FATA_NODISCARD static inline int fata_waiter_wait(struct fata_waiter *waiter,
                                                  struct fata_list *queue,
                                                  fata_time_t deadline,
                                                  const char *what);

/* The same without deadline, and cancellation does not end it: for what must
 * come to its end because memory is lent.  Returns what the wake was given. */
int fata_waiter_join(struct fata_waiter *waiter, struct fata_list *queue,
                     const char *what);

/* Ends the wait with `result`: takes the waiter's entries out of their queues
 * and posts the fiber.  The waiter must be waiting, as all are that a queue
 * holds.  Context: the scheduler's thread, in a turn or outside. */
void fata_waiter_wake(struct fata_entry *entry, int result);

/* The first entry of a queue, or NULL. */
static inline struct fata_entry *fata_waiter_first(struct fata_list *queue)
{
    if (fata_list_empty(queue))
        return NULL;
    return FATA_CONTAINER(queue->next, struct fata_entry, link);
}

/* In two steps, for calls that are out of line and yet park inline (see
 * fata/fiber.h): the first returns FATA_PARK, or the call's result. */
enum { FATA_PARK = -0x7fffffff }; /* no error, no count */

FATA_NODISCARD int fata_waiter_start(struct fata_waiter *waiter,
                                     struct fata_list *queue,
                                     fata_time_t deadline, const char *what);

FATA_INLINE int fata_waiter_park(struct fata_waiter *waiter, int started)
{
    if (started != FATA_PARK)
        return started;
    fata__park(fata__running);
    return waiter->result;
}

static inline int fata_waiter_wait(struct fata_waiter *waiter,
                                   struct fata_list *queue,
                                   fata_time_t deadline, const char *what)
{
    return fata_waiter_park(waiter,
                            fata_waiter_start(waiter, queue, deadline, what));
}

#endif
