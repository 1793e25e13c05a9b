/* SPDX-License-Identifier: ISC */
/* The main loop, and simulated time. */
#include <fata/time_source.h>

#include <fata/cc.h>

fata_time_t fata_loop(struct fata_sched *s, struct fata_time_source *source,
                      const bool *ended)
{
    for (;;) {
        fata_time_t next = fata_sched_turn(s, source->now(source));
        if ((ended != NULL && *ended) || !source->wait(source, next))
            return next;
    }
}

static fata_time_t simulated_now(struct fata_time_source *source)
{
    return FATA_CONTAINER(source, struct fata_simulated_time, source)->now;
}

static bool simulated_wait(struct fata_time_source *source,
                           fata_time_t deadline)
{
    struct fata_simulated_time *time =
        FATA_CONTAINER(source, struct fata_simulated_time, source);
    bool goes_on = deadline <= time->end && deadline != FATA_NEVER;
    fata_time_t to = goes_on ? deadline : time->end;

    if (to > time->now && to != FATA_NEVER)
        time->now = to;
    return goes_on;
}

void fata_simulated_time_init(struct fata_simulated_time *time)
{
    *time =
        (struct fata_simulated_time){.source = {simulated_now, simulated_wait},
                                     .end = FATA_NEVER};
}
