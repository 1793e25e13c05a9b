/* SPDX-License-Identifier: ISC */
/* Fibers on poll(2): the smallest main loop of a Unix program, for pipes and
 * sockets of the host.  It is a time source for fata_loop:
 *
 *     fata_poll_init(&poll, &sched);
 *     fata_root_start(&root, &sched, ...);
 *     fata_loop(&sched, &poll.source, &ended);
 *
 * and in a fiber
 *
 *     while ((n = read(fd, buffer, size)) < 0 && errno == EAGAIN)
 *         err = fata_poll_wait(&poll, fd, POLLIN, deadline);
 *
 * Context: the scheduler's thread; fata_sched_post works from any, and ends the
 * wait.  For the flavour `host`. */
#ifndef FATA_POLL_H
#define FATA_POLL_H

#include <fata/async.h>
#include <fata/cc.h>

/* Waits of fibers at one time. */
enum { FATA_POLL_MAX = 256 };

/* All fields are private but `source`. */
struct fata_poll {
    struct fata_time_source source;
    struct fata_sched *sched;
    struct fata_list waits;
    unsigned count;
    int wake; /* an eventfd */
};

/* poll   given: the caller's memory
 * s      lent until fata_poll_fini
 * Returns 0, or FATA_ENOMEM where the process has no descriptor left. */
FATA_NODISCARD int fata_poll_init(struct fata_poll *poll, struct fata_sched *s);

/* Nobody waits any more. */
void fata_poll_fini(struct fata_poll *poll);

/* Waits until `fd` is ready, with errors and hang-ups.
 * fd       lent until return, open
 * events   POLLIN, POLLOUT or both
 * Returns what it is ready for, FATA_ENOMEM (FATA_POLL_MAX wait),
 * FATA_ETIMEDOUT or FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD int fata_poll_wait(struct fata_poll *poll, int fd, short events,
                                  fata_time_t deadline);

#endif
