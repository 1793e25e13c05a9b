/* SPDX-License-Identifier: ISC */
/* What is in a folder that shall be compiled into an image. */
#define _GNU_SOURCE 1
#include "gen.h"
#include "kv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An image lies in memory, with all of this. */
#define MOST_BYTES ((int64_t)256 << 20)
#define MOST_FILES 65535
#define MOST_DEPTH 32

struct scan {
    struct kv_tree tree;
    struct mark at;
    const char *real; /* the folder itself, without symbolic links */
    int64_t bytes;
};

/* Keys are compared byte by byte, so a name has one spelling only: letters
 * beyond ASCII have several. */
static void check_name(const struct scan *s, const char *name, const char *path)
{
    for (const char *p = name; *p != '\0'; p++)
        if (*p < 0x20 || *p > 0x7e)
            mistake(s->at,
                    "the name of %s has the byte 0x%02x; names are printable "
                    "ASCII, rename it",
                    c_string(shown_path(path)), (unsigned char)*p);
}

/* A link is followed to a file of the same folder. */
static void check_link(const struct scan *s, const char *path, struct stat *st)
{
    char *real = realpath(path, NULL);
    if (real == NULL || stat(real, st) != 0)
        mistake(s->at, "%s is a link that leads nowhere; remove it",
                shown_path(path));
    if (!path_below(real, s->real))
        mistake(s->at, "%s is a link out of the folder; copy what it leads to",
                shown_path(path));
    if (S_ISDIR(st->st_mode))
        mistake(s->at, "%s is a link to a folder; only files may be linked",
                shown_path(path));
    free(real);
}

static void add(struct scan *s, const char *key, const char *path,
                const struct stat *st)
{
    struct kv_tree *t = &s->tree;
    if (access(path, R_OK) != 0)
        mistake(s->at, "cannot read %s: %s; correct its permissions",
                shown_path(path), strerror(errno));
    if (t->count == MOST_FILES)
        mistake(s->at, "the folder has more than %d files; leave some out",
                MOST_FILES);
    if (st->st_size > MOST_BYTES - s->bytes)
        mistake(s->at,
                "with %s the folder is larger than %lld MiB, and images lie "
                "in memory; leave something out",
                shown_path(path), (long long)(MOST_BYTES >> 20));
    s->bytes += st->st_size;
    t->file = pool_grow(t->file, t->count, sizeof(*t->file));
    t->file[t->count++] = (struct kv_file){key, path, st->st_size};
}

static void scan_below(struct scan *s, const char *folder, const char *prefix,
                       int depth)
{
    struct strings names = {0};
    if (depth > MOST_DEPTH)
        mistake(s->at, "%s lies more than %d folders deep; move it up",
                shown_path(folder), MOST_DEPTH);
    if (list_dir(folder, &names) != 0)
        mistake(s->at,
                "cannot read %s: %s; correct the path or its permissions",
                shown_path(folder), strerror(errno));
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.item[i];
        if (name[0] == '.' && strcmp(name, ".well-known") != 0)
            continue;
        const char *path = path_of(folder, name);
        const char *key = format("%s%s", prefix, name);
        struct stat st;
        check_name(s, name, path);
        if (lstat(path, &st) != 0)
            mistake(s->at, "cannot read %s: %s; try again", shown_path(path),
                    strerror(errno));
        if (S_ISLNK(st.st_mode))
            check_link(s, path, &st);
        if (S_ISDIR(st.st_mode))
            scan_below(s, path, format("%s/", key), depth + 1);
        else if (S_ISREG(st.st_mode))
            add(s, key, path, &st);
        else
            mistake(s->at, "%s is neither a file nor a folder; remove it",
                    shown_path(path));
    }
    strings_free(&names);
}

static int by_key(const void *a, const void *b)
{
    const struct kv_file *x = a, *y = b;
    return strcmp(x->key, y->key);
}

struct kv_tree kv_scan(const char *folder, struct mark at)
{
    struct scan s = {.at = at};
    char *real = realpath(folder, NULL);
    if (real == NULL || !is_folder(real))
        mistake(at, "there is no folder %s; create it or correct the path",
                shown_path(folder));
    s.real = format("%s", real);
    free(real);
    scan_below(&s, folder, "", 1);
    if (s.tree.count == 0)
        mistake(at, "folder %s is empty; put the files to serve there",
                shown_path(folder));
    qsort(s.tree.file, s.tree.count, sizeof(*s.tree.file), by_key);
    return s.tree;
}
