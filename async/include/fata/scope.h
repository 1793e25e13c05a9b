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
 * A scope may have a deadline, at which it is cancelled.  A shielded scope is
 * reached by cancellation from outside only at a given time: that is how
 * clean-up waits for something in a cancelled fiber.
 */
#ifndef FATA_SCOPE_H
#define FATA_SCOPE_H

#include <fata/cc.h>
#include <fata/fiber.h>
#include <fata/list.h>
#include <fata/local.h>
#include <fata/stacks.h>
#include <fata/time.h>
#include <fata/waiter.h>
#include <stdbool.h>

/* Something that is done when a scope closes. */
struct fata_release {
    struct fata_release *next; /* private */
    void (*fn)(void *arg);
    void *arg;
};

/* Why a fiber failed. */
struct fata_failure {
    int error;
    const char *fiber;          /* its name */
    char text[FATA_DOING_TEXT]; /* what it was doing: fata/local.h */
};

/* All fields are private. */
struct fata_scope {
    struct fata_sched *sched;
    struct fata_fiber *owner;   /* NULL: a root's */
    struct fata_scope *outer;   /* the next one around, of the same owner */
    struct fata_scope *inner;   /* the other way, during a walk */
    struct fata_list link;      /* a root's: in sched->roots */
    struct fata_list fibers;    /* alive, in the order of their spawn */
    size_t awaited;             /* of these, no daemons */
    struct fata_waiter *joiner; /* the owner, in close */
    const struct fata_local *locals; /* the owner's at the open */
    struct fata_release *releases;   /* the last one first */
    fata_time_t cancel_at;           /* from then on it is cancelled */
    fata_time_t deadline;
    fata_time_t shielded_until;  /* 0: not shielded */
    struct fata_failure *others; /* room for what fails after the first */
    size_t others_room, failed;
    const struct fata_fiber *told_by; /* has told of an error ... */
    int told;                         /* ... this one, in the next failure */
    struct fata_failure first;        /* error 0: none */
};

/* Opens a scope in the running fiber.  A fiber that returns with a scope open
 * panics.
 * scope   lent until it is closed
 * Context: fiber; does not suspend. */
void fata_scope_open(struct fata_scope *scope);

/* Opens a scope that is cancelled at `deadline` (absolute). */
void fata_scope_open_deadline(struct fata_scope *scope, fata_time_t deadline);

/* Opens a scope that a cancellation from outside reaches not before `until`
 * (absolute).  fata_scope_cancel works at once.  Also where the fiber is
 * cancelled already. */
void fata_scope_open_shielded(struct fata_scope *scope, fata_time_t until);

/* Spawns a fiber that calls fn(arg); it runs first in a later job.
 * scope   open; not necessarily the running fiber's own
 * how     borrowed for the fiber's life
 * arg     whatever is agreed with `fn`
 * Returns 0, FATA_ENOMEM (no stack free) or FATA_ECANCELED (the scope is
 * cancelled).  On an error `fn` is not called.
 * Context: the scheduler's thread, in a turn or outside; does not suspend. */
FATA_NODISCARD int fata_scope_spawn_with(struct fata_scope *scope,
                                         const struct fata_spawn *how,
                                         fata_fiber_fn *fn, void *arg);

/* The same; the fiber is named after `fn` as it stands in the source. */
#define fata_scope_spawn(scope, fn, arg)                                       \
    fata_scope_spawn_with(scope, FATA_SPAWN(#fn), fn, arg)

/* How to spawn, as a constant that stays:
 *     fata_scope_spawn_with(&scope, FATA_SPAWN("ticker", .daemon = true), ...)
 */
#define FATA_SPAWN(...) FATA_STATIC(struct fata_spawn, .name = __VA_ARGS__)

/* Cancels; a second call does nothing.  Does not wait, and the close is still
 * the owner's duty.  Context: as fata_scope_spawn_with. */
void fata_scope_cancel(struct fata_scope *scope);

/* Calls fn(arg) in the close, when every fiber has returned, the last one
 * registered first.  It runs in the owner, outside the scope; it may suspend,
 * in a shielded scope of its own if it must come to its end.
 * release  lent until the scope is closed
 * Context: the owner. */
void fata_scope_release(struct fata_scope *scope, struct fata_release *release,
                        void (*fn)(void *arg), void *arg);

/* Keeps what fails after the first failure, too.
 * failures  lent until the scope is closed */
void fata_scope_collect(struct fata_scope *scope, struct fata_failure *failures,
                        size_t room);

static inline bool fata_scope_failed(const struct fata_scope *scope)
{
    return scope->first.error != 0;
}

/* The `n`th failure, also after the close; NULL if there are fewer or there was
 * no room for it. */
const struct fata_failure *fata_scope_failure(const struct fata_scope *scope,
                                              size_t n);

/* How many fibers have failed. */
static inline size_t fata_scope_failures(const struct fata_scope *scope)
{
    return scope->failed;
}

/* Waits until every fiber has returned, also when cancelled (the fibers are
 * cancelled then, too); daemons are cancelled when the others have.  Scopes
 * close in reverse order of opening.
 * Returns the first error that a fiber returned - FATA_ECANCELED from a fiber
 * that was cancelled is none -, else FATA_ECANCELED if the region around is
 * cancelled, else FATA_ETIMEDOUT if the scope's deadline had passed when the
 * last fiber returned, else 0.
 * Context: the owner; suspends. */
FATA_NODISCARD int fata_scope_close(struct fata_scope *scope);

/* A root: a scope without an owner, from which the main loop starts. */
struct fata_root {
    struct fata_scope scope; /* for fata_scope_spawn and fata_scope_cancel */
    struct fata_job job;     /* private */
    void (*done)(struct fata_root *root, int error);
};

/* Starts the first fiber.
 * root    lent until `done` is called
 * how     as for fata_scope_spawn_with
 * done    called once, by the turn, on the carrier's stack, when the last fiber
 *         of the root's scope has returned; `error` is 0 or the first error,
 *         and fata_scope_failure has more.  It may end the root's life
 * Returns 0 or FATA_ENOMEM (then `done` is not called).
 * Context: as fata_scope_spawn_with. */
FATA_NODISCARD int
fata_root_start(struct fata_root *root, struct fata_sched *s,
                const struct fata_spawn *how, fata_fiber_fn *fn, void *arg,
                void (*done)(struct fata_root *root, int error));

/* What is known of a fiber, for who looks at the tree. */
struct fata_fiber_view {
    const struct fata_fiber *fiber;
    const char *name;
    unsigned depth;    /* 0: a root's */
    const char *waits; /* what for; "ready", "running", "not begun" */
    fata_time_t since; /* it waits; 0 where it does not */
    fata_time_t deadline;
    bool cancelled, daemon;
    const char *doing; /* its innermost fata_doing, or NULL */
};

/* Calls visit for every fiber of the scheduler, parents first.
 * Context: the scheduler's thread; `visit` must neither spawn nor cancel. */
void fata_sched_look(struct fata_sched *s,
                     void (*visit)(const struct fata_fiber_view *view,
                                   void *arg),
                     void *arg);

#endif
