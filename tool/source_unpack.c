/* SPDX-License-Identifier: ISC */
/* Archives become a folder: tar or zip archives without their single top
 * folder, Debian source packages with their patches, files of binary packages
 * without the folders they have in common. */
#define _GNU_SOURCE 1
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs a program of the unpacking; -1 after a message with its words. */
static int run(const struct port *port, const char *what,
               const char *const *argv, const char *cwd)
{
    const char *const env[] = {"LC_ALL=C", NULL};
    struct text said = {0};
    int status = command_run(&(struct command){.argv = argv,
                                               .cwd = cwd,
                                               .env = env,
                                               .capture = &said,
                                               .errors = &said});

    if (status != 0)
        msg_error("%s: %s: %s failed (status %d)\n%s", port->name, what,
                  argv[0], status, said.data != NULL ? said.data : "");
    text_free(&said);
    return status == 0 ? 0 : -1;
}

/* Moves the contents of `from` to `dir`: of its only folder, if that is all
 * it has. */
static int move_top(const char *from, const char *dir)
{
    struct strings names = {0};
    char *top = NULL;
    int err = list_dir(from, &names);

    if (err == 0 && names.count == 1)
        top = path_join(from, names.item[0]);
    if (err == 0)
        err = rename(top != NULL && path_is_dir(top) ? top : from, dir);
    if (err != 0)
        msg_error("%s: %s", dir, strerror(errno));
    free(top);
    strings_free(&names);
    return err;
}

static int extract(const struct port *port, const char *archive,
                   const char *into)
{
    const char *const tar[] = {
        "tar", "-x", "--no-same-owner", "-f", archive, "-C", into, NULL};
    const char *const zip[] = {"unzip", "-q", archive, "-d", into, NULL};

    if (make_dirs(into) != 0) {
        msg_error("%s: %s", into, strerror(errno));
        return -1;
    }
    return run(port, path_base(archive), ends_with(archive, ".zip") ? zip : tar,
               NULL);
}

static int unpack_plain(const struct port *port, const char *archive,
                        const char *tmp, const char *dir)
{
    char *into = path_join(tmp, "top");
    int err = extract(port, archive, into);

    if (err == 0)
        err = move_top(into, dir);
    free(into);
    return err;
}

static const char *find_file(const struct strings *files, const char *part,
                             const char *end)
{
    for (size_t i = 0; i < files->count; i++) {
        const char *name = path_base(files->item[i]);

        if (strstr(name, part) != NULL && ends_with(name, end) &&
            !ends_with(name, ".asc") && !ends_with(name, ".sig"))
            return files->item[i];
    }
    return NULL;
}

/* debian/patches, in the order of its series file. */
static int apply_series(const struct port *port, const char *dir)
{
    char *path = path_join(dir, "debian/patches/series");
    char *text = read_file(path, NULL);
    struct strings line = {0};
    int err = 0;

    if (text != NULL)
        strings_add_split(&line, text, "\n");
    for (size_t i = 0; err == 0 && i < line.count; i++) {
        char *name = xstrndup(line.item[i], strcspn(line.item[i], " \t\r#"));
        char *patch = xformat("debian/patches/%s", name);
        const char *const argv[] = {"patch", "-p1", "-s", "-f",
                                    "-i",    patch, NULL};

        if (name[0] != '\0')
            err = run(port, patch, argv, dir);
        free(patch);
        free(name);
    }
    strings_free(&line);
    free(text);
    free(path);
    return err;
}

/* Without dpkg-source: formats 3.0 (quilt), 3.0 (native) and 1.0. */
static int unpack_by_hand(const struct port *port, const struct strings *files,
                          const char *tmp, const char *dir)
{
    const char *original = find_file(files, ".orig.tar.", "");
    const char *packaging = find_file(files, ".debian.tar.", "");
    const char *diff = find_file(files, ".diff.", ".gz");
    const char *needed = packaging != NULL || diff != NULL ? "patch" : "tar";
    char *tool = path_program(needed);
    int err;

    if (tool == NULL) {
        msg_error("%s: neither dpkg-source nor %s is installed, and one is "
                  "needed to apply the distribution's patches: apt-get "
                  "install dpkg-dev",
                  port->name, needed);
        return -1;
    }
    free(tool);
    if (original == NULL)
        original = find_file(files, ".tar.", "");
    if (original == NULL) {
        msg_error("%s: the source package has no archive", port->name);
        return -1;
    }
    err = unpack_plain(port, original, tmp, dir);
    if (err == 0 && packaging != NULL) {
        err = extract(port, packaging, dir);
        if (err == 0)
            err = apply_series(port, dir);
    }
    if (err == 0 && diff != NULL) {
        const char *const argv[] = {
            "sh", "-c", "gzip -dc \"$1\" | patch -p1 -s -f", "sh", diff, NULL};

        err = run(port, path_base(diff), argv, dir);
    }
    return err;
}

static int unpack_debian(const struct port *port, const struct strings *files,
                         const char *tmp, const char *dir)
{
    const char *dsc = find_file(files, "", ".dsc");
    char *tool = path_program("dpkg-source");
    int err;

    if (tool == NULL || dsc == NULL) {
        err = unpack_by_hand(port, files, tmp, dir);
    } else {
        /* Its own checks ask for gpg: ours are done. */
        const char *const argv[] = {"dpkg-source", "-q", "--no-check", "-x",
                                    dsc,           dir,  NULL};

        err = run(port, path_base(dsc), argv, tmp);
    }
    free(tool);
    return err;
}

/* How much of the files' paths is folders that they have in common. */
static size_t common_folders(const struct pin *pin)
{
    const char *first = pin->files[0].name;
    size_t common = (size_t)(path_base(first) - first);

    for (size_t i = 1; i < pin->file_count; i++)
        while (common > 0 && strncmp(first, pin->files[i].name, common) != 0)
            do
                common--;
            while (common > 0 && first[common - 1] != '/');
    return common;
}

static int place_files(const struct port *port, const struct pin *pin,
                       const char *dir)
{
    size_t common = common_folders(pin);
    int err = 0;

    for (size_t i = 0; err == 0 && i < pin->file_count; i++) {
        const struct pin_file *file = &pin->files[i];
        char *from = archive_get(file->name, file->sha256);
        char *to = path_join(dir, file->name + common);
        char *folder = path_dir(to);
        size_t len = 0;
        char *data = from != NULL ? read_file(from, &len) : NULL;

        if (data == NULL || make_dirs(folder) != 0 ||
            write_file(to, data, len) != 0) {
            msg_error("%s: %s: %s", port->name, file->name, strerror(errno));
            err = -1;
        }
        free(data);
        free(folder);
        free(to);
        free(from);
    }
    return err;
}

int unpack_archives(const struct port *port, const struct pin *pin,
                    const char *tmp, const char *dir)
{
    struct strings files = {0};
    int err = 0;

    if (strcmp(pin->form, "debian-binary") == 0)
        return place_files(port, pin, dir);
    for (size_t i = 0; err == 0 && i < pin->file_count; i++) {
        char *from = archive_get(pin->files[i].name, pin->files[i].sha256);
        char *link = path_join(tmp, pin->files[i].name);

        /* Side by side, as dpkg-source wants them. */
        if (from == NULL || symlink(from, link) != 0) {
            msg_error("%s: %s cannot be used", port->name, pin->files[i].name);
            err = -1;
        }
        strings_add(&files, link);
        free(link);
        free(from);
    }
    if (err == 0)
        err = strcmp(pin->form, "debian") == 0
                  ? unpack_debian(port, &files, tmp, dir)
                  : unpack_plain(port, files.item[0], tmp, dir);
    strings_free(&files);
    return err;
}
