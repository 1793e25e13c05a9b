/* SPDX-License-Identifier: ISC */
/* Throttles.  A change that may let somebody start calls serve(): a release, a
 * larger limit, and also a waiter that gives up, who may have held up others
 * behind it. */
#include <fata/throttle.h>

#include "internal.h"

#include <fata/error.h>

static const uint32_t taken = UINT32_MAX;

void fata_throttle_init(struct fata_throttle *throttle, uint32_t limit,
                        uint32_t *slots)
{
    fata_assert(limit > 0 && limit <= INT32_MAX);
    throttle->limit = limit;
    throttle->running = 0;
    throttle->exclusive = throttle->closed = false;
    throttle->slots = slots;
    throttle->slot_count = limit;
    throttle->free = 0;
    for (uint32_t i = 0; slots != NULL && i < limit; i++)
        slots[i] = i + 1;
    fata_list_init(&throttle->urgent);
    fata_list_init(&throttle->waiting);
    fata_list_init(&throttle->idlers);
}

static bool admits(const struct fata_throttle *throttle, bool exclusive)
{
    if (exclusive)
        return throttle->running == 0 && throttle->limit > 0;
    return !throttle->exclusive && throttle->running < throttle->limit;
}

static int admit(struct fata_throttle *throttle, bool exclusive)
{
    throttle->running++;
    throttle->exclusive = exclusive;
    if (throttle->slots == NULL || exclusive)
        return 0;
    uint32_t slot = throttle->free;
    throttle->free = throttle->slots[slot];
    throttle->slots[slot] = taken;
    return (int)slot;
}

static struct fata_entry *first(struct fata_throttle *throttle)
{
    struct fata_entry *entry = fata_waiter_first(&throttle->urgent);
    return entry != NULL ? entry : fata_waiter_first(&throttle->waiting);
}

static void serve(struct fata_throttle *throttle)
{
    struct fata_entry *entry;

    while ((entry = first(throttle)) != NULL) {
        bool exclusive = entry->item != NULL;
        if (!admits(throttle, exclusive))
            return;
        fata__wake(entry, admit(throttle, exclusive));
    }
    if (throttle->running == 0)
        while ((entry = fata_waiter_first(&throttle->idlers)) != NULL)
            fata__wake(entry, 0);
}

/* `queue`: where to wait.  Nobody is overtaken who waits there. */
static int acquire(struct fata_throttle *throttle, struct fata_list *queue,
                   bool exclusive, fata_time_t deadline)
{
    struct fata_waiter waiter;
    bool urgent = queue == &throttle->urgent;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (throttle->closed)
        return FATA_EPIPE;
    if (fata_list_empty(&throttle->urgent) &&
        (urgent || fata_list_empty(&throttle->waiting)) &&
        admits(throttle, exclusive))
        return admit(throttle, exclusive);
    waiter.entry.item = exclusive ? throttle : NULL;
    int slot = fata_waiter_wait(&waiter, queue, deadline,
                                exclusive ? "throttle, alone" : "throttle");
    if (slot == FATA_ETIMEDOUT || slot == FATA_ECANCELED)
        serve(throttle);
    return slot;
}

int fata_throttle_acquire(struct fata_throttle *throttle, fata_time_t deadline)
{
    return acquire(throttle, &throttle->waiting, false, deadline);
}

int fata_throttle_acquire_front(struct fata_throttle *throttle,
                                fata_time_t deadline)
{
    return acquire(throttle, &throttle->urgent, false, deadline);
}

int fata_throttle_acquire_exclusive(struct fata_throttle *throttle,
                                    fata_time_t deadline)
{
    return acquire(throttle, &throttle->waiting, true, deadline);
}

int fata_throttle_try_acquire(struct fata_throttle *throttle)
{
    if (throttle->closed)
        return FATA_EPIPE;
    if (first(throttle) != NULL || !admits(throttle, false))
        return FATA_EAGAIN;
    return admit(throttle, false);
}

void fata_throttle_release(struct fata_throttle *throttle, int slot)
{
    uint32_t *slots = throttle->slots;

    fata_assert(throttle->running > 0 && !throttle->exclusive);
    if (slots != NULL) {
        fata_assert(slot >= 0 && (uint32_t)slot < throttle->slot_count &&
                    slots[slot] == taken);
        slots[slot] = throttle->free;
        throttle->free = (uint32_t)slot;
    }
    throttle->running--;
    serve(throttle);
}

void fata_throttle_release_exclusive(struct fata_throttle *throttle)
{
    fata_assert(throttle->exclusive);
    throttle->exclusive = false;
    throttle->running = 0;
    serve(throttle);
}

void fata_throttle_set_limit(struct fata_throttle *throttle, uint32_t limit)
{
    fata_assert(limit <= (throttle->slots != NULL ? throttle->slot_count
                                                  : (uint32_t)INT32_MAX));
    throttle->limit = limit;
    serve(throttle);
}

void fata_throttle_close(struct fata_throttle *throttle)
{
    struct fata_entry *entry;

    throttle->closed = true;
    while ((entry = first(throttle)) != NULL)
        fata__wake(entry, FATA_EPIPE);
    serve(throttle);
}

int fata_throttle_wait_idle(struct fata_throttle *throttle,
                            fata_time_t deadline)
{
    struct fata_waiter waiter;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (throttle->running == 0 && first(throttle) == NULL)
        return 0;
    return fata_waiter_wait(&waiter, &throttle->idlers, deadline,
                            "throttle, idle");
}

size_t fata_throttle_waiting(const struct fata_throttle *throttle)
{
    size_t n = 0;

    FATA_LIST_FOREACH (node, &throttle->urgent)
        n++;
    FATA_LIST_FOREACH (node, &throttle->waiting)
        n++;
    return n;
}
