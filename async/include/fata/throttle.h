/* SPDX-License-Identifier: ISC */
/* A throttle: at most `limit` at once, first come first served.
 *
 *     int slot = fata_throttle_acquire(&throttle, deadline);
 *     if (slot < 0)
 *         return slot;
 *     ...
 *     fata_throttle_release(&throttle, slot);
 *
 * It is a semaphore, too; a pool of resources: an array of which the slot is
 * the index; and a lock for readers (acquire) and writers (acquire_exclusive).
 *
 * Who closes it does not stop what runs; to clean up behind, close it, wait
 * until it is idle, and go through the array.
 *
 * Context: what takes a deadline suspends, in a fiber; the rest anywhere in the
 * scheduler's thread.  Nobody may be in a call when the throttle's memory goes.
 * Rules of waiting: fata/waiter.h. */
#ifndef FATA_THROTTLE_H
#define FATA_THROTTLE_H

#include <fata/cc.h>
#include <fata/waiter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fata_throttle {
    uint32_t limit, running; /* may be read */
    bool exclusive, closed;  /* may be read; exclusive: who runs is */
    /* The rest is private. */
    uint32_t *slots; /* of each: the next free one, or that it is taken */
    uint32_t slot_count, free;
    struct fata_list urgent, waiting, idlers;
};

/* limit   1 to INT32_MAX
 * slots   given: room for `limit` numbers, for the throttle's life.  NULL: who
 *         acquires need not be told apart, all get slot 0 */
void fata_throttle_init(struct fata_throttle *throttle, uint32_t limit,
                        uint32_t *slots);

/* Waits until less than `limit` run and it is this one's turn.
 * Returns the slot (the one released last, if several are free), FATA_EPIPE
 * (closed), FATA_ETIMEDOUT or FATA_ECANCELED. */
FATA_NODISCARD int fata_throttle_acquire(struct fata_throttle *throttle,
                                         fata_time_t deadline);

/* The same before all who wait, but after those who wait like this. */
FATA_NODISCARD int fata_throttle_acquire_front(struct fata_throttle *throttle,
                                               fata_time_t deadline);

/* Waits until those before have started and ended; nobody starts until
 * fata_throttle_release_exclusive.  Returns 0 instead of a slot. */
FATA_NODISCARD int
fata_throttle_acquire_exclusive(struct fata_throttle *throttle,
                                fata_time_t deadline);

/* Does not suspend and does not look at cancellation: FATA_EAGAIN if it would
 * have to wait. */
FATA_NODISCARD int fata_throttle_try_acquire(struct fata_throttle *throttle);

/* Whoever calls it; but what is not taken cannot be released (a panic). */
void fata_throttle_release(struct fata_throttle *throttle, int slot);
void fata_throttle_release_exclusive(struct fata_throttle *throttle);

/* Moves the limit; if more run, nobody starts until they are less.
 * limit   as for the init, also 0 (nobody starts); with slots, not more than
 *         there is room for */
void fata_throttle_set_limit(struct fata_throttle *throttle, uint32_t limit);

/* All who wait, or come later, get FATA_EPIPE. */
void fata_throttle_close(struct fata_throttle *throttle);

/* Waits until nobody runs and nobody waits to run.
 * Returns 0, FATA_ETIMEDOUT or FATA_ECANCELED. */
FATA_NODISCARD int fata_throttle_wait_idle(struct fata_throttle *throttle,
                                           fata_time_t deadline);

/* How many wait to run; O(result). */
size_t fata_throttle_waiting(const struct fata_throttle *throttle);

#endif
