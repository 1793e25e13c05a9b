/* SPDX-License-Identifier: ISC */
/* The turn and the queue of jobs.  Knows neither clock nor main loop. */
#include "internal.h"

#include <stdint.h>
#include <string.h>

void fata_sched_init(struct fata_sched *s, struct fata_stacks *stacks)
{
    memset(s, 0, sizeof(*s));
    s->stacks = stacks;
}

/* The last job links to itself: so `next` tells whether a job is posted. */
void fata_job_post(struct fata_sched *s, struct fata_job *job)
{
    fata_assert(!fata_job_posted(job));
    job->next = job;
    if (s->first == NULL)
        s->first = job;
    else
        s->last->next = job;
    s->last = job;
    s->counters.jobs++;
}

static struct fata_job *next_job(struct fata_sched *s)
{
    struct fata_job *job = s->first;
    if (job == NULL)
        return NULL;
    s->first = job->next == job ? NULL : job->next;
    job->next = NULL;
    s->counters.jobs--;
    return job;
}

static void run_jobs(struct fata_sched *s, size_t limit)
{
    struct fata_job *job;
    while (limit-- > 0 && (job = next_job(s)) != NULL) {
        s->counters.jobs_run++;
        job->run(job);
    }
}

fata_time_t fata_sched_turn(struct fata_sched *s, fata_time_t now)
{
    struct fata_fiber *outer = fata__running; /* of another scheduler */

    fata_assert(!s->in_turn);
    fata_assert(now >= s->now);
    s->in_turn = true;
    s->now = now;
    s->counters.turns++;
    fata__running = NULL;

    fata__timers_run(s, FATA_TURN_TIMERS);
    run_jobs(s, FATA_TURN_JOBS);

    fata__running = outer;
    s->in_turn = false;
    fata_time_t next = fata__timers_next(s);
    return s->first != NULL || next < now ? now : next;
}
