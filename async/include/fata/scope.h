/* SPDX-License-Identifier: ISC */
/* A scope: the region of a fiber between open and close, and the fibers
 * spawned into it.  Closing joins them all, so that nothing outlives it.
 *
 *     struct fata_scope scope;                 (in the owner's frame)
 *     fata_scope_open(&scope);
 *     int err = fata_scope_spawn(&scope, pump_rx, &conn);
 *     if (err == 0)
 *         err = fata_scope_spawn(&scope, pump_tx, &conn);
 *     if (err != 0)
 *         fata_scope_cancel(&scope);
 *     int first = fata_scope_close(&scope);    (always called)
 *     return err != 0 ? err : first;
 *
 * Cancelling a scope makes every wait return FATA_ECANCELED from then on: in
 * its fibers, in what its owner does before the close, and in the scopes that
 * these have open, all the way down.  A fiber that fails cancels its scope, so
 * that an owner who waits for it does not wait for ever.  After the close the
 * owner is as it was before the open.
 *
 * A shielded scope is reached by cancellation from outside only at a given
 * time: that is how clean-up waits for something in a cancelled fiber. */
#ifndef FATA_SCOPE_H
#define FATA_SCOPE_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/list.h>
#include <fata/stacks.h>
#include <fata/time.h>
#include <stdbool.h>

struct fata_sched;
struct fata_waiter;

/* All fields are private. */
struct fata_scope {
    struct fata_sched *sched;
    struct fata_fiber *owner;   /* NULL: a root's */
    struct fata_list link;      /* in the owner's scopes */
    struct fata_list fibers;    /* alive, in the order of their spawn */
    struct fata_waiter *joiner; /* the owner, in close */
    fata_time_t cancel_at;      /* from then on it is cancelled */
    fata_time_t shielded_until; /* 0: not shielded */
    int error;                  /* the first */
};

/* Opens a scope in the running fiber.  A fiber that returns with a scope open
 * panics.
 * scope   lent until it is closed
 * Context: fiber; does not suspend. */
void fata_scope_open(struct fata_scope *scope);

/* Opens a scope that a cancellation from outside reaches not before `until`
 * (absolute).  fata_scope_cancel works at once.  Also where the fiber is
 * cancelled already. */
void fata_scope_open_shielded(struct fata_scope *scope, fata_time_t until);

struct fata_spawn {
    const char *name;           /* borrowed for the fiber's life, not NULL */
    struct fata_stacks *stacks; /* lent; NULL: the scheduler's */
};

/* Spawns a fiber that calls fn(arg); it runs first in a later job.
 * scope   open; not necessarily the running fiber's own
 * arg     whatever is agreed with `fn`
 * Returns 0, FATA_ENOMEM (no stack free) or FATA_ECANCELED (the scope is
 * cancelled).  On an error `fn` is not called.
 * Context: the scheduler's thread, in a turn or outside; does not suspend. */
FATA_NODISCARD int fata_scope_spawn_with(struct fata_scope *scope,
                                         const struct fata_spawn *how,
                                         fata_fiber_fn *fn, void *arg);

/* The same; the fiber is named after `fn` as it stands in the source. */
#define fata_scope_spawn(scope, fn, arg)                                       \
    fata_scope_spawn_with(scope, &(const struct fata_spawn){#fn, NULL}, fn, arg)

/* Cancels; a second call does nothing.  Does not wait, and the close is still
 * the owner's duty.  Context: as fata_scope_spawn_with. */
void fata_scope_cancel(struct fata_scope *scope);

static inline bool fata_scope_failed(const struct fata_scope *scope)
{
    return scope->error != 0;
}

/* Waits until every fiber has returned, also when cancelled (the fibers are
 * cancelled then, too).  Scopes close in reverse order of opening.
 * Returns the first error that a fiber returned - FATA_ECANCELED from a fiber
 * that was cancelled is none -, else FATA_ECANCELED if the region around is
 * cancelled, else 0.
 * Context: the owner; suspends. */
FATA_NODISCARD int fata_scope_close(struct fata_scope *scope);

/* A root: a scope without an owner, from which the main loop starts. */
struct fata_root {
    struct fata_scope scope; /* for fata_scope_spawn and fata_scope_cancel */
    void (*done)(struct fata_root *root, int error);
};

/* Starts the first fiber, called `name`.
 * root    lent until `done` is called
 * done    called once, by the turn, on the carrier's stack, when the last fiber
 *         of the root's scope has returned; `error` is 0 or the first error.
 *         It may end the root's life
 * Returns 0 or FATA_ENOMEM (then `done` is not called).
 * Context: as fata_scope_spawn_with. */
FATA_NODISCARD int
fata_root_start(struct fata_root *root, struct fata_sched *s, const char *name,
                fata_fiber_fn *fn, void *arg,
                void (*done)(struct fata_root *root, int error));

#endif
