/* SPDX-License-Identifier: ISC */
/* Headers, archives and .pc files of ports in one folder. */
#define _GNU_SOURCE 1
#include "sysroot.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int copy_below(const char *from, const char *to)
{
    char *all = path_join(from, ".");
    const char *const argv[] = {"cp", "-R", "-P", all, to, NULL};
    int err = 0;

    if (path_is_dir(from) &&
        (make_dirs(to) != 0 ||
         command_run(&(struct command){.argv = argv}) != 0)) {
        msg_error("%s: cannot be copied to %s", from, to);
        err = -1;
    }
    free(all);
    return err;
}

/* -lx for each libx.a. */
static char *libraries(const char *lib)
{
    struct strings names = {0};
    struct text t = {0};

    (void)list_dir(lib, &names);
    for (size_t i = 0; i < names.count; i++)
        if (starts_with(names.item[i], "lib") && ends_with(names.item[i], ".a"))
            text_addf(&t, " -l%.*s", (int)strlen(names.item[i]) - 5,
                      names.item[i] + 3);
    strings_free(&names);
    return text_take(&t);
}

static int write_pc(const char *dir, const char *name, const char *libs,
                    const struct built_port *port)
{
    char *path = xformat("%s/%s.pc", dir, name);
    struct text t = {0};
    int err = 0;

    text_addf(&t,
              "prefix=${pcfiledir}/../..\n\nName: %s\n"
              "Description: port %s\nVersion: %s\n"
              "Libs: -L${prefix}/lib%s\nCflags: -I${prefix}/include\n",
              name, port->name, port->version, libs);
    if (write_file(path, t.data, t.len) != 0) {
        msg_error("%s: %s", path, strerror(errno));
        err = -1;
    }
    free(path);
    text_free(&t);
    return err;
}

static int write_pcs(const char *sysroot, const struct built_port *port)
{
    const char *const own[] = {port->name, NULL};
    const char *const *names =
        port->pkg_config == NULL ? own : port->pkg_config;
    char *lib = path_join(port->dir, "lib");
    char *theirs = path_join(lib, "pkgconfig");
    char *dir = xformat("%s/lib/pkgconfig", sysroot);
    char *libs = libraries(lib);
    bool needed = !path_is_dir(theirs) && strcmp(libs, " -lc") != 0;
    int err = 0;

    if (needed && make_dirs(dir) != 0) {
        msg_error("%s: %s", dir, strerror(errno));
        err = -1;
    }
    for (size_t i = 0; needed && err == 0 && names[i] != NULL; i++)
        err = write_pc(dir, names[i], libs, port);
    free(lib);
    free(theirs);
    free(dir);
    free(libs);
    return err;
}

int sysroot_add(const char *sysroot, const struct built_port *port)
{
    static const char *const part[] = {"include", "lib"};
    int err = 0;

    for (size_t i = 0; err == 0 && i < FATA_COUNT(part); i++) {
        char *from = path_join(port->dir, part[i]);
        char *to = path_join(sysroot, part[i]);

        err = copy_below(from, to);
        free(from);
        free(to);
    }
    return err == 0 ? write_pcs(sysroot, port) : err;
}

static int relocate(const char *path, const char *out)
{
    size_t len = 0;
    char *data = read_file(path, &len);
    struct text t = {0};
    int err = 0;

    for (const char *p = data; p != NULL && *p != '\0';) {
        const char *found = strstr(p, out);
        size_t n = found != NULL ? (size_t)(found - p) : strlen(p);

        text_add_bytes(&t, p, n);
        if (found != NULL)
            text_add(&t, "${pcfiledir}/../..");
        p += n + (found != NULL ? strlen(out) : 0);
    }
    if (t.data == NULL || write_file(path, t.data, t.len) != 0) {
        msg_error("%s: %s", path, strerror(errno));
        err = -1;
    }
    free(data);
    text_free(&t);
    return err;
}

int sysroot_relocate(const char *out)
{
    char *dir = xformat("%s/lib/pkgconfig", out);
    struct strings names = {0};
    int err = 0;

    if (path_is_dir(dir))
        (void)list_dir(dir, &names);
    for (size_t i = 0; err == 0 && i < names.count; i++) {
        char *path = path_join(dir, names.item[i]);

        if (ends_with(path, ".pc"))
            err = relocate(path, out);
        free(path);
    }
    strings_free(&names);
    free(dir);
    return err;
}

void toolchain_variables(const char *folder, const char *arch,
                         struct strings *out)
{
    static const struct {
        const char *name, *tool;
    } tools[] = {{"CC", "cc"},           {"AR", "ar"},
                 {"LD", "ld"},           {"NM", "nm"},
                 {"RANLIB", "ranlib"},   {"STRIP", "strip"},
                 {"OBJCOPY", "objcopy"}, {"PKG_CONFIG", "pkg-config"}};
    static const struct {
        const char *name, *file;
    } files[] = {{"CONFIG_SITE", "config.site"},
                 {"CMAKE_TOOLCHAIN_FILE", "toolchain.cmake"},
                 {"MESON_CROSS_FILE", "cross.ini"}};

    for (size_t i = 0; i < FATA_COUNT(tools); i++)
        strings_addf(out, "%s=%s/bin/%s-fata-%s", tools[i].name, folder, arch,
                     tools[i].tool);
    /* What config.sub knows: the C library is musl. */
    strings_addf(out, "HOST=%s-linux-musl", arch);
    for (size_t i = 0; i < FATA_COUNT(files); i++)
        strings_addf(out, "%s=%s/%s-fata/%s", files[i].name, folder, arch,
                     files[i].file);
}
