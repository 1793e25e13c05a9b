/* SPDX-License-Identifier: ISC */
/* fata test: finds tests and cases, builds their images, has them run. */
#define _GNU_SOURCE 1
#include "testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plan {
    struct session *s;
    struct target **target;
    size_t target_count;
    struct build **build;
    size_t build_count;
    struct job *job;
    size_t job_count;
};

static struct job *add_job(struct plan *p, const struct build *b)
{
    p->job = pool_grow(p->job, p->job_count, sizeof(*p->job));
    struct job *job = &p->job[p->job_count++];
    *job = (struct job){.build = b};
    for (size_t i = 0; i < b->unit_count; i++)
        if (strcmp(b->unit[i]->manifest->name.text, "test") == 0)
            job->runner = true;
    return job;
}

static void add_program(struct plan *p, struct program *program,
                        const char *who, const struct target *t)
{
    const struct manifest *m = program->manifest;
    struct build *b = build_resolve(&p->s->registry, program, t);
    const char *obstacle = cannot_run(t);
    bool any = false; /* built also where they cannot run */
    LIST_FOR(struct test_case, c, m->cases)
    {
        if (!when_matches(&c->when, t))
            continue;
        struct job *job = add_job(p, b);
        job->test_case = c;
        job->who = who;
        job->what = c->name.text;
        job->image = image_path(p->s, b);
        job->skip = obstacle;
        any = true;
    }
    if (m->cases.count == 0) {
        struct job *job = add_job(p, b);
        job->who = who;
        job->what = program->label;
        job->image = image_path(p->s, b);
        job->skip = obstacle;
        any = true;
    }
    if (!any)
        return;
    p->build = pool_grow(p->build, p->build_count, sizeof(*p->build));
    p->build[p->build_count++] = b;
}

/* `only`: the test file asked for, or NULL for all. */
static void add_manifest(struct plan *p, const char *path, const char *only)
{
    struct manifest *m = registry_manifest(&p->s->registry, path);
    bool found = false;
    manifest_check_tests(m);
    registry_paths(&p->s->registry, m);
    for (size_t i = 0; i < p->target_count; i++) {
        const struct target *t = p->target[i];
        if (m->kind == KIND_TARGET && m != t->manifest)
            continue;
        LIST_FOR(struct test, item, m->tests)
        {
            const char *file = path_of(m->folder, item->file.text);
            if (only != NULL && strcmp(file, only) != 0)
                continue;
            found = true;
            if (when_matches(&item->when, t))
                add_program(p, program_of_test(&p->s->registry, m, item),
                            m->name.text, t);
        }
        if (m->kind == KIND_UNIKERNEL && only == NULL)
            add_program(p, program_of_unikernel(m), m->name.text, t);
    }
    if (only != NULL && !found && p->target_count != 0)
        stop(EXIT_MISTAKE, "%s is none of the `tests` of %s; add it there",
             shown_path(only), shown_path(path));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void find_below(struct vec *out, const char *folder)
{
    DIR *dir = opendir(folder);
    struct vec below = {0};
    struct dirent *d;
    if (is_file(path_of(folder, "fata.yml")))
        push(out, path_of(folder, "fata.yml"));
    while (dir != NULL && (d = readdir(dir)) != NULL) {
        const char *path = path_of(folder, d->d_name);
        if (d->d_name[0] != '.' && strcmp(d->d_name, "build") != 0 &&
            strcmp(d->d_name, "tests") != 0 && is_folder(path))
            push(&below, path);
    }
    if (dir != NULL)
        closedir(dir);
    if (below.count != 0)
        qsort(below.item, below.count, sizeof(*below.item), by_name);
    for (size_t i = 0; i < below.count; i++)
        find_below(out, below.item[i]);
}

static void add_word(struct plan *p, const char *word)
{
    const char *path = path_of(".", word);
    if (is_folder(path) && !is_file(path_of(path, "fata.yml"))) {
        struct vec found = {0};
        find_below(&found, path);
        for (size_t i = 0; i < found.count; i++)
            add_manifest(p, found.item[i], NULL);
        if (found.count == 0)
            stop(EXIT_MISTAKE, "there is no fata.yml in or below %s", word);
    } else if (is_folder(path)) {
        add_manifest(p, path_of(path, "fata.yml"), NULL);
    } else if (is_file(path) && strcmp(name_of(path), "fata.yml") == 0) {
        add_manifest(p, path, NULL);
    } else if (is_file(path)) {
        const char *at = folder_of(path);
        while (strcmp(at, "/") != 0 && !is_file(path_of(at, "fata.yml")))
            at = folder_of(at);
        if (strcmp(at, "/") == 0)
            stop(EXIT_MISTAKE, "%s belongs to no component", word);
        add_manifest(p, path_of(at, "fata.yml"), path);
    } else {
        stop(EXIT_MISTAKE, "there is no %s", word);
    }
}

/* All that this CPU has. */
static struct target **usual_targets(struct session *s, size_t *count)
{
    static const char *const names[] = {"unix", "spt", "hvt"};
    struct target **list = NULL;
    *count = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (registry_find(&s->registry, names[i], KIND_TARGET) == NULL)
            continue;
        list = pool_grow(list, *count, sizeof(*list));
        list[(*count)++] = target_find(&s->registry, names[i], s->sanitize);
    }
    return list;
}

int cmd_test(const struct options *o)
{
    const char *first = o->words.count == 0 ? "." : o->words.item[0];
    const char *folder = path_of(".", first);
    struct tally tally = {0};
    if (!is_folder(folder))
        folder = folder_of(folder);
    struct plan p = {.s = session_open(o, folder)};
    struct session *s = p.s;
    if (s->targets != NULL)
        p.target =
            target_list(&s->registry, s->targets, s->sanitize, &p.target_count);
    else
        p.target = usual_targets(s, &p.target_count);
    if (o->words.count == 0)
        add_word(&p, ".");
    for (size_t i = 0; i < o->words.count; i++)
        add_word(&p, o->words.item[i]);
    s->keep_going = true;
    if (p.build_count != 0)
        (void)session_build(s, p.build, p.build_count);
    jobs_run(p.job, p.job_count, &tally);
    printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed,
           tally.skipped);
    return tally.failed != 0 ? EXIT_FAILED : 0;
}
