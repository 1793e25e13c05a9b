/* SPDX-License-Identifier: ISC */
/* What the tests of mutexes and the like share: fibers that come at given
 * times, wait for something, hold it for a while and leave. */
#ifndef FATA_ASYNC_TESTS_ACTORS_H
#define FATA_ASYNC_TESTS_ACTORS_H

#include "world.h"

struct actor {
    char name;
    fata_time_t begins;
    fata_time_t deadline, cancelled; /* absolute; 0: never */
    fata_time_t holds;
    uint64_t n;     /* whatever enter and leave agree on */
    int result;     /* of enter, */
    fata_time_t at; /* which ended here */
};

static struct {
    struct actor *actors;
    size_t count;
    int (*enter)(struct actor *actor, fata_time_t deadline);
    void (*leave)(struct actor *actor);
} play;

static char letter_of(int err)
{
    switch (err) {
    case FATA_EPIPE:
        return '|';
    case FATA_ETIMEDOUT:
        return 't';
    case FATA_ECANCELED:
        return 'c';
    default:
        return '?';
    }
}

static int acts(void *arg)
{
    struct actor *a = arg;
    struct fata_scope scope;

    if (a->begins > 0)
        fata_expect(fata_sleep_until(a->begins) == 0);
    fata_scope_open_deadline(&scope, a->cancelled ? a->cancelled : FATA_NEVER);
    a->result = play.enter(a, a->deadline ? a->deadline : FATA_NEVER);
    a->at = fata_sched_now(&sched);
    mark(a->result < 0 ? letter_of(a->result) : a->name);
    (void)!fata_scope_close(&scope);
    if (a->result < 0)
        return 0;
    if (a->holds > 0)
        fata_expect(fata_sleep_until(a->at + a->holds) == 0);
    if (play.leave != NULL)
        play.leave(a);
    return 0;
}

static int all_act(void *arg)
{
    struct fata_scope scope;

    (void)arg;
    fata_scope_open(&scope);
    for (size_t i = 0; i < play.count; i++)
        fata_expect(fata_scope_spawn(&scope, acts, &play.actors[i]) == 0);
    return fata_scope_close(&scope);
}

/* Runs the actors, spawned in this order, in a world that has begun.  Their
 * names and errors are in the trace in the order in which enter ended. */
static void run_actors(struct actor *actors, size_t count,
                       int (*enter)(struct actor *, fata_time_t),
                       void (*leave)(struct actor *))
{
    play.actors = actors;
    play.count = count;
    play.enter = enter;
    play.leave = leave;
    fata_expect(run(all_act, NULL) == 0);
}

#endif
