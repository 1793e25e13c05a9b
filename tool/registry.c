/* SPDX-License-Identifier: ISC */
/* Finds manifests.  Reads only the first lines of those that a build does not
 * need, so that a mistake in one does not stop the others. */
#define _GNU_SOURCE 1
#include "registry.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST = 12 };

const char *self_path(void)
{
    static char path[PATH_MAX];
    if (path[0] == '\0') {
        ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
        if (n <= 0)
            stop(EXIT_FAILED, "cannot find my own executable; is /proc there?");
        path[n] = '\0';
    }
    return path;
}

const char *fata_root(void)
{
    static const char *root;
    if (root != NULL)
        return root;
    const char *given = getenv("FATA_ROOT");
    if (given != NULL && given[0] != '\0') {
        if (!is_folder(given))
            stop(EXIT_MISTAKE,
                 "FATA_ROOT is %s, which is no folder; set it "
                 "to the toolkit's",
                 given);
        return root = path_of(".", given);
    }
    const char *bin = folder_of(self_path());
    const char *tree = path_of(bin, "../..");
    if (strcmp(name_of(bin), "host") == 0 &&
        is_file(path_of(tree, "base/fata.yml")))
        return root = tree;
    const char *share = path_of(bin, "../share/fata");
    if (is_folder(share))
        return root = share;
    stop(EXIT_FAILED,
         "the toolkit is not at %s; run `make install` again, or "
         "set FATA_ROOT",
         share);
}

/* Value of `key: value` at the start of a line, or NULL. */
static const char *top_value(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || line[n] != ':')
        return NULL;
    line += n + 1;
    line += strspn(line, " \t");
    size_t size = strcspn(line, " \t\r\n#");
    const char *value = pool_copy(line, size);
    return is_name(value) ? value : NULL;
}

static void peek(struct registry *r, const char *path)
{
    const char *data = slurp(path, NULL);
    struct entry e = {.path = path};
    int line = 1;
    for (const char *p = data; p != NULL && *p != '\0'; line++) {
        const char *name;
        if ((name = top_value(p, "component")) != NULL)
            e.kind = KIND_COMPONENT;
        else if ((name = top_value(p, "unikernel")) != NULL)
            e.kind = KIND_UNIKERNEL;
        else if ((name = top_value(p, "target")) != NULL)
            e.kind = KIND_TARGET;
        if (name != NULL) {
            e.name = name;
            e.line = line;
        }
        const char *provides = top_value(p, "provides");
        if (provides != NULL)
            e.provides = provides;
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    if (e.name == NULL)
        return;
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->entry[i].path, path) == 0)
            return;
        if (strcmp(r->entry[i].name, e.name) == 0 &&
            r->entry[i].kind == e.kind && e.kind != KIND_UNIKERNEL)
            mistake((struct mark){path, e.line, 1},
                    "two of one name: `%s` is also %s; rename one", e.name,
                    shown_path(r->entry[i].path));
    }
    r->entry = pool_grow(r->entry, r->count, sizeof(e));
    r->entry[r->count++] = e;
}

static void scan(struct registry *r, const char *folder, int depth)
{
    DIR *dir = opendir(folder);
    if (dir == NULL || depth > DEEPEST) {
        if (dir != NULL)
            closedir(dir);
        return;
    }
    struct vec below = {0};
    struct dirent *d;
    while ((d = readdir(dir)) != NULL) {
        if (strcmp(d->d_name, "fata.yml") == 0)
            peek(r, format("%s/fata.yml", folder));
        if (d->d_name[0] == '.' || strcmp(d->d_name, "build") == 0 ||
            strcmp(d->d_name, "tests") == 0)
            continue;
        const char *path = format("%s/%s", folder, d->d_name);
        if (d->d_type == DT_DIR || (d->d_type == DT_UNKNOWN && is_folder(path)))
            push(&below, path);
    }
    closedir(dir);
    for (size_t i = 0; i < below.count; i++)
        if (strcmp(below.item[i], fata_root()) != 0)
            scan(r, below.item[i], depth + 1);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->path,
                  ((const struct entry *)b)->path);
}

void registry_scan(struct registry *r, const char *root)
{
    for (size_t i = 0; i < r->roots.count; i++)
        if (strcmp(r->roots.item[i], root) == 0)
            return;
    push(&r->roots, root);
    scan(r, root, 0);
    if (r->count > 1)
        qsort(r->entry, r->count, sizeof(*r->entry), by_path);
}

void registry_paths(struct registry *r, const struct manifest *m)
{
    for (size_t i = 0; i < m->paths.count; i++) {
        const struct word *w = &m->paths.item[i];
        const char *folder = path_of(m->folder, w->text);
        if (!is_folder(folder))
            mistake(w->mark, "`%s` is no folder; correct the path", w->text);
        registry_scan(r, folder);
    }
}

struct entry *registry_find(struct registry *r, const char *name,
                            unsigned kinds)
{
    for (size_t i = 0; i < r->count; i++)
        if ((r->entry[i].kind & kinds) != 0 &&
            strcmp(r->entry[i].name, name) == 0)
            return &r->entry[i];
    return NULL;
}

struct vec registry_names(const struct registry *r, unsigned kinds)
{
    struct vec names = {0};
    for (size_t i = 0; i < r->count; i++)
        if ((r->entry[i].kind & kinds) != 0)
            push_once(&names, r->entry[i].name);
    return names;
}

struct manifest *entry_manifest(struct entry *e)
{
    if (e->manifest == NULL) {
        e->manifest = manifest_read(e->path);
        manifest_check(e->manifest);
    }
    return e->manifest;
}

struct manifest *registry_manifest(struct registry *r, const char *path)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->entry[i].path, path) == 0)
            return entry_manifest(&r->entry[i]);
    struct manifest *m = manifest_read(path);
    manifest_check(m);
    return m;
}
