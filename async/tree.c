/* SPDX-License-Identifier: ISC */
/* Walking the tree of scopes and fibers, without recursion: fiber stacks are
 * small.  Scopes are linked outwards; a walk sets the links inwards of every
 * fiber that it goes down from. */
#include "internal.h"

static struct fata_fiber *fiber_at(struct fata_list *link)
{
    return FATA_CONTAINER(link, struct fata_fiber, sibling);
}

struct fata_scope *fata__outermost(const struct fata_fiber *fiber)
{
    struct fata_scope *scope, *inner = NULL;

    if (fiber->region == fiber->scope)
        return NULL;
    for (scope = fiber->region;; scope = scope->outer) {
        scope->inner = inner;
        inner = scope;
        if (scope->outer == NULL)
            return scope;
    }
}

struct fata_fiber *fata__first_within(struct fata_scope *scope)
{
    for (; scope != NULL; scope = scope->inner)
        if (!fata_list_empty(&scope->fibers))
            return fiber_at(scope->fibers.next);
    return NULL;
}

struct fata_fiber *fata__next_below(struct fata_fiber *fiber,
                                    struct fata_fiber *top)
{
    struct fata_fiber *next = fata__first_within(fata__outermost(fiber));
    while (next == NULL) {
        struct fata_scope *scope = fiber->scope;
        if (fiber->sibling.next != &scope->fibers)
            return fiber_at(fiber->sibling.next);
        if (scope->owner == NULL)
            return NULL;
        next = fata__first_within(scope->inner);
        if (next == NULL && scope->owner == top)
            return NULL;
        fiber = scope->owner;
    }
    return next;
}

/* What a fiber does just now. */
static void view_of(struct fata_fiber *fiber, struct fata_fiber_view *view)
{
    const struct fata_waiter *waiter = NULL;
    unsigned depth = 0;

    for (const struct fata_fiber *up = fiber; up->scope->owner != NULL;
         up = up->scope->owner)
        depth++;
    *view = (struct fata_fiber_view){
        .fiber = fiber,
        .name = fiber->how->name,
        .depth = depth,
        .waits = "not begun",
        .deadline = FATA_NEVER,
        .cancelled = fata__cancelled(fiber),
        .daemon = fiber->how->daemon,
        .doing = fata__doing_text(fiber),
    };
    if (fiber->job.run == fata__fiber_resume) {
        waiter = fiber->waiting;
        view->waits = fiber == fata__running ? "running" : "ready";
    }
    if (waiter != NULL) {
        view->waits = waiter->what;
        view->since = waiter->since;
        view->deadline = waiter->deadline;
    }
}

void fata_sched_look(struct fata_sched *s,
                     void (*visit)(const struct fata_fiber_view *view,
                                   void *arg),
                     void *arg)
{
    struct fata_fiber_view view;

    FATA_LIST_FOREACH (link, &s->roots) {
        struct fata_scope *root = fata__scope_at(link);
        root->inner = NULL;
        for (struct fata_fiber *fiber = fata__first_within(root); fiber != NULL;
             fiber = fata__next_below(fiber, NULL)) {
            view_of(fiber, &view);
            visit(&view, arg);
        }
    }
}

static void check_fiber(const struct fata_fiber *fiber)
{
    fata_assert(fiber->cancel_at == fiber->region->cancel_at);
    for (struct fata_scope *scope = fata__outermost(fiber); scope != NULL;
         scope = scope->inner) {
        size_t awaited = 0;
        fata_assert(scope->owner == fiber);
        FATA_LIST_FOREACH (link, &scope->fibers) {
            fata_assert(fiber_at(link)->scope == scope);
            awaited += !fiber_at(link)->how->daemon;
        }
        fata_assert(awaited == scope->awaited);
    }
    if (fiber->job.run == fata__fiber_resume && fiber->waiting != NULL) {
        fata_assert(!fata_job_posted(&fiber->job));
        fata_assert(fiber->waiting->fiber == fiber &&
                    fiber->waiting->state != FATA_WAITER_WOKEN);
    }
}

/* Calls visit for every fiber. */
static size_t walk(const struct fata_sched *s,
                   void (*visit)(const struct fata_fiber *fiber))
{
    size_t fibers = 0;

    FATA_LIST_FOREACH (link, &s->roots) {
        struct fata_scope *root = fata__scope_at(link);
        root->inner = NULL;
        for (struct fata_fiber *fiber = fata__first_within(root); fiber != NULL;
             fiber = fata__next_below(fiber, NULL)) {
            if (visit != NULL)
                visit(fiber);
            fibers++;
        }
    }
    return fibers;
}

size_t fata__count_fibers(const struct fata_sched *s)
{
    return walk(s, NULL);
}

void fata__tree_check(const struct fata_sched *s)
{
    (void)walk(s, check_fiber);
}
