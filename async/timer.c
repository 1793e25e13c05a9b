/* SPDX-License-Identifier: ISC */
/* Timers in a pairing heap that is made of the timers themselves: starting is
 * O(1), cancelling and firing O(log n) amortised.  `prev` is the parent of a
 * first child and the left sibling of the others. */
#include "internal.h"

static bool before(const struct fata_timer *a, const struct fata_timer *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return a->sequence < b->sequence;
}

/* Makes one heap of two; either may be NULL, neither has siblings. */
static struct fata_timer *meld(struct fata_timer *a, struct fata_timer *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (before(b, a)) {
        struct fata_timer *swap = a;
        a = b;
        b = swap;
    }
    b->prev = a;
    b->next = a->child;
    if (b->next != NULL)
        b->next->prev = b;
    a->child = b;
    return a;
}

/* Makes one heap of the siblings from `first` on: pairs from left to right,
 * then all from right to left. */
static struct fata_timer *meld_siblings(struct fata_timer *first)
{
    struct fata_timer *pairs = NULL; /* the last one first */
    while (first != NULL) {
        struct fata_timer *a = first, *b = a->next;
        first = b != NULL ? b->next : NULL;
        a->prev = a->next = NULL;
        if (b != NULL)
            b->prev = b->next = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct fata_timer *heap = NULL;
    while (pairs != NULL) {
        struct fata_timer *pair = pairs;
        pairs = pair->next;
        pair->next = NULL;
        heap = meld(heap, pair);
    }
    return heap;
}

static void heap_remove(struct fata_sched *s, struct fata_timer *timer)
{
    struct fata_timer *below = meld_siblings(timer->child);
    timer->child = NULL;
    if (timer == s->timers) {
        s->timers = below;
        return;
    }
    if (timer->prev->child == timer)
        timer->prev->child = timer->next;
    else
        timer->prev->next = timer->next;
    if (timer->next != NULL)
        timer->next->prev = timer->prev;
    timer->prev = timer->next = NULL;
    s->timers = meld(s->timers, below);
}

/* The timers that the turn has taken are a plain list. */
static void due_remove(struct fata_sched *s, struct fata_timer *timer)
{
    if (timer->prev == NULL)
        s->due = timer->next;
    else
        timer->prev->next = timer->next;
    if (timer->next != NULL)
        timer->next->prev = timer->prev;
    timer->prev = timer->next = NULL;
}

void fata_timer_init(struct fata_timer *timer,
                     void (*fire)(struct fata_timer *timer))
{
    *timer = (struct fata_timer){.fire = fire, .state = FATA_TIMER_IDLE};
}

void fata_timer_start(struct fata_sched *s, struct fata_timer *timer,
                      fata_time_t deadline)
{
    fata_timer_cancel(s, timer);
    if (deadline == FATA_NEVER)
        return;
    timer->deadline = deadline;
    timer->sequence = s->sequence++;
    timer->state = FATA_TIMER_STARTED;
    s->timers = meld(s->timers, timer);
    s->counters.timers++;
}

bool fata_timer_cancel(struct fata_sched *s, struct fata_timer *timer)
{
    if (timer->state == FATA_TIMER_IDLE)
        return false;
    if (timer->state == FATA_TIMER_DUE)
        due_remove(s, timer);
    else
        heap_remove(s, timer);
    timer->state = FATA_TIMER_IDLE;
    s->counters.timers--;
    return true;
}

fata_time_t fata__timers_next(const struct fata_sched *s)
{
    return s->timers != NULL ? s->timers->deadline : FATA_NEVER;
}

void fata__timers_run(struct fata_sched *s, size_t limit)
{
    struct fata_timer *timer, *last = NULL;

    while (limit-- > 0 && (timer = s->timers) != NULL &&
           timer->deadline <= s->now) {
        heap_remove(s, timer);
        timer->state = FATA_TIMER_DUE;
        timer->prev = last;
        if (last != NULL)
            last->next = timer;
        else
            s->due = timer;
        last = timer;
    }
    while ((timer = s->due) != NULL) {
        fata_timer_cancel(s, timer);
        timer->fire(timer);
    }
}
