/* SPDX-License-Identifier: ISC */
/* fata toolchain: what is in an image besides the program, in the form that
 * configure, CMake and Meson expect of a cross compiler:
 *
 *   bin/<cpu>-fata-cc, -ar, -ld, ..., -pkg-config
 *   <cpu>-fata/include          the C library's headers, and those of ports
 *   <cpu>-fata/lib              archives; libfata-<target>.a and its layout
 *   <cpu>-fata/lib/pkgconfig    .pc files of ports
 *   <cpu>-fata/toolchain.cmake, cmake/, cross.ini, config.site
 */
#define _GNU_SOURCE 1
#include "toolchain.h"
#include "commands.h"
#include "ports.h"
#include "sysroot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct chain {
    struct session *s;
    const char *folder, *arch, *sysroot;
    const struct flavour *f;
};

static void write_text(const char *path, const struct buf *t, bool program)
{
    make_folders(folder_of(path));
    write_changed(path, t);
    if (program && chmod(path, 0755) != 0)
        stop(EXIT_FAILED, "%s: %s", path, strerror(errno));
}

static void run(const char *const *argv)
{
    struct vec words = {0};
    push_all(&words, argv);
    if (command_run(&(struct command){.argv = argv}) != 0)
        stop(EXIT_FAILED, "failed: %s", join(&words, " "));
}

/* A program without a source, for what `fata build` would link with one. */
static struct program *program_for(const struct vec *ports)
{
    static const struct mark nowhere = {"fata toolchain", 1, 1};
    struct manifest *m = pool_alloc(sizeof(*m));
    struct require *r = pool_alloc(sizeof(*r));
    r->names.item = pool_alloc((ports->count + 1) * sizeof(struct word));
    r->names.item[r->names.count++] = (struct word){"plain", nowhere};
    for (size_t i = 0; i < ports->count; i++)
        r->names.item[r->names.count++] =
            (struct word){ports->item[i], nowhere};
    m->kind = KIND_UNIKERNEL;
    m->name = (struct word){"toolchain", nowhere};
    m->path = nowhere.file;
    m->folder = ".";
    m->requires = (struct list){r, 1, true, nowhere};
    return program_of_unikernel(m);
}

/* Of the compiler and its flags: what must be so for an image. */
static void machine_flags(const struct flavour *f, struct vec *out)
{
    for (size_t i = 0; i < f->port_cflags.count; i++) {
        const char *flag = f->port_cflags.item[i];
        if (strcmp(flag, "-O2") != 0 && strcmp(flag, "-g") != 0 &&
            strcmp(flag, "-nostdinc") != 0)
            push(out, flag);
    }
}

/* With fata beside it: the folder can be moved. */
static bool installed(const struct chain *c)
{
    return is_file(format("%s/bin/fata", c->folder));
}

static const char *self_for(const struct chain *c)
{
    return installed(c) ? "$here/fata" : self_path();
}

static void write_cc(const struct chain *c)
{
    struct vec ask = {0}, flags = {0};
    struct buf t = {0};
    push_all(&ask, c->f->cc.item);
    push(&ask, "-print-libgcc-file-name");
    const char *libgcc = first_line_of(ask.item);
    if (libgcc == NULL)
        stop(EXIT_FAILED, "%s does not say where libgcc is", ask.item[0]);
    machine_flags(c->f, &flags);
    buf_add(&t,
            "#!/bin/sh\n"
            "# Made by fata; changes are lost.\n"
            "here=$(cd \"${0%%/*}\" && pwd) || exit\n"
            "exec \"%s\" __cc %s \"${here%%/*}/%s-fata\" %s %s",
            self_for(c), c->arch, c->arch, shell_word(c->f->builtin),
            shell_word(libgcc));
    add_words(&t, &c->f->cc);
    add_words(&t, &flags);
    buf_add(&t, " -- \"$@\"\n");
    write_text(format("%s/bin/%s-fata-cc", c->folder, c->arch), &t, true);
}

static void write_pkg_config(const struct chain *c)
{
    struct buf t = {0};
    buf_add(&t,
            "#!/bin/sh\n"
            "# Made by fata; changes are lost.\n"
            "# The libraries of images, and none of this machine.\n"
            "here=$(cd \"${0%%/*}\" && pwd) || exit\n"
            "unset PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR\n"
            "PKG_CONFIG_LIBDIR=${here%%/*}/%s-fata/lib/pkgconfig exec "
            "pkg-config --static \"$@\"\n",
            c->arch);
    write_text(format("%s/bin/%s-fata-pkg-config", c->folder, c->arch), &t,
               true);
}

static void link_tools(const struct chain *c)
{
    static const char *const names[] = {"ar",      "ld",      "nm",
                                        "ranlib",  "strip",   "objcopy",
                                        "objdump", "readelf", "size"};
    const char *prefix = c->f->cross ? format("%s-linux-gnu-", c->arch) : "";
    for (size_t i = 0; i < FATA_COUNT(names); i++) {
        char *real = path_program(format("%s%s", prefix, names[i]));
        const char *path =
            format("%s/bin/%s-fata-%s", c->folder, c->arch, names[i]);
        if (real == NULL)
            stop(EXIT_FAILED, "there is no %s%s here", prefix, names[i]);
        (void)unlink(path);
        if (symlink(real, path) != 0)
            stop(EXIT_FAILED, "%s: %s", path, strerror(errno));
        free(real);
    }
}

static void write_cmake(const struct chain *c)
{
    struct buf t = {0}, platform = {0};
    buf_add(&t,
            "# Made by fata; changes are lost.\n"
            "set(CMAKE_SYSTEM_NAME Fata)\n"
            "set(CMAKE_SYSTEM_PROCESSOR %s)\n"
            "list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/cmake)\n"
            "set(_fata ${CMAKE_CURRENT_LIST_DIR}/../bin/%s-fata-)\n"
            "set(CMAKE_C_COMPILER ${_fata}cc)\n"
            "set(CMAKE_ASM_COMPILER ${_fata}cc)\n",
            c->arch, c->arch);
    static const char *const tools[] = {
        "AR", "LD", "NM", "RANLIB", "STRIP", "OBJCOPY", "OBJDUMP", "READELF"};
    for (size_t i = 0; i < FATA_COUNT(tools); i++) {
        buf_add(&t, "set(CMAKE_%s ${_fata}", tools[i]);
        for (const char *p = tools[i]; *p != '\0'; p++)
            buf_add(&t, "%c", *p - 'A' + 'a');
        buf_add(&t, " CACHE FILEPATH \"\")\n");
    }
    buf_add(&t, "set(PKG_CONFIG_EXECUTABLE ${_fata}pkg-config CACHE FILEPATH "
                "\"\")\n"
                "set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR})\n"
                "set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)\n"
                "set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)\n"
                "set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)\n"
                "set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)\n");
    write_text(format("%s/toolchain.cmake", c->sysroot), &t, false);
    buf_add(&platform,
            "# Made by fata; changes are lost.\n"
            "set(UNIX 1)\n"
            "set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)\n"
            "set(CMAKE_DL_LIBS \"\")\n"
            "set(CMAKE_SYSTEM_INCLUDE_PATH /include)\n"
            "set(CMAKE_SYSTEM_LIBRARY_PATH /lib)\n"
            "set(CMAKE_SYSTEM_PREFIX_PATH /)\n"
            "set(CMAKE_FIND_LIBRARY_PREFIXES lib)\n"
            "set(CMAKE_FIND_LIBRARY_SUFFIXES .a)\n");
    write_text(format("%s/cmake/Platform/Fata.cmake", c->sysroot), &platform,
               false);
}

/* Meson does not know where its file is: it is told, or finds what is
 * installed in $PATH. */
static void write_meson(const struct chain *c)
{
    static const char *const tools[] = {"c",     "ar",      "nm", "ranlib",
                                        "strip", "objcopy", "ld", "pkgconfig"};
    const char *bin = installed(c) ? "" : format("%s/bin/", c->folder);
    struct buf t = {0};
    buf_add(&t, "# Made by fata; changes are lost.\n[binaries]\n");
    for (size_t i = 0; i < FATA_COUNT(tools); i++)
        buf_add(&t, "%s = '%s%s-fata-%s'\n", tools[i], bin, c->arch,
                i == 0                               ? "cc"
                : strcmp(tools[i], "pkgconfig") == 0 ? "pkg-config"
                                                     : tools[i]);
    buf_add(&t,
            "\n[built-in options]\ndefault_library = 'static'\n"
            "b_staticpic = false\nb_pie = false\nb_asneeded = false\n"
            "b_lundef = false\n\n"
            "[host_machine]\nsystem = 'fata'\ncpu_family = '%s'\n"
            "cpu = '%s'\nendian = 'little'\n",
            c->arch, c->arch);
    write_text(format("%s/cross.ini", c->sysroot), &t, false);
}

static void write_site(const struct chain *c)
{
    struct buf t = {0};
    buf_add(&t, "# Made by fata; changes are lost.\n"
                "# Sourced by configure scripts: what no link can tell.\n"
                "enable_shared=no\nenable_static=yes\n"
                "ac_cv_func_malloc_0_nonnull=yes\n"
                "ac_cv_func_realloc_0_nonnull=yes\n"
                "ac_cv_func_memcmp_working=yes\n"
                "ac_cv_func_mmap_fixed_mapped=no\n");
    write_text(format("%s/config.site", c->sysroot), &t, false);
}

/* What the link of fata-cc finds there besides archives. */
static void write_libraries(const struct chain *c)
{
    static const char *const none[] = {"m",    "pthread", "rt",     "dl",
                                       "util", "crypt",   "resolv", "xnet"};
    struct buf empty = {0}, specs = {0};
    buf_add(&empty, "!<arch>\n");
    for (size_t i = 0; i < FATA_COUNT(none); i++)
        write_text(format("%s/lib/lib%s.a", c->sysroot, none[i]), &empty,
                   false);
    /* In place of the folders of this machine's libraries. */
    buf_add(&specs, "*link_libgcc:\n-nostdlib\n\n");
    write_text(format("%s/lib/gcc.specs", c->sysroot), &specs, false);
}

/* Archives of ours in one, and the layout. */
static void add_target(const struct chain *c, const struct build *b,
                       const struct link *l)
{
    const struct manifest *m = b->target->manifest;
    const char *lib = path_of(c->sysroot, "lib");
    const char *archive = format("%s/libfata-%s.a", lib, m->name.text);
    const char *script = format("%s.ar", archive);
    struct buf t = {0};
    buf_add(&t, "CREATE %s\n", archive);
    for (size_t i = 0; i < l->made.count; i++)
        if (ends_with(l->made.item[i], ".a"))
            buf_add(&t, "ADDLIB %s\n", l->made.item[i]);
    buf_add(&t, "SAVE\nEND\n");
    write_text(script, &t, false);
    run((const char *const[]){"sh", "-c", "exec \"$0\" -M <\"$1\"", c->f->ar,
                              script, NULL});
    (void)unlink(script);
    run((const char *const[]){"cp", path_of(m->folder, m->script.text),
                              format("%s/%s.ld", lib, m->name.text), NULL});
}

static void add_ports(const struct chain *c, const struct build *b)
{
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        const char *folder = ports_folder(b, b->unit[i]);
        struct vec names = {0};
        for (size_t k = 0; k < m->pkg_config.count; k++)
            push(&names, m->pkg_config.item[k].text);
        const struct built_port port = {m->name.text, m->version.text, folder,
                                        names.item};
        if (folder != NULL && sysroot_add(c->sysroot, &port) != 0)
            exit(EXIT_FAILED);
    }
}

/* All that determines what is in it. */
static const char *state_of(const struct chain *c, struct build **builds,
                            size_t count)
{
    struct hash *h = hash_new();
    struct vec flags = {0};
    char key[SHA256_TEXT];
    (void)sha256_file(self_path(), key); /* what is written here */
    hash_add_text(h, key);
    hash_add_text(h, self_for(c));
    hash_add_list(h, c->f->cc.item);
    machine_flags(c->f, &flags);
    hash_add_list(h, flags.item);
    for (size_t i = 0; i < count; i++) {
        const struct link *l = ninja_link(c->s, builds[i]);
        if (strcmp(builds[i]->target->arch, c->arch) != 0)
            continue;
        hash_add_text(h, builds[i]->target->name);
        for (size_t k = 0; k < builds[i]->unit_count; k++) {
            const struct words *names =
                &builds[i]->unit[k]->manifest->pkg_config;
            for (size_t n = 0; n < names->count; n++)
                hash_add_text(h, names->item[n].text);
        }
        for (size_t k = 0; k < l->count; k++) {
            struct stat st = {0};
            (void)stat(l->input[k].path, &st);
            if (ends_with(l->input[k].path, ".o"))
                continue;
            hash_add_text(h, l->input[k].path);
            hash_add(h, &st.st_mtim, sizeof(st.st_mtim));
        }
        const struct manifest *t = builds[i]->target->manifest;
        char sum[SHA256_TEXT] = "";
        (void)sha256_file(path_of(t->folder, t->script.text), sum);
        hash_add_text(h, sum);
    }
    hash_end(h, key);
    return format("%s", key);
}

static void make_for(struct chain *c, struct build **builds, size_t count)
{
    const char *made = path_of(c->sysroot, "made");
    const char *state = state_of(c, builds, count);
    const char *old = slurp(made, NULL);
    struct buf t = {0};
    bool ports = false;
    if (old != NULL && strcmp(old, state) == 0)
        return;
    if (remove_tree(c->sysroot) != 0)
        stop(EXIT_FAILED, "%s: %s", c->sysroot, strerror(errno));
    make_folders(path_of(c->sysroot, "lib/pkgconfig"));
    make_folders(path_of(c->folder, "bin"));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(builds[i]->target->arch, c->arch) != 0)
            continue;
        if (!ports) /* all targets have the same */
            add_ports(c, builds[i]);
        ports = true;
        add_target(c, builds[i], ninja_link(c->s, builds[i]));
    }
    write_libraries(c);
    write_cc(c);
    write_pkg_config(c);
    link_tools(c);
    write_cmake(c);
    write_meson(c);
    write_site(c);
    buf_add(&t, "%s", state);
    write_changed(made, &t);
}

struct session *toolchain_session(const struct options *o,
                                  const char *lock_path)
{
    char id[SHA256_TEXT];
    char *cache = cache_dir();
    const char *root = fata_root();
    sha256_bytes(root, strlen(root), id);
    const char *project = format("%s/toolchain/%.12s", cache, id);
    free(cache);
    make_folders(project);
    struct session *s = session_in(o, project, lock_path);
    s->sanitize = false;
    s->quiet = true;
    return s;
}

void toolchain_make(struct session *s, const char *folder,
                    struct target **targets, size_t count,
                    const struct vec *ports)
{
    struct build **builds = pool_alloc(count * sizeof(*builds));
    struct vec outputs = {0}, cpus = {0};
    struct program *p = program_for(ports);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(targets[i]->flavour, "image") != 0 ||
            targets[i]->manifest->script.text == NULL)
            stop(EXIT_MISTAKE,
                 "target `%s` has no toolchain: it has the C library of this "
                 "machine, and its compiler",
                 targets[i]->manifest->name.text);
        builds[i] = build_resolve(&s->registry, p, targets[i]);
        push_once(&cpus, targets[i]->arch);
    }
    session_generate(s, builds, count);
    for (size_t i = 0; i < count; i++) {
        const struct link *l = ninja_link(s, builds[i]);
        for (size_t k = 0; k < l->made.count; k++)
            if (ends_with(l->made.item[k], ".a"))
                push_once(&outputs, l->made.item[k]);
    }
    if (ninja_run(s, &outputs) != 0)
        exit(EXIT_FAILED);
    for (size_t i = 0; i < cpus.count; i++) {
        const char *arch = cpus.item[i];
        struct chain c = {s, folder, arch, format("%s/%s-fata", folder, arch),
                          NULL};
        for (size_t k = 0; k < count; k++)
            if (strcmp(targets[k]->arch, arch) == 0)
                c.f = flavour_for(targets[k], s->project, s->use_clang);
        make_for(&c, builds, count);
    }
    session_unlock(s);
}

/* All targets of the toolkit that have images, for this CPU. */
static struct target **image_targets(struct session *s, size_t *count)
{
    struct vec names = registry_names(&s->registry, KIND_TARGET);
    struct target **list = NULL;
    *count = 0;
    for (size_t i = 0; i < names.count; i++) {
        struct entry *e =
            registry_find(&s->registry, names.item[i], KIND_TARGET);
        const struct manifest *m = entry_manifest(e);
        bool here = !m->arch.given;
        for (size_t k = 0; k < m->arch.count; k++)
            here = here || strcmp(m->arch.item[k].text, host_arch()) == 0;
        if (strcmp(m->flavour.text, "image") != 0 || !here)
            continue;
        list = pool_grow(list, *count, sizeof(*list));
        list[(*count)++] = target_find(&s->registry, names.item[i], false);
    }
    return list;
}

int cmd_toolchain(const struct options *o)
{
    if (o->words.count == 0)
        stop(EXIT_MISTAKE, "where to? `fata toolchain FOLDER [PORT...]`");
    struct session *s = toolchain_session(o, path_of(fata_root(), "fata.lock"));
    struct vec ports = {0};
    size_t count;
    for (size_t i = 1; i < o->words.count; i++) {
        const char *name = o->words.item[i];
        struct entry *e = registry_find(&s->registry, name, KIND_COMPONENT);
        struct vec names = registry_names(&s->registry, KIND_COMPONENT);
        if (e == NULL || !entry_manifest(e)->source.given)
            stop(EXIT_MISTAKE, "there is no port `%s`%s", name,
                 suggest(name, &names, "see docs/ports.md"));
        push(&ports, name);
    }
    struct target **targets =
        s->targets != NULL
            ? target_list(&s->registry, s->targets, false, &count)
            : image_targets(s, &count);
    const char *folder = path_of(".", o->words.item[0]);
    toolchain_make(s, folder, targets, count, &ports);
    printf("%s\n", folder);
    return 0;
}
