/* SPDX-License-Identifier: ISC */
/* A pipe: two flows joined in memory.  What one end writes the other one reads.
 *
 *     static char there[4096], back[4096];
 *     fata_pipe_init(&pipe, there, sizeof(there), back, sizeof(back));
 *     ... &pipe.end[0].flow and &pipe.end[1].flow ...
 *
 * Each end is closed once; then the memory is the caller's again.  An end that
 * is closed although something had arrived resets the other one.
 * Allocation: none. */
#ifndef FATA_PIPE_H
#define FATA_PIPE_H

#include <fata/flow.h>

/* Fields are private but `flow`. */
struct fata_pipe_end {
    struct fata_flow flow;
    struct fata_pipe_end *peer; /* NULL when that is closed */
    char *room;                 /* what has arrived: a ring */
    size_t size, first, count;
    bool at_end; /* the peer will not write any more */
    int error;   /* for reads once the ring is empty, and for writes */
};

struct fata_pipe {
    struct fata_pipe_end end[2];
};

/* there, back   lent until both ends are closed: what waits to be read at end 1
 *               and end 0; sizes at least 1 byte */
void fata_pipe_init(struct fata_pipe *pipe, void *there, size_t there_size,
                    void *back, size_t back_size);

#endif
