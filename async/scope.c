/* SPDX-License-Identifier: ISC */
/* Scopes.  They form a tree: a scope holds fibers, a fiber has scopes open,
 * the outermost first.  Cancellation is a time in each scope, FATA_NEVER at
 * first, which only moves to earlier; it is handed down when it moves, so that
 * a wait looks at one field.  Down a fiber's scopes each takes the time of the
 * one around it; a shield holds it off. */
#include "internal.h"

#include <fata/error.h>

static struct fata_scope *scope_at(struct fata_list *link)
{
    return FATA_CONTAINER(link, struct fata_scope, link);
}

static struct fata_fiber *fiber_at(struct fata_list *link)
{
    return FATA_CONTAINER(link, struct fata_fiber, sibling);
}

/* Walking down the tree, without recursion: fiber stacks are small. */

static struct fata_fiber *first_in(struct fata_scope *scope)
{
    if (fata_list_empty(&scope->fibers))
        return NULL;
    return fiber_at(scope->fibers.next);
}

/* The first fiber in the scopes from `link` on, of a list that ends at `end`;
 * NULL if they are empty. */
static struct fata_fiber *first_within(struct fata_list *link,
                                       struct fata_list *end)
{
    struct fata_fiber *fiber = NULL;
    for (; link != end && fiber == NULL; link = link->next)
        fiber = first_in(scope_at(link));
    return fiber;
}

/* The fiber after `fiber`, parents first, in a walk that ends before what
 * belongs to fiber `top` is left (NULL: with the whole tree). */
static struct fata_fiber *next_below(struct fata_fiber *fiber,
                                     struct fata_fiber *top)
{
    struct fata_fiber *next = first_within(fiber->scopes.next, &fiber->scopes);
    while (next == NULL) {
        struct fata_scope *scope = fiber->scope;
        if (fiber->sibling.next != &scope->fibers)
            return fiber_at(fiber->sibling.next);
        if (scope->owner == NULL)
            return NULL;
        next = first_within(scope->link.next, &scope->owner->scopes);
        if (next == NULL && scope->owner == top)
            return NULL;
        fiber = scope->owner;
    }
    return next;
}

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
    FATA_LIST_FOREACH (link, &fiber->scopes) {
        struct fata_scope *scope = scope_at(link);
        at = inherited(scope, at);
        if (at < scope->cancel_at)
            scope->cancel_at = at;
        at = scope->cancel_at;
    }
    if (fiber->waiting != NULL)
        fata__waiter_recheck(fiber->waiting);
}

void fata_scope_cancel(struct fata_scope *scope)
{
    struct fata_fiber *owner = scope->owner, *fiber;

    if (scope->cancel_at == 0)
        return;
    scope->cancel_at = 0;
    if (owner != NULL) {
        settle(owner);
        fiber = first_within(&scope->link, &owner->scopes);
    } else {
        fiber = first_in(scope);
    }
    for (; fiber != NULL; fiber = next_below(fiber, owner))
        settle(fiber);
}

static void init(struct fata_scope *scope, struct fata_sched *s,
                 struct fata_fiber *owner)
{
    scope->sched = s;
    scope->owner = owner;
    fata_list_init(&scope->link);
    fata_list_init(&scope->fibers);
    scope->joiner = NULL;
    scope->cancel_at = FATA_NEVER;
    scope->shielded_until = 0;
    scope->error = 0;
}

void fata_scope_open_shielded(struct fata_scope *scope, fata_time_t until)
{
    struct fata_fiber *self = fata__self();

    init(scope, self->sched, self);
    scope->shielded_until = until;
    scope->cancel_at = inherited(scope, self->region->cancel_at);
    fata_list_push_back(&self->scopes, &scope->link);
    self->region = scope;
}

void fata_scope_open(struct fata_scope *scope)
{
    fata_scope_open_shielded(scope, 0);
}

int fata_scope_spawn_with(struct fata_scope *scope,
                          const struct fata_spawn *how, fata_fiber_fn *fn,
                          void *arg)
{
    if (fata__scope_cancelled(scope))
        return FATA_ECANCELED;
    struct fata_fiber *fiber = fata__fiber_new(scope->sched, how, fn, arg);
    if (fiber == NULL)
        return FATA_ENOMEM;
    fiber->scope = scope;
    fiber->region = scope;
    fata_list_push_back(&scope->fibers, &fiber->sibling);
    return 0;
}

void fata__scope_left(struct fata_scope *scope, int result)
{
    bool failed = result < 0 &&
                  !(result == FATA_ECANCELED && fata__scope_cancelled(scope));
    if (failed && scope->error == 0) {
        scope->error = result;
        fata_scope_cancel(scope);
    }
    if (!fata_list_empty(&scope->fibers))
        return;
    if (scope->joiner != NULL) {
        fata_waiter_wake(scope->joiner, 0);
        scope->joiner = NULL;
    } else if (scope->owner == NULL) {
        struct fata_root *root = FATA_CONTAINER(scope, struct fata_root, scope);
        root->done(root, scope->error);
    }
}

int fata_scope_close(struct fata_scope *scope)
{
    struct fata_fiber *self = fata__self();

    if (scope->owner != self || self->region != scope)
        fata_panic(self->name, "closes a scope that is not its innermost");
    while (!fata_list_empty(&scope->fibers)) {
        struct fata_waiter waiter;
        scope->joiner = &waiter;
        fata_waiter_join(&waiter, NULL);
    }
    self->region = scope->link.prev != &self->scopes
                       ? scope_at(scope->link.prev)
                       : self->scope;
    fata_list_remove(&scope->link);
    if (scope->error != 0)
        return scope->error;
    return fata__scope_cancelled(self->region) ? FATA_ECANCELED : 0;
}

int fata_root_start(struct fata_root *root, struct fata_sched *s,
                    const char *name, fata_fiber_fn *fn, void *arg,
                    void (*done)(struct fata_root *root, int error))
{
    const struct fata_spawn how = {name, NULL};

    init(&root->scope, s, NULL);
    root->done = done;
    return fata_scope_spawn_with(&root->scope, &how, fn, arg);
}
