/* SPDX-License-Identifier: ISC */
/* Tests as jobs: what to run (cmd_test.c) and running it (test_run.c). */
#ifndef TOOL_TESTING_H
#define TOOL_TESTING_H

#include "network.h"

struct job {
    const struct build *build;
    const struct test_case *test_case; /* or NULL: one run, status 0 */
    const char *who;                   /* component or unikernel */
    const char *what;                  /* test file, unikernel or case */
    const char *image;
    bool runner; /* prints the lines of component `test` */

    /* while it runs */
    int pid, output_end;
    int client;                           /* pid, or 0 */
    int64_t started, deadline, signal_at; /* ms; signal_at 0: none */
    bool signal_planned;
    bool timed_out, done;
    const char *folder; /* temporary files, or NULL */
    struct own_network own_network;
    struct network network;
    struct buf output;
    int status; /* of wait */
    int client_status;
    const char *skip; /* reason, or NULL */
};

struct tally {
    unsigned passed, failed, skipped;
};

/* Runs all, several at a time, and prints results in their order. */
void jobs_run(struct job *jobs, size_t count, struct tally *tally);

/* Address of the host on a test's TAP; the image may be any other of the /24.
 * A job with a TAP has a network of its own. */
#define TAP_HOST "10.99.0.1"

/* Makes files and interfaces for the devices of a job.  Where they are in a
 * network of its own this process is in it on return: until
 * own_network_leave(&job->own_network).  On error job->skip says why, and
 * nothing is entered. */
void job_attach(struct job *job, struct launch *launch);
void job_detach(struct job *job);

#endif
