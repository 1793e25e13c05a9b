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
