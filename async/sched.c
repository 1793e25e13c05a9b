/* SPDX-License-Identifier: ISC */
/* The turn and the queues of jobs.  Knows neither clock nor main loop. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

static void queue_init(struct fata_queue *queue, struct fata_sched *s)
{
    queue->first = FATA__QUEUE_END;
    queue->tail = &queue->first;
    queue->sched = s;
}

void fata_sched_init(struct fata_sched *s, struct fata_stacks *stacks)
{
    memset(s, 0, sizeof(*s));
    queue_init(&s->normal, s);
    queue_init(&s->low, s);
    fata_list_init(&s->roots);
    s->stacks = stacks;
    fata__timers_init(s);
}

void fata_job_post(struct fata_sched *s, struct fata_job *job)
{
    fata_assert(!fata_job_posted(job));
    fata__queue_push(&s->normal, job);
}

void fata_job_post_low(struct fata_sched *s, struct fata_job *job)
{
    fata_assert(!fata_job_posted(job));
    fata__queue_push(&s->low, job);
}

/* A stack that many push on and one takes whole (Treiber). */
void fata_sched_post(struct fata_sched *s, struct fata_job *job)
{
    struct fata_job *last =
        atomic_load_explicit(&s->door, memory_order_relaxed);

    fata_assert(!fata_job_posted(job));
    do
        job->next = last != NULL ? last : FATA__QUEUE_END;
    while (!atomic_compare_exchange_weak_explicit(
        &s->door, &last, job, memory_order_release, memory_order_relaxed));
    if (last == NULL && s->wake != NULL)
        s->wake(s->wake_arg);
}

static void open_door(struct fata_sched *s)
{
    struct fata_job *job, *first = FATA__QUEUE_END;

    if (atomic_load_explicit(&s->door, memory_order_relaxed) == NULL)
        return;
    job = atomic_exchange_explicit(&s->door, NULL, memory_order_acquire);
    while (job != FATA__QUEUE_END) { /* the first one first */
        struct fata_job *next = job->next;
        job->next = first;
        first = job;
        job = next;
    }
    while (first != FATA__QUEUE_END) {
        job = first;
        first = job->next;
        fata__queue_push(&s->normal, job);
    }
}

void fata__watched(struct fata_sched *s, const char *who, fata_time_t began)
{
    struct fata_watch *watch = s->watch;
    fata_time_t took = watch->clock() - began;

    if (took > watch->limit)
        watch->count++;
    if (took > watch->longest) {
        watch->longest = took;
        watch->who = who;
    }
}

static void run_watched(struct fata_sched *s, struct fata_job *job)
{
    fata_time_t began = s->watch->clock();
    const char *who = "job";

    if (fata__is_fiber(job)) /* its descriptor may be gone afterwards */
        who = FATA_CONTAINER(job, struct fata_fiber, job)->how->name;
    job->run(job);
    if (s->watch != NULL)
        fata__watched(s, who, began);
}

static void run_queue(struct fata_sched *s, struct fata_queue *queue)
{
    struct fata_job *job;

    queue->left = FATA_TURN_JOBS;
    while (queue->left > 0 && (job = queue->first) != FATA__QUEUE_END) {
        fata__queue_pop(queue, job);
        queue->left--;
        if (FATA_LIKELY(s->watch == NULL))
            job->run(job);
        else
            run_watched(s, job);
    }
    s->counters.jobs_run += FATA_TURN_JOBS - queue->left;
    queue->left = 0;
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

    open_door(s);
    fata__timers_run(s);
    run_queue(s, &s->normal);
    run_queue(s, &s->low);

    fata__running = outer;
    s->in_turn = false;
    if (s->checked)
        fata_sched_check(s);
    if (s->normal.first != FATA__QUEUE_END || s->low.first != FATA__QUEUE_END ||
        atomic_load_explicit(&s->door, memory_order_relaxed) != NULL)
        return now;
    fata_time_t next = fata__timers_next(s);
    return next < now ? now : next;
}

void fata_sched_watch(struct fata_sched *s, struct fata_watch *watch)
{
    s->watch = watch;
    s->normal.careful = s->low.careful = watch != NULL || s->canaries;
}

static size_t length(const struct fata_queue *queue)
{
    size_t n = 0;
    for (const struct fata_job *job = queue->first; job != FATA__QUEUE_END;
         job = job->next)
        n++;
    return n;
}

struct fata_counters fata_sched_counters(const struct fata_sched *s)
{
    struct fata_counters c = s->counters;
    c.jobs = length(&s->normal) + length(&s->low);
    c.fibers = fata__count_fibers(s);
    return c;
}

/* The tail is where the next job goes, and every job knows that it is posted.
 */
static void check_queue(const struct fata_queue *queue)
{
    struct fata_job *const *tail = &queue->first;

    while (*tail != FATA__QUEUE_END) {
        fata_assert(*tail != NULL);
        tail = &(*tail)->next;
    }
    fata_assert(queue->tail == tail);
}

void fata_sched_check(const struct fata_sched *s)
{
    check_queue(&s->normal);
    check_queue(&s->low);
    fata__timers_check(s);
    fata__tree_check(s);
}

void fata_sched_check_always(struct fata_sched *s, bool on)
{
    s->checked = on;
}
