/* SPDX-License-Identifier: ISC */
/* Targets by name, conditions on them, and what becomes an image. */
#include "build.h"

#include <string.h>

static bool one_of(const struct words *w, const char *a, const char *b)
{
    if (!w->given)
        return true;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].text, a) == 0 ||
            (b != NULL && strcmp(w->item[i].text, b) == 0))
            return true;
    return false;
}

bool when_matches(const struct when *when, const struct target *t)
{
    return one_of(&when->target, t->manifest->name.text, t->name) &&
           one_of(&when->flavour, t->flavour, NULL) &&
           one_of(&when->arch, t->arch, NULL);
}

/* Conditions name targets that exist. */
static void check_when(const struct registry *r, const struct when *when)
{
    struct vec names = registry_names(r, KIND_TARGET);
    for (size_t i = 0; i < when->target.count; i++) {
        const struct word *w = &when->target.item[i];
        bool known = false;
        for (size_t j = 0; j < names.count; j++)
            known = known || strcmp(w->text, names.item[j]) == 0 ||
                    strcmp(w->text, format("%s-x86_64", names.item[j])) == 0 ||
                    strcmp(w->text, format("%s-aarch64", names.item[j])) == 0;
        if (!known)
            mistake(w->mark, "unknown target `%s`%s", w->text,
                    suggest(w->text, &names,
                            format("there are: %s", join(&names, ", "))));
    }
}

void conditions_check(const struct registry *r, const struct manifest *m)
{
    LIST_FOR(struct require, q, m->requires)
    {
        check_when(r, &q->when);
    }
    LIST_FOR(struct source, s, m->sources)
    {
        check_when(r, &s->when);
    }
    LIST_FOR(struct test, t, m->tests)
    {
        check_when(r, &t->when);
    }
    LIST_FOR(struct test_case, c, m->cases)
    {
        check_when(r, &c->when);
    }
}

struct target *target_find(struct registry *r, const char *name, bool sanitize)
{
    static const char *const cpus[] = {"x86_64", "aarch64"};
    struct target *t = pool_alloc(sizeof(*t));
    struct entry *e = registry_find(r, name, KIND_TARGET);
    const char *cpu = NULL;
    for (int i = 0; e == NULL && i < 2; i++) {
        const char *end = format("-%s", cpus[i]);
        if (!ends_with(name, end))
            continue;
        const char *base = pool_copy(name, strlen(name) - strlen(end));
        e = registry_find(r, base, KIND_TARGET);
        cpu = cpus[i];
    }
    if (e == NULL) {
        struct vec names = registry_names(r, KIND_TARGET);
        stop(
            EXIT_MISTAKE, "unknown target `%s`%s", name,
            suggest(name, &names, format("there are: %s", join(&names, ", "))));
    }
    t->manifest = entry_manifest(e);
    t->flavour = t->manifest->flavour.text;
    t->arch = cpu != NULL ? cpu : host_arch();
    t->sanitize = sanitize;
    if (!one_of(&t->manifest->arch, t->arch, NULL))
        stop(EXIT_MISTAKE, "target `%s` does not exist for %s; choose %s-%s",
             t->manifest->name.text, t->arch, t->manifest->name.text,
             t->manifest->arch.count > 0 ? t->manifest->arch.item[0].text
                                         : "x86_64");
    t->name = format("%s-%s", t->manifest->name.text, t->arch);
    return t;
}

struct target **target_list(struct registry *r, const char *names,
                            bool sanitize, size_t *count)
{
    struct target **list = NULL;
    *count = 0;
    while (*names != '\0') {
        size_t n = strcspn(names, ",");
        if (n == 0)
            stop(EXIT_MISTAKE, "empty name in the list of targets; remove a "
                               "comma");
        struct target *t = target_find(r, pool_copy(names, n), sanitize);
        bool twice = false;
        for (size_t i = 0; i < *count; i++)
            twice = twice || strcmp(list[i]->name, t->name) == 0;
        if (!twice) {
            list = pool_grow(list, *count, sizeof(*list));
            list[(*count)++] = t;
        }
        names += n;
        names += *names == ',';
    }
    if (*count == 0)
        stop(EXIT_MISTAKE, "-t needs a target; try -t unix");
    return list;
}

struct program *program_of_unikernel(const struct manifest *m)
{
    struct program *p = pool_alloc(sizeof(*p));
    p->manifest = m;
    p->id = m->name.text;
    p->label = m->name.text;
    return p;
}

struct program *program_of_test(struct registry *registry,
                                const struct manifest *m,
                                const struct test *item)
{
    struct program *p = pool_alloc(sizeof(*p));
    const char *path = path_of(m->folder, item->file.text);
    p->tested = m;
    if (is_folder(path)) {
        const struct manifest *u =
            registry_manifest(registry, path_of(path, "fata.yml"));
        if (u->kind != KIND_UNIKERNEL)
            mistake(u->name.mark,
                    "a test folder must be a unikernel; write "
                    "`unikernel: %s`",
                    u->name.text);
        registry_paths(registry, u);
        p->manifest = u;
        p->id = format("tests/%s/%s", m->name.text, u->name.text);
        p->label = u->name.text;
        return p;
    }
    const char *file = name_of(path);
    const char *stem = pool_copy(file, strcspn(file, "."));
    p->id = format("tests/%s/%s", m->name.text, stem);
    p->label = stem;
    p->runner = true;

    struct manifest *u = pool_alloc(sizeof(*u));
    u->kind = KIND_UNIKERNEL;
    u->name = (struct word){stem, item->file.mark};
    u->path = path;
    u->folder = m->folder;
    u->cflags = m->cflags;
    u->defines = m->defines;
    u->paths = m->paths;

    struct source *source = pool_alloc(sizeof(*source));
    source->files.item = pool_alloc(sizeof(struct word));
    source->files.item[0] = item->file;
    source->files.count = 1;
    u->sources = (struct list){source, 1, true, item->file.mark};

    bool is_component = m->kind == KIND_COMPONENT;
    struct require *requires =
        pool_alloc((item->requires.count + 1) * sizeof(*requires));
    requires[0].names.item = pool_alloc(2 * sizeof(struct word));
    requires[0].names.item[requires[0].names.count++] =
        (struct word){"test", item->file.mark};
    if (is_component && strcmp(m->name.text, "test") != 0)
    requires[0].names.item[requires[0].names.count++] =
        (struct word){m->name.text, item->file.mark};
    if (item->requires.count != 0)
        memcpy(requires + 1, item->requires.item,
               item->requires.count * sizeof(*requires));
    u->requires = (struct list){requires, item->requires.count + 1, true,
                                item->file.mark};
    p->manifest = u;
    return p;
}
