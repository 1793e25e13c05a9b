/* SPDX-License-Identifier: ISC */
/* Timers in a hierarchical wheel.  A time in ticks is a number of 9 digits to
 * the base 64; a timer lies at the level of the highest digit in which its
 * deadline differs from `base`, in the slot of that digit.  So lower levels are
 * earlier, in a level lower slots, and timers of one deadline always lie in one
 * slot, in the order of their start.  When the time comes to a slot, `base`
 * moves there and its timers go to lower levels; those of a slot of level 0,
 * which is one tick wide, are sorted and called.
 *
 * Timers lie anywhere in memory.  So that a slot's are in the cache when their
 * turn comes, each knows one that is some places later (`ahead`), to be
 * prefetched; it may be gone by then, which does not matter. */
#include "internal.h"

#include <string.h>

enum {
    LATE = FATA__WHEEL_LATE,
    AHEAD = 8, /* places */
    LOOK = 32, /* timers that the search for the first one looks at */
};

static inline void append(struct fata_wheel *w, unsigned index,
                          struct fata_timer *timer)
{
    struct fata_wheel_slot *slot = &w->slot[index];

    timer->slot = index + 1;
    timer->next = NULL;
    timer->ahead = NULL;
    timer->prev = slot->last;
    if (slot->last == NULL) {
        slot->first = slot->trail = timer;
        slot->lag = 0;
    } else {
        slot->last->next = timer;
        if (slot->lag < AHEAD) {
            slot->lag++;
        } else {
            slot->trail->ahead = timer;
            slot->trail = slot->trail->next;
        }
    }
    slot->last = timer;
}

/* Does not know of the bits of slots. */
static inline void unlink(struct fata_wheel_slot *slot,
                          struct fata_timer *timer)
{
    if (timer == slot->trail || timer->next == NULL)
        slot->lag -= slot->lag != 0;
    if (timer == slot->trail)
        slot->trail = timer->next != NULL ? timer->next : timer->prev;
    if (timer->next != NULL)
        timer->next->prev = timer->prev;
    else
        slot->last = timer->prev;
    if (timer->prev != NULL)
        timer->prev->next = timer->next;
    else
        slot->first = timer->next;
}

static unsigned position(const struct fata_wheel *w, fata_time_t deadline)
{
    uint64_t tick = deadline >> FATA__WHEEL_TICK;
    if (tick < w->base)
        tick = w->base; /* late already: due as soon as can be */
    unsigned bit = 63 - (unsigned)__builtin_clzll((tick ^ w->base) | 1);
    unsigned level = bit / FATA__WHEEL_BITS;
    unsigned digit = tick >> level * FATA__WHEEL_BITS & (FATA__WHEEL_SLOTS - 1);
    return level * FATA__WHEEL_SLOTS + digit;
}

static void place(struct fata_wheel *w, struct fata_timer *timer)
{
    unsigned index = position(w, timer->deadline);
    unsigned level = index / FATA__WHEEL_SLOTS;

    append(w, index, timer);
    w->used[level] |= UINT64_C(1) << index % FATA__WHEEL_SLOTS;
    w->levels |= UINT64_C(1) << level;
}

static void mark_empty(struct fata_wheel *w, unsigned index)
{
    unsigned level = index / FATA__WHEEL_SLOTS;

    w->used[level] &= ~(UINT64_C(1) << index % FATA__WHEEL_SLOTS);
    if (w->used[level] == 0)
        w->levels &= ~(UINT64_C(1) << level);
}

void fata_timer_start(struct fata_sched *s, struct fata_timer *timer,
                      fata_time_t deadline)
{
    if (timer->slot != 0)
        (void)fata_timer_cancel(s, timer);
    if (deadline == FATA_NEVER)
        return;
    timer->deadline = deadline;
    if (deadline < s->wheel.next)
        s->wheel.next = deadline;
    s->counters.timers++;
    if (FATA_UNLIKELY(s->wheel.firing && deadline <= s->now))
        append(&s->wheel, LATE, timer);
    else
        place(&s->wheel, timer);
}

bool fata_timer_cancel(struct fata_sched *s, struct fata_timer *timer)
{
    struct fata_wheel *w = &s->wheel;

    if (timer->slot == 0)
        return false;
    unsigned index = timer->slot - 1;
    struct fata_wheel_slot *slot = &w->slot[index];
    unlink(slot, timer);
    if (slot->first == NULL && index != LATE)
        mark_empty(w, index);
    timer->slot = 0;
    if (timer->deadline == w->next)
        w->next = 0;
    s->counters.timers--;
    return true;
}

/* The first used slot; there is one.  Its first tick is *start. */
static unsigned first_slot(const struct fata_wheel *w, uint64_t *start)
{
    unsigned level = (unsigned)__builtin_ctzll(w->levels);
    unsigned digit = (unsigned)__builtin_ctzll(w->used[level]);
    unsigned shift = level * FATA__WHEEL_BITS;
    uint64_t above = w->base >> shift & ~(uint64_t)(FATA__WHEEL_SLOTS - 1);

    *start = (above | digit) << shift;
    return level * FATA__WHEEL_SLOTS + digit;
}

/* Merges two sorted lists, linked by `next` only; of equals, a's come first. */
static struct fata_timer *merge(struct fata_timer *a, struct fata_timer *b)
{
    struct fata_timer *first, **tail = &first;

    while (a != NULL && b != NULL) {
        struct fata_timer **least = b->deadline < a->deadline ? &b : &a;
        *tail = *least;
        tail = &(*least)->next;
        *least = *tail;
    }
    *tail = a != NULL ? a : b;
    return first;
}

/* Sorts, stable, a list linked by `next`: runs that are in order already are
 * merged like the digits of a counter. */
static struct fata_timer *sort(struct fata_timer *list)
{
    struct fata_timer *run[48] = {NULL}, *sorted = NULL;
    unsigned top = 0;

    while (list != NULL) {
        struct fata_timer *head = list, *end = list;
        while (end->next != NULL && end->deadline <= end->next->deadline)
            end = end->next;
        list = end->next;
        end->next = NULL;
        unsigned i = 0;
        for (; run[i] != NULL; i++) {
            head = merge(run[i], head);
            run[i] = NULL;
        }
        run[i] = head;
        if (i >= top)
            top = i + 1;
    }
    for (unsigned i = 0; i < top; i++)
        sorted = merge(run[i], sorted);
    return sorted;
}

/* Sorts the timers of a slot. */
static void sort_slot(struct fata_wheel_slot *slot)
{
    struct fata_timer *last = NULL;

    slot->first = slot->trail = sort(slot->first);
    for (struct fata_timer *t = slot->first; t != NULL; t = t->next) {
        t->prev = last;
        last = t;
    }
    slot->last = last;
    slot->lag = 0;
}

/* Sends the timers of a slot to lower levels. */
static void go_down(struct fata_wheel *w, unsigned index)
{
    struct fata_timer *timer = w->slot[index].first, *next;

    w->slot[index].first = w->slot[index].last = NULL;
    mark_empty(w, index);
    for (; timer != NULL; timer = next) {
        next = timer->next;
        __builtin_prefetch(timer->ahead, 1);
        place(w, timer);
    }
}

static void fire(struct fata_sched *s, struct fata_timer *timer)
{
    (void)fata_timer_cancel(s, timer);
    if (FATA_LIKELY(s->watch == NULL)) {
        timer->fire(timer);
        return;
    }
    fata_time_t began = s->watch->clock();
    timer->fire(timer);
    if (s->watch != NULL)
        fata__watched(s, "timer", began);
}

/* Calls what is due, and moves `base` to now. */
static void advance(struct fata_sched *s, struct fata_wheel *w)
{
    uint64_t start, tick = s->now >> FATA__WHEEL_TICK;

    while (w->levels != 0) {
        unsigned index = first_slot(w, &start);
        if (start > tick)
            break;
        w->base = start;
        if (index >= FATA__WHEEL_SLOTS) {
            go_down(w, index);
            continue;
        }
        struct fata_wheel_slot *slot = &w->slot[index];
        if (slot->first->next != NULL)
            sort_slot(slot);
        while (slot->first != NULL && slot->first->deadline <= s->now)
            fire(s, slot->first);
        if (slot->first != NULL)
            break; /* the rest of this tick is to come */
    }
    w->base = tick;
}

void fata__timers_init(struct fata_sched *s)
{
    s->wheel.next = FATA_NEVER;
}

void fata__timers_run(struct fata_sched *s)
{
    struct fata_wheel *w = &s->wheel;
    struct fata_timer *timer;

    if (w->next <= s->now)
        w->next = 0;
    /* Also where nothing is due: near `base` timers lie on low levels. */
    w->firing = true;
    advance(s, w);
    w->firing = false;
    while ((timer = w->slot[LATE].first) != NULL) {
        unlink(&w->slot[LATE], timer);
        place(w, timer);
    }
}

/* The first deadline; or, where the first slot holds many, its start.  In the
 * tick that has begun all are looked at, else each ns of it could be a turn. */
fata_time_t fata__timers_next(struct fata_sched *s)
{
    struct fata_wheel *w = &s->wheel;
    fata_time_t least = FATA_NEVER;
    uint64_t start;
    unsigned n = 0;

    if (w->next != 0)
        return w->next;
    if (w->levels != 0) {
        unsigned index = first_slot(w, &start);
        const struct fata_timer *timer = w->slot[index].first;
        bool begun =
            index < FATA__WHEEL_SLOTS && start << FATA__WHEEL_TICK <= s->now;
        for (; timer != NULL && (n < LOOK || begun); timer = timer->next, n++)
            if (timer->deadline < least)
                least = timer->deadline;
        if (timer != NULL) {
            least = start << FATA__WHEEL_TICK;
            if (least <= s->now)
                least = s->now + 1;
        }
    }
    w->next = least;
    return least;
}

void fata__timers_check(const struct fata_sched *s)
{
    const struct fata_wheel *w = &s->wheel;
    size_t count = 0;

    for (unsigned i = 0; i < LATE; i++) {
        const struct fata_timer *prev = NULL;
        const struct fata_wheel_slot *slot = &w->slot[i];
        bool used = w->used[i / FATA__WHEEL_SLOTS] >> i % FATA__WHEEL_SLOTS & 1;
        fata_assert(used == (slot->first != NULL));
        for (const struct fata_timer *t = slot->first; t != NULL; t = t->next) {
            fata_assert(t->prev == prev && t->slot == i + 1);
            fata_assert(position(w, t->deadline) == i);
            fata_assert(t->deadline >= w->next);
            prev = t;
            count++;
        }
        fata_assert(slot->last == prev);
    }
    fata_assert(w->slot[LATE].first == NULL && w->slot[LATE].last == NULL);
    fata_assert(count == s->counters.timers);
}
