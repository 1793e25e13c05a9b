/* SPDX-License-Identifier: ISC */
/* Timers against a model: an array that is searched for the smallest. */
#include "world.h"

#include "seeds.h"

enum { TIMER_SEEDS = 3000 };

struct model {
    struct fata_timer timer;
    bool started;
    fata_time_t deadline;
    uint64_t order;
};

static struct model timers[64];
static uint64_t order;
static bool wrong;

static void model_start(struct model *m, fata_time_t deadline)
{
    fata_timer_start(&sched, &m->timer, deadline);
    m->started = true;
    m->deadline = deadline;
    m->order = order++;
}

static void model_cancel(struct model *m)
{
    wrong |= fata_timer_cancel(&sched, &m->timer) != m->started;
    m->started = false;
}

static const struct model *model_first(uint64_t before)
{
    const struct model *best = NULL;
    for (const struct model *m = timers; m < timers + FATA_COUNT(timers); m++)
        if (m->started && m->order < before &&
            (best == NULL || m->deadline < best->deadline ||
             (m->deadline == best->deadline && m->order < best->order)))
            best = m;
    return best;
}

static uint64_t taken; /* orders below are of the due set */

/* Mostly near, so that there are many of one deadline and of one tick; some
 * far, in any level of the wheel. */
static fata_time_t some_span(void)
{
    if (below(4) != 0)
        return below(50);
    unsigned zeros = (unsigned)below(20);
    return below(UINT64_C(1) << below(31)) << zeros;
}

static void some_action(void)
{
    struct model *m = &timers[below(FATA_COUNT(timers))];
    if (below(3) == 0)
        model_cancel(m);
    else
        model_start(m, now + some_span() - (now > 50 ? below(50) : 0));
}

static void model_fire(struct fata_timer *timer)
{
    struct model *m = FATA_CONTAINER(timer, struct model, timer);
    wrong |= m != model_first(taken) || m->deadline > now;
    m->started = false;
    if (below(2) == 0)
        some_action();
}

FATA_TEST(timers_agree_with_a_model)
{
    struct seeds seeds = seeds_of(TIMER_SEEDS);
    for (unsigned seed = seeds.first; seed <= seeds.last; seed++) {
        world();
        random_seed(seed);
        order = 0;
        wrong = false;
        for (unsigned i = 0; i < FATA_COUNT(timers); i++) {
            timers[i].started = false;
            fata_timer_init(&timers[i].timer, model_fire);
        }
        for (unsigned step = 0; step < 100 && !wrong; step++) {
            for (uint64_t n = below(20); n > 0; n--)
                some_action();
            now += below(3) != 0 ? below(30) : some_span();
            taken = order;
            fata_time_t next = fata_sched_turn(&sched, now);
            const struct model *first = model_first(UINT64_MAX);
            fata_time_t want = first == NULL           ? FATA_NEVER
                               : first->deadline < now ? now
                                                       : first->deadline;
            /* With many timers the answer is a bound. */
            wrong |= next > want || (want > now && next <= now);
        }
        if (wrong)
            seed_failed(seed, "timers differ from the model");
        fata_check(!wrong);
    }
}
