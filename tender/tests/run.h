/* SPDX-License-Identifier: ISC */
/* Runs the tender once, as a test wants it, and keeps what it said. */
#ifndef TENDER_RUN_H
#define TENDER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

extern const char *tender; /* path */
extern const char *guests; /* folder with guest images; also for files */

struct run {
    /* Words before the image, the image's name in `guests`, and words for it;
     * separated by spaces.  $ in `options` stands for the folder. */
    const char *options;
    const char *image;
    const char *arguments;
    /* Called in the child before exec; false fails the run. */
    bool (*prepare)(void);
    /* Called in the parent when the output contains `when`, at most once for
     * each `when`; what it does next is its own. */
    const char *when;
    void (*then)(struct run *run);
    /* Set by the run. */
    pid_t pid;
    int status; /* as a shell has it: 128 + signal */
    bool timeout;
    char output[16384]; /* standard output, NUL-terminated */
    char errors[4096];
    size_t output_size, errors_size;
};

/* Returns the status, -1 if it took more than ten seconds. */
int run(struct run *run);

#endif
