/* SPDX-License-Identifier: ISC */
/* What a command works on: the project, its build folder, its lock. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool is_program(const char *folder)
{
    const char *data = slurp(path_of(folder, "fata.yml"), NULL);
    return data != NULL && (starts_with(data, "unikernel:") ||
                            strstr(data, "\nunikernel:") != NULL);
}

/* Nearest folder, from `folder` up, that has a unikernel; else `folder`. */
static const char *find_project(const char *folder)
{
    const char *at = folder;
    if (path_below(folder, fata_root()))
        return fata_root();
    for (;;) {
        if (is_program(at))
            return at;
        if (strcmp(at, "/") == 0)
            return folder;
        at = folder_of(at);
    }
}

struct session *session_in(const struct options *o, const char *project,
                           const char *lock_path)
{
    struct session *s = pool_alloc(sizeof(*s));
    s->lock = -1;
    s->project = project;
    s->build = path_of(project, "build");
    s->lock_path = lock_path;
    s->sanitize = o->sanitize;
    s->debug = o->debug;
    s->frozen = o->frozen;
    s->offline = o->offline;
    s->verbose = o->verbose;
    s->use_clang = o->use_clang;
    s->targets = o->targets;
    registry_scan(&s->registry, fata_root());
    registry_scan(&s->registry, s->project);
    return s;
}

struct session *session_open(const struct options *o, const char *folder)
{
    const char *full = path_of(".", folder);
    if (!is_folder(full))
        stop(EXIT_MISTAKE, "there is no folder %s", folder);
    const char *project = find_project(full);
    struct session *s = session_in(o, project, path_of(project, "fata.lock"));
    /* Targets may lie below its `paths`, too. */
    const char *own = path_of(s->project, "fata.yml");
    if (is_file(own))
        registry_paths(&s->registry, registry_manifest(&s->registry, own));
    return s;
}

struct manifest *session_unikernel(struct session *s, const char *folder)
{
    const char *path = path_of(path_of(".", folder), "fata.yml");
    if (!is_file(path))
        stop(EXIT_MISTAKE,
             "there is no fata.yml in %s; go to a unikernel's "
             "folder, or make one with `fata new NAME`",
             strcmp(folder, ".") == 0 ? "this folder" : folder);
    struct manifest *m = registry_manifest(&s->registry, path);
    if (m->kind != KIND_UNIKERNEL)
        stop(EXIT_MISTAKE, "%s is a %s; name the folder of a unikernel",
             shown_path(path), m->kind == KIND_TARGET ? "target" : "component");
    manifest_check_tests(m);
    registry_paths(&s->registry, m);
    return m;
}

const char *only_folder(const struct options *o)
{
    if (o->words.count > 1)
        stop(EXIT_MISTAKE, "one folder, not %zu; see `fata %s --help`",
             o->words.count, o->command);
    return o->words.count == 0 ? "." : o->words.item[0];
}

const char *folder_and_names(const struct options *o, struct vec *names)
{
    const char *folder = NULL;
    for (size_t i = 0; i < o->words.count; i++) {
        const char *w = o->words.item[i];
        if (strchr(w, '/') == NULL && w[0] != '.' && !is_program(w)) {
            push(names, w);
            continue;
        }
        if (folder != NULL)
            stop(EXIT_MISTAKE,
                 "one folder, not %s and %s; see `fata %s "
                 "--help`",
                 folder, w, o->command);
        folder = w;
    }
    return folder != NULL ? folder : ".";
}

struct build **session_resolve(struct session *s, const char *folder,
                               size_t *count)
{
    const struct manifest *m = session_unikernel(s, folder);
    struct program *p = program_of_unikernel(m);
    struct target **targets, *one;
    const char *why;
    if (s->targets != NULL) {
        targets = target_list(&s->registry, s->targets, s->sanitize, count);
    } else {
        one = best_target(s, &why);
        targets = &one;
        *count = 1;
    }
    struct build **builds = pool_alloc(*count * sizeof(*builds));
    for (size_t i = 0; i < *count; i++)
        builds[i] = build_resolve(&s->registry, p, targets[i]);
    return builds;
}

void session_lock(struct session *s)
{
    if (s->lock >= 0)
        return;
    make_folders(s->build);
    s->lock = lock_file(path_of(s->build, ".lock"),
                        "waiting for another fata in this project");
    if (s->lock < 0)
        stop(EXIT_FAILED, "cannot lock %s: %s", shown_path(s->build),
             strerror(errno));
}

void session_unlock(struct session *s)
{
    if (s->lock >= 0)
        close(s->lock);
    s->lock = -1;
}

void session_generate(struct session *s, struct build **builds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        app_start(builds[i]); /* mistakes first, before anything is written */
    session_lock(s);
    ninja_begin(s);
    for (size_t i = 0; i < count; i++)
        ninja_add(s, builds[i]);
    ninja_end(s);
}

int session_build(struct session *s, struct build **builds, size_t count)
{
    struct vec outputs = {0};
    session_generate(s, builds, count);
    for (size_t i = 0; i < count; i++)
        push_once(&outputs, image_path(s, builds[i]));
    int status = ninja_run(s, &outputs);
    /* Under the lock: another fata writes another build.ninja. */
    for (size_t i = 0; i < count && status != 0; i++) {
        builds[i]->not_built = !ninja_fresh(s, image_path(s, builds[i]));
        check_explain(s, builds[i]);
    }
    session_unlock(s);
    return status;
}

struct build *session_resolve_run(struct session *s, const char *folder,
                                  const char **why)
{
    const struct manifest *m = session_unikernel(s, folder);
    struct target *t;
    size_t count = 1;
    *why = NULL;
    if (s->targets == NULL) {
        t = best_target(s, why);
    } else {
        t = target_list(&s->registry, s->targets, s->sanitize, &count)[0];
        if (count > 1)
            stop(EXIT_MISTAKE, "`fata run` takes one target");
    }
    return build_resolve(&s->registry, program_of_unikernel(m), t);
}

const char *cannot_run(const struct target *t)
{
    bool foreign = strcmp(t->arch, host_arch()) != 0;
    if (t->manifest->tender.text == NULL) {
        if (!foreign)
            return NULL;
        char *found = path_program(format("qemu-%s", t->arch));
        if (found == NULL)
            return format("it needs qemu-%s; type: apt-get install "
                          "qemu-user",
                          t->arch);
        free(found);
        return NULL;
    }
    if (foreign)
        return format("the machine is %s", host_arch());
    if (tender_path(t) == NULL)
        return format("its tender %s is not built; type `make` in %s",
                      t->manifest->tender.text, fata_root());
    if (strcmp(t->manifest->name.text, "spt") == 0 && prctl(PR_GET_SECCOMP) < 0)
        return "the kernel has no seccomp filters";
    if (strcmp(t->manifest->name.text, "hvt") == 0 &&
        access("/dev/kvm", R_OK | W_OK) != 0)
        return format("/dev/kvm: %s", strerror(errno));
    return NULL;
}

struct target *best_target(struct session *s, const char **why)
{
    static const struct {
        const char *name, *why;
    } order[] = {
        {"spt", "the sandbox with a system-call filter works here"},
        {"unix", "an ordinary process"},
    };
    const char *reason = NULL;
    for (int i = 0; i < 2; i++) {
        if (registry_find(&s->registry, order[i].name, KIND_TARGET) == NULL)
            continue;
        struct target *t =
            target_find(&s->registry, order[i].name, s->sanitize);
        const char *obstacle = cannot_run(t);
        if (obstacle == NULL) {
            *why = reason == NULL ? order[i].why : reason;
            return t;
        }
        if (reason == NULL)
            reason = format("not %s: %s", order[i].name, obstacle);
    }
    struct vec names = registry_names(&s->registry, KIND_TARGET);
    stop(EXIT_FAILED, "no target runs here (%s); choose one with -t: %s",
         reason != NULL ? reason : "none is known", join(&names, ", "));
}
