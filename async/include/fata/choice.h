/* SPDX-License-Identifier: ISC */
/* A choice: a fiber waits for the first of several things.
 *
 *     struct fata_clause clauses[] = {
 *         fata_on_event(&stop),
 *         fata_on_recv(&requests, &request),
 *         fata_on_send(&replies, &reply),
 *     };
 *     int which = fata_choose(clauses, FATA_COUNT(clauses), deadline);
 *     if (which < 0)
 *         return which;                    (deadline or cancellation)
 *     ... clauses[which].result: 0, or FATA_EPIPE and its like ...
 *
 * If several are possible at once the first in the list wins; else it is the
 * one that happens first.  Exactly one happens: at that moment all others have
 * left their queues, no item was taken or sent for them. */
#ifndef FATA_CHOICE_H
#define FATA_CHOICE_H

#include <fata/cc.h>
#include <fata/channel.h>
#include <fata/event.h>
#include <fata/promise.h>
#include <fata/waiter.h>
#include <stddef.h>
#include <stdint.h>

/* Something to wait for.  Who builds things to wait for sets the first three;
 * programs use the functions below. */
struct fata_clause {
    /* Does it if that is possible at once: returns its result, 0 or an error.
     * Else returns FATA_PARK and has set `queue`, where the entry waits. */
    int (*attempt)(struct fata_clause *clause);
    void *on;                /* what `attempt` needs */
    struct fata_entry entry; /* `item` is set; the rest is private */
    struct fata_list *queue;
    int result; /* of the clause that happened: what its call would return */
};

/* Private: `attempt` of each. */
int fata__recv_attempt(struct fata_clause *clause);
int fata__send_attempt(struct fata_clause *clause);
int fata__event_attempt(struct fata_clause *clause);
int fata__promise_attempt(struct fata_clause *clause);

/* item   lent while the clause is used; written if it happens with result 0.
 * The result is FATA_EPIPE when the channel is closed and empty. */
static inline struct fata_clause fata_on_recv(struct fata_channel *channel,
                                              void *item)
{
    return (struct fata_clause){.attempt = fata__recv_attempt,
                                .on = channel,
                                .entry.item = item};
}

/* item   lent while the clause is used; read when it happens.  The result is
 * FATA_EPIPE when the channel is closed. */
static inline struct fata_clause fata_on_send(struct fata_channel *channel,
                                              const void *item)
{
    return (struct fata_clause){.attempt = fata__send_attempt,
                                .on = channel,
                                .entry.item = (void *)(uintptr_t)item};
}

static inline struct fata_clause fata_on_event(struct fata_event *event)
{
    return (struct fata_clause){.attempt = fata__event_attempt, .on = event};
}

/* value   lent while the clause is used; may be NULL.  The result is the
 * promise's. */
static inline struct fata_clause fata_on_promise(struct fata_promise *promise,
                                                 void **value)
{
    return (struct fata_clause){.attempt = fata__promise_attempt,
                                .on = promise,
                                .entry.item = value};
}

/* Private: what comes before the wait, and after it. */
int fata__choose_start(struct fata_clause *clauses, uint32_t count,
                       fata_time_t deadline, struct fata_waiter *waiter);

static inline int fata__choose_end(const struct fata_waiter *waiter)
{
    if (waiter->woken == NULL)
        return waiter->result;
    struct fata_clause *clause =
        FATA_CONTAINER(waiter->woken, struct fata_clause, entry);
    clause->result = waiter->result;
    return (int)(clause - waiter->clauses);
}

/* clauses   lent until return; may be used again.  None: a wait for the
 *           deadline
 * Returns the number of the clause that happened, FATA_ETIMEDOUT or
 * FATA_ECANCELED (rules in fata/waiter.h).  Context: fiber, suspends. */
FATA_NODISCARD static inline int
fata_choose(struct fata_clause *clauses, uint32_t count, fata_time_t deadline)
{
    struct fata_waiter waiter;
    int started = fata__choose_start(clauses, count, deadline, &waiter);

    if (started != FATA_PARK)
        return started;
    fata__park(fata__running);
    return fata__choose_end(&waiter);
}

#endif
