/* SPDX-License-Identifier: ISC */
/* A job: a function to be called by the next turn.  Jobs of one priority run
 * in the order in which they were posted.  Life: init -> (post -> run)*. */
#ifndef FATA_JOB_H
#define FATA_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fata_sched;

struct fata_job {
    struct fata_job *next; /* private; NULL while it is not posted */
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

/* The same with low priority: it runs when a turn has run the others, so that
 * what they do adds up to a batch (flushing, reporting). */
void fata_job_post_low(struct fata_sched *s, struct fata_job *job);

/* The same from any thread, or a signal handler: the one door into a running
 * scheduler.  Lock-free.  The job runs with normal priority; jobs of one
 * thread keep their order.  Calls the scheduler's `wake` if it may sleep: that
 * may be after the job has run, so the scheduler must outlive the call. */
void fata_sched_post(struct fata_sched *s, struct fata_job *job);

/* Private: posted jobs of one priority. */
struct fata_queue {
    struct fata_job *first;
    struct fata_job **tail;
    uint32_t left; /* what the turn may still run */
    bool careful;  /* each switch has something to check: see fiber.c */
    struct fata_sched *sched;
};

/* `next` of the last one, and `first` of an empty queue. */
#define FATA__QUEUE_END ((struct fata_job *)(uintptr_t)1)

static inline void fata__queue_push(struct fata_queue *queue,
                                    struct fata_job *job)
{
    job->next = FATA__QUEUE_END;
    *queue->tail = job;
    queue->tail = &job->next;
}

/* `job` is queue->first. */
static inline void fata__queue_pop(struct fata_queue *queue,
                                   struct fata_job *job)
{
    queue->first = job->next;
    if (job->next == FATA__QUEUE_END)
        queue->tail = &queue->first;
    job->next = NULL;
}

#endif
