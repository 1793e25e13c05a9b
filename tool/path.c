/* SPDX-License-Identifier: ISC */
/* Paths and files in terms of the pool; failures end the tool. */
#define _GNU_SOURCE 1
#include "text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *current_folder(void)
{
    static char folder[PATH_MAX];
    if (folder[0] == '\0' && getcwd(folder, sizeof(folder)) == NULL)
        snprintf(folder, sizeof(folder), "/");
    return folder;
}

bool path_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    if (n == 1 && folder[0] == '/')
        return path[0] == '/';
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

const char *shown_path(const char *path)
{
    const char *here = current_folder();
    if (strcmp(here, "/") == 0 || !path_below(path, here))
        return path;
    path += strlen(here);
    return path[0] == '/' ? path + 1 : ".";
}

char *path_of(const char *folder, const char *name)
{
    char *full;
    if (name[0] == '/')
        full = format("%s", name);
    else if (folder[0] == '/')
        full = format("%s/%s", folder, name);
    else
        full = format("%s/%s/%s", current_folder(), folder, name);
    /* Squeeze in place: `to` never passes `from`. */
    char *to = full, *from = full;
    while (*from != '\0') {
        while (*from == '/')
            from++;
        size_t n = strcspn(from, "/");
        if (n == 0 || (n == 1 && from[0] == '.')) {
            from += n;
        } else if (n == 2 && from[0] == '.' && from[1] == '.') {
            while (to > full && *--to != '/')
                ;
            from += n;
        } else {
            *to++ = '/';
            memmove(to, from, n);
            to += n;
            from += n;
        }
    }
    if (to == full)
        *to++ = '/';
    *to = '\0';
    return full;
}

const char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    if (slash == path)
        return "/";
    return pool_copy(path, (size_t)(slash - path));
}

const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *slurp(const char *path, size_t *size)
{
    size_t n;
    char *data = read_file(path, &n);
    if (data == NULL)
        return NULL;
    char *copy = pool_copy(data, n);
    free(data);
    if (size != NULL)
        *size = n;
    return copy;
}

void make_folders(const char *path)
{
    if (make_dirs(path) < 0)
        stop(EXIT_FAILED, "cannot make folder %s: %s", shown_path(path),
             strerror(errno));
}

void write_changed(const char *path, const struct buf *t)
{
    make_folders(folder_of(path));
    if (write_file_if_changed(path, t->size == 0 ? "" : t->data, t->size) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", shown_path(path),
             strerror(errno));
}

const char *first_line_of(const char *const *argv)
{
    struct text t = {0}, errors = {0};
    struct command c = {.argv = argv, .capture = &t, .errors = &errors};
    const char *line = NULL;
    if (command_run(&c) == 0 && t.data != NULL)
        line = pool_copy(t.data, strcspn(t.data, "\n"));
    text_free(&t);
    text_free(&errors);
    return line;
}

const char *host_arch(void)
{
    struct utsname u;
    if (uname(&u) != 0)
        return "x86_64";
    return format("%s", u.machine);
}
