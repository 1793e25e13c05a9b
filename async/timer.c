/* SPDX-License-Identifier: ISC */
/* Timers in a hierarchical wheel.  A time in ticks is a number of 9 digits to
 * the base 64; a timer lies at the level of the highest digit in which its
 * deadline differs from `base`, in the slot of that digit.  So lower levels are
 * earlier, in a level lower slots, and timers of one deadline always lie in one
 * slot, in the order of their start.  When the time comes to a slot, `base`
 * moves there and its timers go to lower levels; those of a slot that is over,
 * or of level 0, which is one tick wide, are sorted and are due.
 *
 * Timers lie anywhere in memory.  So that a slot's are in the cache when their
 * turn comes, each knows one that is some places later (`ahead`), to be
 * prefetched; it may be gone by then, which does not matter. */
#include "internal.h"

#include <string.h>

enum {
    DUE = FATA__WHEEL_LEVELS * FATA__WHEEL_SLOTS,
    AHEAD = 8, /* places */
    LOOK = 32, /* timers that the search for the first one looks at */
};

static struct fata_wheel_slot *slot_of(struct fata_wheel *w, unsigned index)
{
    return index == DUE ? &w->due : &w->slot[index];
}

static inline void append(struct fata_wheel *w, unsigned index,
                          struct fata_timer *timer)
{
    struct fata_wheel_slot *slot = slot_of(w, index);

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
    if (timer == slot->trail) {
        slot->trail = timer->next != NULL ? timer->next : timer->prev;
        slot->lag -= slot->lag != 0;
    }
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
    place(&s->wheel, timer);
    s->counters.timers++;
}

bool fata_timer_cancel(struct fata_sched *s, struct fata_timer *timer)
{
    struct fata_wheel *w = &s->wheel;

    if (timer->slot == 0)
        return false;
    unsigned index = timer->slot - 1;
    struct fata_wheel_slot *slot = slot_of(w, index);
    unlink(slot, timer);
    if (slot->first == NULL && index != DUE)
        mark_empty(w, index);
    timer->slot = 0;
    if (timer->deadline == w->next)
        w->next = 0;
    s->counters.timers--;
    return true;
}

/* The first used slot; there is one.  Its ticks are from *start to before *end.
 */
static unsigned first_slot(const struct fata_wheel *w, uint64_t *start,
                           uint64_t *end)
{
    unsigned level = (unsigned)__builtin_ctzll(w->levels);
    unsigned digit = (unsigned)__builtin_ctzll(w->used[level]);
    unsigned shift = level * FATA__WHEEL_BITS;
    uint64_t above = w->base >> shift & ~(uint64_t)(FATA__WHEEL_SLOTS - 1);

    *start = (above | digit) << shift;
    *end = ((above | digit) + 1) << shift;
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

/* Moves what is due at `now` to w->due. */
static void advance(struct fata_wheel *w, fata_time_t now)
{
    uint64_t start, end, tick = now >> FATA__WHEEL_TICK;

    while (w->levels != 0) {
        unsigned index = first_slot(w, &start, &end);
        if (start > tick)
            break;
        bool finest = index < FATA__WHEEL_SLOTS, whole = end <= tick;
        struct fata_wheel_slot *slot = &w->slot[index];
        struct fata_timer *list = slot->first, *next;
        slot->first = slot->last = NULL;
        mark_empty(w, index);
        w->base = start;
        if (finest || whole)
            list = sort(list);
        for (; list != NULL; list = next) {
            next = list->next;
            __builtin_prefetch(list->ahead, 1);
            if ((finest || whole) && list->deadline <= now)
                append(w, DUE, list);
            else
                place(w, list);
        }
        if (finest && slot->first != NULL)
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
    struct fata_timer *timer;

    if (s->wheel.next <= s->now)
        s->wheel.next = 0;
    /* Also where nothing is due: near `base` timers lie on low levels. */
    advance(&s->wheel, s->now);
    while ((timer = s->wheel.due.first) != NULL) {
        (void)fata_timer_cancel(s, timer);
        if (FATA_LIKELY(s->watch == NULL)) {
            timer->fire(timer);
        } else {
            fata_time_t began = s->watch->clock();
            timer->fire(timer);
            if (s->watch != NULL)
                fata__watched(s, "timer", began);
        }
    }
}

/* The first deadline; or, where the first slot holds many, its start.  In the
 * tick that has begun all are looked at, else each ns of it could be a turn. */
fata_time_t fata__timers_next(struct fata_sched *s)
{
    struct fata_wheel *w = &s->wheel;
    fata_time_t least = FATA_NEVER;
    uint64_t start, end;
    unsigned n = 0;

    if (w->next != 0)
        return w->next;
    if (w->levels != 0) {
        unsigned index = first_slot(w, &start, &end);
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

    for (unsigned i = 0; i < DUE; i++) {
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
    fata_assert(w->due.first == NULL && w->due.last == NULL);
    fata_assert(count == s->counters.timers);
}
