/* SPDX-License-Identifier: ISC */
/* Scopes.  They form a tree: a scope holds fibers, a fiber has scopes open, the
 * innermost of which is its region.  Cancellation is a time in each scope,
 * FATA_NEVER at first, which only moves to earlier; it is handed down when it
 * moves, so that a wait looks at one field.  Down a fiber's scopes each takes
 * the time of the one around it; a shield holds it off. */
#include "internal.h"

#include <fata/error.h>

/* What comes through to a scope from the one around it. */
static fata_time_t inherited(const struct fata_scope *scope, fata_time_t around)
{
    return around > scope->shielded_until ? around : scope->shielded_until;
}

/* Hands the cancellation of the scope around `fiber` down its own scopes, and
 * to what it waits for. */
static void settle(struct fata_fiber *fiber)
{
    fata_time_t at = fiber->scope->cancel_at;

    for (struct fata_scope *scope = fata__outermost(fiber); scope != NULL;
         scope = scope->inner) {
        at = inherited(scope, at);
        if (at < scope->cancel_at)
            scope->cancel_at = at;
        at = scope->cancel_at;
    }
    if (at >= fiber->cancel_at)
        return;
    fiber->cancel_at = at;
    if (fiber->job.run == fata__fiber_resume && fiber->waiting != NULL)
        fata__waiter_recheck(fiber->waiting);
}

void fata_scope_cancel(struct fata_scope *scope)
{
    struct fata_fiber *owner = scope->owner, *fiber;

    if (scope->cancel_at == 0)
        return;
    scope->cancel_at = 0;
    scope->inner = NULL; /* a root's */
    if (owner != NULL) {
        settle(owner);
        (void)fata__outermost(owner);
    }
    for (fiber = fata__first_within(scope); fiber != NULL;
         fiber = fata__next_below(fiber, owner))
        settle(fiber);
}

static void init(struct fata_scope *scope, struct fata_sched *s,
                 struct fata_fiber *owner)
{
    scope->sched = s;
    scope->owner = owner;
    scope->outer = NULL;
    fata_list_init(&scope->fibers);
    scope->awaited = 0;
    scope->joiner = NULL;
    scope->locals = NULL;
    scope->releases = NULL;
    scope->cancel_at = scope->deadline = FATA_NEVER;
    scope->shielded_until = 0;
    scope->others = NULL;
    scope->others_room = scope->failed = 0;
    scope->told_by = NULL;
    scope->first.error = 0;
}

static void open(struct fata_scope *scope, fata_time_t deadline,
                 fata_time_t shielded_until)
{
    struct fata_fiber *self = fata__self();

    init(scope, fata__sched_of(self), self);
    scope->locals = self->locals;
    scope->shielded_until = shielded_until;
    scope->deadline = deadline;
    scope->cancel_at = inherited(scope, self->cancel_at);
    if (deadline < scope->cancel_at)
        scope->cancel_at = deadline;
    if (self->region != self->scope)
        scope->outer = self->region;
    self->region = scope;
    self->cancel_at = scope->cancel_at;
}

void fata_scope_open(struct fata_scope *scope)
{
    open(scope, FATA_NEVER, 0);
}

void fata_scope_open_deadline(struct fata_scope *scope, fata_time_t deadline)
{
    open(scope, deadline, 0);
}

void fata_scope_open_shielded(struct fata_scope *scope, fata_time_t until)
{
    open(scope, FATA_NEVER, until);
}

struct fata_failure *fata__scope_next_failure(struct fata_scope *scope)
{
    if (scope->failed == 0)
        return &scope->first;
    if (scope->failed <= scope->others_room)
        return &scope->others[scope->failed - 1];
    return NULL;
}

void fata__scope_fail(const struct fata_fiber *fiber, int error)
{
    struct fata_scope *scope = fiber->scope;
    struct fata_failure *failure;

    if (error == FATA_ECANCELED && fata__scope_cancelled(scope))
        return;
    failure = fata__scope_next_failure(scope);
    if (failure != NULL) {
        failure->error = error;
        failure->fiber = fiber->how->name;
        if (scope->told_by != fiber || scope->told != error)
            failure->text[0] = '\0';
        scope->told_by = NULL;
    }
    scope->failed++;
    fata_scope_cancel(scope);
}

/* In a root, when the last fiber has left. */
static void root_ends(struct fata_job *job)
{
    struct fata_root *root = FATA_CONTAINER(job, struct fata_root, job);

    fata_list_remove(&root->scope.link);
    root->done(root, root->scope.first.error);
}

void fata__scope_emptied(struct fata_scope *scope)
{
    if (scope->joiner != NULL) {
        fata_waiter_wake(&scope->joiner->entry, 0);
        scope->joiner = NULL;
    } else if (scope->owner == NULL) {
        fata_scope_cancel(scope); /* nobody is spawned any more */
        if (!fata_list_empty(&scope->fibers))
            return;
        struct fata_root *root = FATA_CONTAINER(scope, struct fata_root, scope);
        fata_job_post(scope->sched, &root->job);
    }
}

void fata_scope_release(struct fata_scope *scope, struct fata_release *release,
                        void (*fn)(void *arg), void *arg)
{
    release->fn = fn;
    release->arg = arg;
    release->next = scope->releases;
    scope->releases = release;
}

void fata_scope_collect(struct fata_scope *scope, struct fata_failure *failures,
                        size_t room)
{
    scope->others = failures;
    scope->others_room = room;
}

const struct fata_failure *fata_scope_failure(const struct fata_scope *scope,
                                              size_t n)
{
    if (n >= scope->failed || n > scope->others_room)
        return NULL;
    return n == 0 ? &scope->first : &scope->others[n - 1];
}

static void join(struct fata_scope *scope, const char *what)
{
    struct fata_waiter waiter;

    scope->joiner = &waiter;
    fata_waiter_join(&waiter, NULL, what);
}

int fata_scope_close(struct fata_scope *scope)
{
    struct fata_fiber *self = fata__self();

    if (scope->owner != self || self->region != scope)
        fata_panic(self->how->name, "closes a scope that is not its innermost");
    if (self->locals != scope->locals)
        fata_panic(self->how->name, "closes a scope with a local bound in it");
    while (scope->awaited != 0)
        join(scope, "fibers of its scope");
    if (!fata_list_empty(&scope->fibers))
        fata_scope_cancel(scope);
    while (!fata_list_empty(&scope->fibers))
        join(scope, "daemons of its scope");
    bool late = scope->deadline <= scope->sched->now;

    self->region = scope->outer != NULL ? scope->outer : self->scope;
    self->cancel_at = self->region->cancel_at;
    for (struct fata_release *r; (r = scope->releases) != NULL;) {
        scope->releases = r->next;
        r->fn(r->arg);
    }
    int error = scope->first.error;
    if (error != 0) {
        const char *text = scope->first.text;
        fata__doing_pass(self, error,
                         text[0] != '\0' ? text : scope->first.fiber);
        return error;
    }
    if (fata__cancelled(self))
        return FATA_ECANCELED;
    return late ? FATA_ETIMEDOUT : 0;
}

int fata_root_start(struct fata_root *root, struct fata_sched *s,
                    const struct fata_spawn *how, fata_fiber_fn *fn, void *arg,
                    void (*done)(struct fata_root *root, int error))
{
    init(&root->scope, s, NULL);
    fata_job_init(&root->job, root_ends);
    root->done = done;
    int err = fata_scope_spawn_with(&root->scope, how, fn, arg);
    if (err == 0)
        fata_list_push_back(&s->roots, &root->scope.link);
    return err;
}
