/* SPDX-License-Identifier: ISC */
/* A job: a function to be called by the next turn.  Jobs run in the order in
 * which they were posted.  Life: init -> (post -> run)*. */
#ifndef FATA_JOB_H
#define FATA_JOB_H

#include <stdbool.h>
#include <stddef.h>

struct fata_sched;

struct fata_job {
    struct fata_job *next; /* private; not NULL while the job is posted */
    /* Called on the carrier's stack, so it must not suspend.  It may post the
     * job again, or end the job's life. */
    void (*run)(struct fata_job *job);
};

static inline void fata_job_init(struct fata_job *job,
                                 void (*run)(struct fata_job *job))
{
    job->next = NULL;
    job->run = run;
}

static inline bool fata_job_posted(const struct fata_job *job)
{
    return job->next != NULL;
}

/* Posts `job`; never calls it back before returning.
 * job      lent until `run` is called; not posted now (else a panic)
 * Context: the scheduler's thread, in a turn or outside. */
void fata_job_post(struct fata_sched *s, struct fata_job *job);

#endif
