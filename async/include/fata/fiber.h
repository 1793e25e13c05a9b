/* SPDX-License-Identifier: ISC */
/* A fiber: a function with a stack of its own, so that it can wait in the
 * middle.  Fibers are spawned into a scope (fata/scope.h), which joins them.
 * Only calls that say so suspend; between two of them nothing else runs. */
#ifndef FATA_FIBER_H
#define FATA_FIBER_H

#include <fata/cc.h>
#include <stdbool.h>

struct fata_sched;
struct fata_fiber; /* lies at the top of its stack */

/* Returns >= 0, or a code of fata/error.h: then its scope has failed. */
typedef int fata_fiber_fn(void *arg);

/* The running fiber, valid until its function returns; NULL on a carrier's
 * stack (jobs, timers, the main loop). */
struct fata_fiber *fata_fiber_self(void);

/* The scheduler of the running fiber; a panic outside fibers. */
struct fata_sched *fata_fiber_sched(void);

/* The name given at the spawn; never NULL. */
const char *fata_fiber_name(const struct fata_fiber *fiber);

/* The owner of the scope into which it was spawned; NULL for a root's. */
struct fata_fiber *fata_fiber_parent(const struct fata_fiber *fiber);

/* True once waits return FATA_ECANCELED here; for long computations. */
bool fata_fiber_cancelled(void);

/* Lets every job run that is posted by now.  Always suspends, also when
 * cancelled.  Returns 0 or FATA_ECANCELED.  Context: fiber. */
FATA_NODISCARD int fata_yield(void);

#endif
