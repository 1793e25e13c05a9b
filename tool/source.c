/* SPDX-License-Identifier: ISC */
/* Which source a port is made from, and getting it there: the order is the
 * pin of fata.lock, what the cache used before, then the port's forms. */
#define _GNU_SOURCE 1
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *port_form_name(enum port_form_kind kind)
{
    static const char *const name[] = {"debian", "debian-binary", "url"};

    return name[kind];
}

void source_start_pin(const struct source_try *t, const char *form,
                      const char *revision, struct pin *pin)
{
    *pin = (struct pin){0};
    pin->version = xstrdup(t->port->version);
    pin->sha256 = xstrdup(t->port->sha256);
    pin->form = xstrdup(form);
    if (revision != NULL) {
        pin->package = xstrdup(t->form->what);
        pin->revision = xstrdup(revision);
    }
}

void source_because(const struct source_try *t, const char *format, ...)
{
    char *reason = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&reason, format, args) < 0)
        die(1, "out of memory");
    va_end(args);
    text_addf(t->why, "\n  %s %s: %s", port_form_name(t->form->kind),
              t->form->what, reason);
    free(reason);
}

/* The cache's memory of what stands in for a pin, or, without one, of what
 * was used for this original archive. */
static char *memory_path(const struct port *port, const struct pin *locked)
{
    char id[SHA256_TEXT];

    if (locked == NULL)
        return cache_path("pins/%s-%.12s.json", port->name, port->sha256);
    pin_id(locked, id);
    return cache_path("pins/%s-for-%.12s.json", port->name, id);
}

static bool fits(const struct port *port, const struct pin *pin)
{
    return strcmp(pin->version, port->version) == 0 &&
           strcmp(pin->sha256, port->sha256) == 0;
}

static bool remembered(const struct port *port, const struct pin *locked,
                       struct pin *pin)
{
    char *path = memory_path(port, locked);
    bool found = pin_read(path, pin) == 1;

    free(path);
    if (found && !fits(port, pin)) {
        pin_free(pin);
        found = false;
    }
    return found;
}

int source_plan(const struct port *port, const struct port_env *env,
                struct source_plan *plan)
{
    int found = 0;

    *plan = (struct source_plan){0};
    if (env->lock_path != NULL)
        found = lock_read(env->lock_path, port->name, &plan->locked);
    if (found < 0)
        return -1;
    plan->has_locked = found == 1 && fits(port, &plan->locked);
    if (found == 1 && !plan->has_locked && env->frozen) {
        msg_error("%s: %s has version %s of another archive, the port's "
                  "fata.yml asks for %s: run `fata update`, or build without "
                  "--frozen",
                  port->name, env->lock_path, plan->locked.version,
                  port->version);
        pin_free(&plan->locked);
        return -1;
    }
    if (found == 1 && !plan->has_locked)
        pin_free(&plan->locked);
    if (env->frozen && !plan->has_locked) {
        msg_error("%s: %s has no entry for it, and --frozen adds none: build "
                  "once without --frozen",
                  port->name,
                  env->lock_path != NULL ? env->lock_path : "fata.lock");
        return -1;
    }
    if (!env->frozen)
        plan->has_other = remembered(
            port, plan->has_locked ? &plan->locked : NULL, &plan->other);
    return 0;
}

void source_plan_free(struct source_plan *plan)
{
    if (plan->has_locked)
        pin_free(&plan->locked);
    if (plan->has_other)
        pin_free(&plan->other);
    *plan = (struct source_plan){0};
}

static char *pin_text(const struct pin *pin)
{
    if (pin->revision == NULL)
        return xstrdup("the upstream archive");
    return xformat("%s %s", pin->package, pin->revision);
}

static bool same_pin(const struct pin *a, const struct pin *b)
{
    char x[SHA256_TEXT];
    char y[SHA256_TEXT];

    pin_id(a, x);
    pin_id(b, y);
    return strcmp(x, y) == 0;
}

int source_settle(const struct port *port, const struct port_env *env,
                  const struct source_plan *plan, const struct pin *used)
{
    char *is;
    char *was;

    if (plan->has_locked && same_pin(&plan->locked, used))
        return 0;
    if (!plan->has_locked)
        return env->lock_path != NULL
                   ? lock_write(env->lock_path,
                                &(struct lock_entry){port->name, used}, 1)
                   : 0;
    is = pin_text(used);
    was = pin_text(&plan->locked);
    msg_note("%s %s: made from %s; fata.lock has %s, which was not on offer "
             "(`fata update` pins the new one)",
             port->name, port->version, is, was);
    free(is);
    free(was);
    return 0;
}

char *source_dir(const struct port *port, const struct pin *pin)
{
    char id[SHA256_TEXT];

    pin_id(pin, id);
    return cache_path("sources/%s-%.12s", port->name, id);
}

bool source_is_cached(const struct port *port, const struct pin *pin)
{
    char *dir = source_dir(port, pin);
    bool have = path_is_dir(dir);

    free(dir);
    if (have)
        return true;
    for (size_t i = 0; i < pin->file_count; i++) {
        char *path = archive_get(pin->files[i].name, pin->files[i].sha256);

        free(path);
        if (path == NULL)
            return false;
    }
    return true;
}

int source_unpack(const struct port *port, const struct pin *pin,
                  const char *tmp)
{
    char *dir = source_dir(port, pin);
    char *parent = path_dir(dir);
    char *work = path_join(tmp, "unpack");
    char *tree = path_join(tmp, "tree");
    int err = 0;

    if (path_is_dir(dir))
        goto out;
    if (remove_tree(work) != 0 || remove_tree(tree) != 0 ||
        make_dirs(work) != 0 || make_dirs(parent) != 0) {
        msg_error("%s: %s", tmp, strerror(errno));
        err = -1;
    }
    if (err == 0)
        err = unpack_archives(port, pin, work, tree);
    if (err == 0 && rename(tree, dir) != 0) {
        msg_error("%s: %s", dir, strerror(errno));
        err = -1;
    }
out:
    free(dir);
    free(parent);
    free(work);
    free(tree);
    return err;
}

static int try_form(const struct source_try *t, struct pin *pin)
{
    if (remove_tree(t->tmp) != 0 || make_dirs(t->tmp) != 0) {
        source_because(t, "%s: %s", t->tmp, strerror(errno));
        return -1;
    }
    switch (t->form->kind) {
    case PORT_DEBIAN:
        return source_from_debian(t, pin);
    case PORT_DEBIAN_BINARY:
        return source_from_binary(t, pin);
    case PORT_URL:
        break;
    }
    return source_from_url(t, pin);
}

/* Is it the form that `pin` was made by? */
static bool is_form_of(const struct port_form *form, const struct pin *pin)
{
    return strcmp(port_form_name(form->kind), pin->form) == 0 &&
           (pin->package == NULL || strcmp(pin->package, form->what) == 0);
}

/* The pinned form first, then (unless frozen) the others in their order. */
static int try_forms(const struct port *port, const struct port_env *env,
                     const struct pin *want, struct source_try *t,
                     struct pin *used)
{
    for (int pinned = 1; pinned >= 0; pinned--) {
        if (pinned == 0 && env->frozen)
            break;
        for (size_t i = 0; i < port->form_count; i++) {
            t->form = &port->forms[i];
            if ((want != NULL && is_form_of(t->form, want)) != pinned)
                continue;
            t->want = pinned ? want : NULL;
            t->only_want = pinned && env->frozen;
            if (try_form(t, used) == 0)
                return 0;
        }
    }
    return -1;
}

static void remember(const struct port *port, const struct pin *locked,
                     const struct pin *used)
{
    char *path = memory_path(port, locked);
    char *dir = path_dir(path);

    if (make_dirs(dir) == 0)
        (void)pin_write(path, used);
    free(dir);
    free(path);
}

/* With a pin that is not to be had: what was used without one will do. */
static bool fall_back(const struct port *port, const struct port_env *env,
                      const struct source_plan *plan, struct pin *used)
{
    if (env->frozen || !plan->has_locked || !remembered(port, NULL, used))
        return false;
    if (source_is_cached(port, used))
        return true;
    pin_free(used);
    return false;
}

int source_fetch(const struct port *port, const struct port_env *env,
                 const struct source_plan *plan, bool update, const char *tmp,
                 struct pin *used)
{
    const struct pin *want = plan->has_locked ? &plan->locked : NULL;
    struct text why = {0};
    char *work = path_join(tmp, "fetch");
    struct source_try t = {.port = port,
                           .update = update,
                           .tmp = work,
                           .why = &why};
    int err = -1;

    if (env->offline)
        text_add(&why, "\n  it is not in the cache, and --offline keeps off "
                       "the network");
    else
        err = try_forms(port, env, want, &t, used);
    if (err != 0 && fall_back(port, env, plan, used))
        err = 0;
    if (err != 0)
        msg_error("%s %s: the source cannot be obtained%s", port->name,
                  port->version, why.data != NULL ? why.data : "");
    if (err == 0) {
        err = source_unpack(port, used, tmp);
        if (err != 0)
            pin_free(used);
    }
    if (err == 0) {
        remember(port, NULL, used);
        if (want != NULL && !same_pin(want, used))
            remember(port, want, used);
    }
    text_free(&why);
    free(work);
    return err;
}
