/* SPDX-License-Identifier: ISC */
/* See ring.h. */
#include "ring.h"

void ring_publish(struct ring *r)
{
    r->published = r->tail;
    __atomic_store_n(&r->shared->tail, r->tail, __ATOMIC_RELEASE);
}

void ring_tell(struct ring *r, bool sleep)
{
    __atomic_store_n(&r->shared->wake, sleep, __ATOMIC_RELAXED);
    /* Tail and wake before doorbell and completions: the tender does it the
     * other way round, so that one of us sees the other. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (r->told == r->published)
        return;
    r->told = r->published;
    if (__atomic_load_n(&r->shared->doorbell, __ATOMIC_RELAXED) != 0)
        *(volatile uint32_t *)(uintptr_t)r->doorbell = 1;
}

void ring_push(struct ring *r, const struct fata_ring_entry *entry)
{
    while (r->tail - __atomic_load_n(&r->shared->head, __ATOMIC_ACQUIRE) >=
           r->entries)
        ring_tell(r, false);
    r->shared->entry[r->tail & (r->entries - 1)] = *entry;
    r->tail++;
}

bool ring_take(struct ring *r, struct fata_ring_completion *c)
{
    if (r->completion_head ==
        __atomic_load_n(&r->shared->completion_tail, __ATOMIC_ACQUIRE))
        return false;
    *c = FATA_RING_COMPLETIONS(
        r->shared, r->entries)[r->completion_head & (r->entries - 1)];
    __atomic_store_n(&r->shared->completion_head, ++r->completion_head,
                     __ATOMIC_RELEASE);
    return true;
}
