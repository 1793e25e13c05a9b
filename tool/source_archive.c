/* SPDX-License-Identifier: ISC */
/* CACHE/archives: files by their hash.  Nothing enters without being hashed,
 * and nothing is used without being hashed again. */
#define _GNU_SOURCE 1
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *cache_path(const char *format, ...)
{
    char *cache = cache_dir();
    char *below = NULL;
    char *path;
    va_list args;

    va_start(args, format);
    if (vasprintf(&below, format, args) < 0)
        die(1, "out of memory");
    va_end(args);
    path = path_join(cache, below);
    free(cache);
    free(below);
    return path;
}

static char *archive_path(const char *name, const char *sha256)
{
    return cache_path("archives/%s/%s", sha256, path_base(name));
}

char *archive_get(const char *name, const char *sha256)
{
    char *path = archive_path(name, sha256);
    char found[SHA256_TEXT];

    if (sha256_file(path, found) == 0 && strcmp(found, sha256) == 0)
        return path;
    if (path_exists(path)) {
        msg_warn("%s: damaged in the cache, removed", path);
        (void)remove_tree(path);
    }
    free(path);
    return NULL;
}

void archive_refused(const char *port, const char *name, const char *expected,
                     const char *found)
{
    static struct strings said; /* a second attempt gets the same file */
    char *text = xformat("%s: %s is refused: it is not the file that was asked "
                         "for\n  expected SHA-256 %s\n  found            %s",
                         port, name, expected, found);

    if (!strings_have(&said, text)) {
        msg_error("%s", text);
        strings_add(&said, text);
    }
    free(text);
}

int archive_put(const char *port, const char *path, const char *name,
                const char *sha256)
{
    char *to = archive_path(name, sha256);
    char *dir = path_dir(to);
    char found[SHA256_TEXT];
    size_t len = 0;
    char *data = read_file(path, &len);
    int err = -1;

    /* What is hashed is what is stored: one copy in memory. */
    if (data == NULL) {
        msg_error("%s: %s: %s", port, path_base(path), strerror(errno));
    } else {
        sha256_bytes(data, len, found);
        if (strcmp(found, sha256) != 0)
            archive_refused(port, path_base(name), sha256, found);
        else if (make_dirs(dir) != 0 || write_file(to, data, len) != 0)
            msg_error("%s: %s", to, strerror(errno));
        else
            err = 0;
    }
    free(data);
    free(dir);
    free(to);
    return err;
}
