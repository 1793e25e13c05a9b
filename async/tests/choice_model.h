/* SPDX-License-Identifier: ISC */
/* A naive model of channels, events and promises and of those who wait for
 * them: an array of waits, which is searched for the one that is first in line.
 */
#ifndef FATA_ASYNC_TESTS_CHOICE_MODEL_H
#define FATA_ASYNC_TESTS_CHOICE_MODEL_H

#include "world.h"

enum { GROUPS = 3, MEMBERS = 3, FIBERS = GROUPS * MEMBERS };
enum { CHANNELS = 3, CAPACITY = 2, EVENTS = 2, PROMISES = 4, RECORDS = 4096 };

enum kind { RECV, SEND, EVENT, PROMISE };

struct wish {
    enum kind kind;
    unsigned on;      /* which channel, event, promise */
    uintptr_t sent;   /* SEND: the item */
    uintptr_t got;    /* filled in by the fiber */
    uint64_t in_line; /* those of lower number come before */
};

/* A wait of a fiber, or of a then, which has one wish. */
struct record {
    enum { WAITS, ENDED, GONE } life;
    struct wish *wishes;
    unsigned count;
    unsigned fiber; /* FIBERS: a then */
    fata_time_t deadline;
    int which, result; /* how it ends, when it has */
    uintptr_t item;    /* that it gets */
};

static struct record records[RECORDS];
static unsigned record_count;
static uint64_t place;
static struct record *order[RECORDS]; /* those ended, as they shall go on */
static unsigned ended, gone_on;

static struct {
    uintptr_t items[CAPACITY];
    unsigned count;
    bool closed;
} channel_model[CHANNELS];

static bool event_model[EVENTS];

static struct {
    unsigned to; /* where it is forwarded to, or itself */
    bool resolved;
    int error;
    uintptr_t value;
} promise_model[PROMISES];

static bool group_cancelled[GROUPS];

static unsigned end_of(unsigned promise)
{
    while (promise_model[promise].to != promise)
        promise = promise_model[promise].to;
    return promise;
}

static void end(struct record *r, int which, int result, uintptr_t item)
{
    r->life = ENDED;
    r->which = which;
    r->result = result;
    r->item = item;
    order[ended++] = r;
}

/* The first record in line for something, and which of its wishes; or NULL. */
static struct record *first_for(enum kind kind, unsigned on, unsigned *wish)
{
    struct record *first = NULL;
    for (struct record *r = records; r < records + record_count; r++)
        for (unsigned i = 0; r->life == WAITS && i < r->count; i++) {
            const struct wish *w = &r->wishes[i];
            if (w->kind == kind &&
                (kind == PROMISE ? end_of(w->on) : w->on) == on &&
                (first == NULL || w->in_line < first->wishes[*wish].in_line)) {
                first = r;
                *wish = i;
            }
        }
    return first;
}

/* Each of these is what the call of the same name does: 0, an error, or
 * FATA_EAGAIN. */

static int model_send(unsigned on, uintptr_t item)
{
    unsigned wish;
    struct record *r = first_for(RECV, on, &wish);
    if (channel_model[on].closed)
        return FATA_EPIPE;
    if (r != NULL) {
        end(r, (int)wish, 0, item);
        return 0;
    }
    if (channel_model[on].count == CAPACITY)
        return FATA_EAGAIN;
    channel_model[on].items[channel_model[on].count++] = item;
    return 0;
}

static int model_recv(unsigned on, uintptr_t *item)
{
    unsigned wish;
    if (channel_model[on].count == 0)
        return channel_model[on].closed ? FATA_EPIPE : FATA_EAGAIN;
    *item = channel_model[on].items[0];
    channel_model[on].items[0] = channel_model[on].items[1];
    channel_model[on].count--;
    struct record *r = first_for(SEND, on, &wish);
    if (r != NULL) {
        channel_model[on].items[channel_model[on].count++] =
            r->wishes[wish].sent;
        end(r, (int)wish, 0, 0);
    }
    return 0;
}

static void model_close(unsigned on)
{
    unsigned wish;
    struct record *r;
    channel_model[on].closed = true;
    while ((r = first_for(SEND, on, &wish)) != NULL)
        end(r, (int)wish, FATA_EPIPE, 0);
    while ((r = first_for(RECV, on, &wish)) != NULL)
        end(r, (int)wish, FATA_EPIPE, 0);
}

static void model_set(unsigned on)
{
    unsigned wish;
    struct record *r;
    event_model[on] = true;
    while ((r = first_for(EVENT, on, &wish)) != NULL)
        end(r, (int)wish, 0, 0);
}

static void model_resolve(unsigned on, int error, uintptr_t value)
{
    unsigned wish;
    struct record *r;
    on = end_of(on);
    promise_model[on].resolved = true;
    promise_model[on].error = error;
    promise_model[on].value = value;
    while ((r = first_for(PROMISE, on, &wish)) != NULL)
        end(r, (int)wish, error, value);
}

/* Who waits goes behind those who wait there. */
static void model_forward(unsigned inner, unsigned outer)
{
    uint64_t before = place;
    unsigned wish;
    struct record *r;
    while ((r = first_for(PROMISE, inner, &wish)) != NULL &&
           r->wishes[wish].in_line < before)
        r->wishes[wish].in_line = place++;
    promise_model[inner].to = end_of(outer);
}

static int model_try(const struct wish *w, uintptr_t *item)
{
    switch (w->kind) {
    case RECV:
        return model_recv(w->on, item);
    case SEND:
        return model_send(w->on, w->sent);
    case EVENT:
        return event_model[w->on] ? 0 : FATA_EAGAIN;
    default:
        if (!promise_model[end_of(w->on)].resolved)
            return FATA_EAGAIN;
        *item = promise_model[end_of(w->on)].value;
        return promise_model[end_of(w->on)].error;
    }
}

/* The four rules of waiting. */
static struct record *model_wait(struct wish *wishes, unsigned count,
                                 unsigned fiber, fata_time_t deadline)
{
    struct record *r = &records[record_count++];
    *r = (struct record){.wishes = wishes,
                         .count = count,
                         .fiber = fiber,
                         .deadline = deadline,
                         .life = GONE};
    r->which = group_cancelled[fiber / MEMBERS] ? FATA_ECANCELED : 0;
    for (unsigned i = 0; i < count; i++)
        wishes[i].in_line = place++;
    for (unsigned i = 0; i < count && r->which == 0; i++) {
        int result = model_try(&wishes[i], &r->item);
        if (result != FATA_EAGAIN) {
            r->which = (int)i;
            r->result = result;
            return r;
        }
    }
    if (r->which == 0 && deadline <= now)
        r->which = FATA_ETIMEDOUT;
    else if (r->which == 0)
        r->life = WAITS;
    return r;
}

/* Before the turn at `now`: deadlines in order. */
static void model_time(void)
{
    for (;;) {
        struct record *first = NULL;
        for (struct record *r = records; r < records + record_count; r++)
            if (r->life == WAITS && r->fiber < FIBERS && r->deadline <= now &&
                (first == NULL || r->deadline < first->deadline))
                first = r;
        if (first == NULL)
            return;
        end(first, FATA_ETIMEDOUT, 0, 0);
    }
}

/* Goes through the fibers in the order of their spawn. */
static void model_cancel(unsigned group)
{
    group_cancelled[group] = true;
    for (unsigned i = group * MEMBERS; i < (group + 1) * MEMBERS; i++)
        for (struct record *r = records; r < records + record_count; r++)
            if (r->life == WAITS && r->fiber == i)
                end(r, FATA_ECANCELED, 0, 0);
}

static void model_begin(void)
{
    record_count = ended = gone_on = 0;
    memset(channel_model, 0, sizeof(channel_model));
    memset(event_model, 0, sizeof(event_model));
    memset(promise_model, 0, sizeof(promise_model));
    memset(group_cancelled, 0, sizeof(group_cancelled));
    for (unsigned i = 0; i < PROMISES; i++)
        promise_model[i].to = i;
}

#endif
