/* SPDX-License-Identifier: ISC */
/* Happy eyeballs (RFC 8305): one fiber asks for the name, others try addresses
 * as they become known, and the first connection that is established wins. */
#include "internal.h"

#include <fata/panic.h>
#include <fata/run.h>

#define STAGGER    FATA_MS(250) /* between attempts: RFC 8305 5 */
#define RESOLUTION FATA_MS(50)  /* for the other family: RFC 8305 3 */
#define ALONE      FATA_S(5)    /* an attempt, where no stack is free */

enum { RACERS = 4 /* attempts at a time */ };

struct race;

struct attempt {
    struct race *race;
    struct fata_address address;
    fata_time_t deadline;
    bool runs;
};

struct race {
    struct fata_dns *dns;
    uint16_t port;
    fata_time_t deadline;
    struct fata_scope scope;
    struct fata_condition changed; /* an attempt ended, or an answer came */
    struct fata__asked asked;
    bool asking;   /* the fiber that asks runs */
    int ask_error; /* it was cut short */
    int turn;      /* the family to be tried next */
    bool begun;
    unsigned tried[2];    /* of IPv4, of IPv6 */
    fata_time_t patience; /* the first attempt waits for its family */
    fata_time_t next;     /* the next attempt may begin */
    unsigned running;
    struct attempt attempts[RACERS];
    struct fata_flow *winner;
    int error; /* of the attempt that tells most */
};

/* --- fibers --- */

static int ask(void *arg)
{
    struct race *race = arg;
    int err = 0;

    while (err == 0 && !(fata__asked_done(&race->asked, 4) &&
                         fata__asked_done(&race->asked, 6))) {
        err = fata__running_advance(race->asked.running, race->deadline);
        fata_condition_signal(&race->changed);
    }
    race->ask_error = err;
    race->asking = false;
    fata_condition_signal(&race->changed); /* all may have been known before */
    return 0;
}

static void lose(struct race *race, int err)
{
    if (err != FATA_ECANCELED &&
        (race->error == 0 || race->error == FATA_ENETDOWN))
        race->error = err;
    race->next = 0; /* the next one need not wait */
}

static int try(void *arg)
{
    struct attempt *a = arg;
    struct race *race = a->race;
    struct fata_flow *flow;
    int err = fata_stack_connect(race->dns->stack, &a->address, race->port,
                                 &flow, a->deadline);

    if (err != 0)
        lose(race, err);
    else if (race->winner == NULL)
        race->winner = flow;
    else
        fata_flow_abort(flow);
    a->runs = false;
    race->running--;
    fata_condition_signal(&race->changed);
    return 0;
}

/* --- the race --- */

/* The address to be tried now; NULL: none yet.
 * when  shortened to when to look again */
static const struct fata_address *pick(struct race *race, fata_time_t now,
                                       fata_time_t *when)
{
    int family = race->turn, other = 10 - family;

    if (race->tried[family == 6] < fata__asked_count(&race->asked, family))
        return fata__asked_address(&race->asked, family,
                                   race->tried[family == 6]);
    if (race->tried[other == 6] >= fata__asked_count(&race->asked, other))
        return NULL;
    if (!race->begun && race->asking &&
        !fata__asked_done(&race->asked, family)) {
        if (race->patience == 0)
            race->patience = fata_time_add(now, RESOLUTION);
        if (now < race->patience) {
            if (race->patience < *when)
                *when = race->patience;
            return NULL;
        }
    }
    return fata__asked_address(&race->asked, other, race->tried[other == 6]);
}

static struct attempt *free_place(struct race *race)
{
    for (int i = 0; i < RACERS; i++)
        if (!race->attempts[i].runs)
            return &race->attempts[i];
    return NULL;
}

/* Returns 0, FATA_EAGAIN (no stack is free; one will be) or FATA_ECANCELED. */
static int begin(struct race *race, struct attempt *a,
                 const struct fata_address *address, fata_time_t now)
{
    *a = (struct attempt){race, *address, race->deadline, true};
    int err =
        fata_scope_spawn_with(&race->scope, FATA_SPAWN("dns-connect"), try, a);
    if (err == FATA_ENOMEM && (race->running > 0 || race->asking))
        err = FATA_EAGAIN;
    a->runs = err == 0 || err == FATA_ENOMEM;
    if (!a->runs)
        return err;
    race->begun = true;
    race->tried[address->family == 6]++;
    race->turn = 10 - address->family;
    race->next = fata_time_add(now, STAGGER);
    race->running++;
    if (err == FATA_ENOMEM) {
        fata_time_t most = fata_time_add(now, ALONE);
        if (most < a->deadline)
            a->deadline = most;
        (void)try(a); /* always 0 */
    }
    return 0;
}

static int wait(struct race *race, fata_time_t when)
{
    int err = fata_condition_wait(&race->changed, NULL, when);
    return err == FATA_ETIMEDOUT && when < race->deadline ? 0 : err;
}

static int run(struct race *race)
{
    int err = 0;

    while (err == 0 && race->winner == NULL) {
        const struct fata_address *address = NULL;
        struct attempt *place = free_place(race);
        fata_time_t now = fata_now(), when = race->deadline;

        if (race->running > 0 && now < race->next)
            when = race->next < when ? race->next : when;
        else if (place != NULL)
            address = pick(race, now, &when);
        if (address != NULL)
            err = begin(race, place, address, now);
        else if (race->running == 0 && !race->asking)
            return race->error != 0       ? race->error
                   : race->ask_error != 0 ? race->ask_error
                                          : fata__asked_error(&race->asked);
        if (address == NULL || err == FATA_EAGAIN)
            err = wait(race, when);
    }
    return err;
}

static int race_for(struct race *race)
{
    race->turn = fata__dns_first_family(race->dns);
    fata_condition_init(&race->changed);
    fata_scope_open(&race->scope);
    race->asking = race->asked.running != NULL;
    int err = !race->asking
                  ? 0
                  : fata_scope_spawn_with(&race->scope,
                                          FATA_SPAWN("dns-lookup"), ask, race);
    if (err == FATA_ENOMEM)
        err = ask(race); /* first of all, then; always 0 */
    if (err == 0)
        err = run(race);
    fata_scope_cancel(&race->scope);
    int closed = fata_scope_close(&race->scope);
    /* Its fibers do not fail; that we are cancelled has no say where one has
     * won. */
    fata_assert(closed == 0 || closed == FATA_ECANCELED);
    if (err != 0 && race->winner != NULL)
        fata_flow_abort(race->winner);
    return err;
}

int fata_dns_connect(struct fata_dns *dns, const char *name, uint16_t port,
                     struct fata_flow **flow, fata_time_t deadline)
{
    struct race race = {.dns = dns, .port = port, .deadline = deadline};
    int err;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (port == 0)
        return FATA_EINVAL;
    err = fata__ask(dns, name, &race.asked, deadline);
    if (err != 0)
        return err;
    err = race_for(&race);
    if (race.asked.running != NULL)
        fata__running_leave(race.asked.running);
    if (err == 0)
        *flow = race.winner;
    return err;
}
