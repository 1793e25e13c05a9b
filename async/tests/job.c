/* SPDX-License-Identifier: ISC */
/* Jobs and turns. */
#include "world.h"

struct letter {
    struct fata_job job;
    char letter;
    struct letter *then; /* posted when this one runs */
};

static void letter_run(struct fata_job *job)
{
    struct letter *l = FATA_CONTAINER(job, struct letter, job);
    mark(l->letter);
    if (l->then != NULL)
        fata_job_post(&sched, &l->then->job);
}

FATA_TEST(jobs_run_in_the_order_of_posting)
{
    struct letter c = {{NULL, letter_run}, 'c', NULL};
    struct letter a = {{NULL, letter_run}, 'a', &c};
    struct letter b = {{NULL, letter_run}, 'b', NULL};
    world();
    fata_job_post(&sched, &a.job);
    fata_job_post(&sched, &b.job);
    fata_check(trace[0] == '\0'); /* not before the turn */
    fata_check(fata_job_posted(&b.job));
    fata_check_int(fata_sched_counters(&sched).jobs, ==, 2);
    fata_check(fata_sched_turn(&sched, 0) == FATA_NEVER);
    fata_check(strcmp(trace, "abc") == 0);
    fata_check(!fata_job_posted(&b.job));
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==, 3);
    fata_check(nothing_left());
}

FATA_TEST(a_turn_is_bounded)
{
    struct letter a = {{NULL, letter_run}, 'a', &a};
    world();
    fata_job_post(&sched, &a.job);
    fata_check(fata_sched_turn(&sched, 7) == 7);
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==, FATA_TURN_JOBS);
    fata_check(fata_sched_turn(&sched, 9) == 9);
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==,
                   2 * FATA_TURN_JOBS);
    fata_check_int(fata_sched_now(&sched), ==, 9);
}

static void low_letter_run(struct fata_job *job)
{
    struct letter *l = FATA_CONTAINER(job, struct letter, job);
    mark(l->letter);
    if (l->then != NULL)
        fata_job_post_low(&sched, &l->then->job);
}

/* What a normal job posts comes before the low ones, what a low one posts
 * after them: normal ones in the next turn. */
FATA_TEST(low_jobs_run_when_the_others_have)
{
    struct letter d = {{NULL, letter_run}, 'd', NULL};
    struct letter c = {{NULL, letter_run}, 'c', NULL};
    struct letter low = {{NULL, letter_run}, 'l', &d};
    struct letter lower = {{NULL, low_letter_run}, 'm', NULL};
    struct letter b = {{NULL, letter_run}, 'b', &c};
    world();
    fata_job_post_low(&sched, &low.job);
    fata_job_post_low(&sched, &lower.job);
    fata_job_post(&sched, &b.job);
    fata_check_int(fata_sched_counters(&sched).jobs, ==, 3);
    fata_check_int(fata_sched_turn(&sched, 1), ==, 1); /* d is left */
    fata_check(strcmp(trace, "bclm") == 0);
    fata_check(fata_sched_turn(&sched, 1) == FATA_NEVER);
    fata_check(strcmp(trace, "bclmd") == 0);
    fata_check(nothing_left());
}

/* Neither priority keeps the other from its share of a turn. */
FATA_TEST(both_priorities_have_their_share)
{
    struct letter a = {{NULL, letter_run}, 'a', &a};
    struct letter z = {{NULL, low_letter_run}, 'z', &z};
    unsigned low = 0;
    world();
    fata_job_post(&sched, &a.job);
    fata_job_post_low(&sched, &z.job);
    fata_check_int(fata_sched_turn(&sched, 7), ==, 7);
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==,
                   2 * FATA_TURN_JOBS);
    trace[0] = '\0';
    a.then = NULL;
    fata_check_int(fata_sched_turn(&sched, 7), ==, 7);
    for (const char *t = trace; *t != '\0'; t++)
        low += *t == 'z';
    fata_check(trace[0] == 'a' && low == sizeof(trace) - 2);
    fata_check_int(fata_sched_counters(&sched).jobs_run, ==,
                   3 * FATA_TURN_JOBS + 1);
}

FATA_TEST(an_empty_scheduler_waits_for_ever)
{
    world();
    fata_check(fata_sched_turn(&sched, 5) == FATA_NEVER);
    fata_check_int(fata_sched_counters(&sched).turns, ==, 1);
}

static void post_twice(void)
{
    struct letter a = {{NULL, letter_run}, 'a', NULL};
    fata_job_post(&sched, &a.job);
    fata_job_post(&sched, &a.job);
}

static void turn_back(void)
{
    (void)fata_sched_turn(&sched, 5);
    (void)fata_sched_turn(&sched, 4);
}

static void turn_run(struct fata_job *job)
{
    (void)job;
    (void)fata_sched_turn(&sched, 0);
}

static void turn_in_turn(void)
{
    struct fata_job job = {NULL, turn_run};
    fata_job_post(&sched, &job);
    (void)fata_sched_turn(&sched, 0);
}

FATA_TEST(misuse_of_the_scheduler_panics)
{
    if (!CAN_FORK)
        fata_skip("needs fork");
    world();
    fata_check(panics(post_twice));
    fata_check(panics(turn_back));
    fata_check(panics(turn_in_turn));
}
