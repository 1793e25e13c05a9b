/* SPDX-License-Identifier: ISC */
/* Building one port: a list of C files by a small build.ninja, or the port's
 * own commands in a copy of its source. */
#define _GNU_SOURCE 1
#include "port_make.h"

#include "sysroot.h"
#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAIL 30 /* lines of a failed build that are shown */

static char *join_words(const char *const *list, const char *before)
{
    struct text t = {0};

    for (; list != NULL && *list != NULL; list++)
        text_addf(&t, "%s%s%s", t.len > 0 ? " " : "", before, *list);
    return text_take(&t);
}

/* The last lines of the log, and where the rest is. */
static void show_failure(const struct port *port, const struct port_env *env,
                         const char *log)
{
    char *cache = cache_dir();
    char *dir = path_join(cache, "failed");
    char *kept =
        xformat("%s/%s-%s-%s.log", dir, port->name, env->arch, env->flavour);
    size_t len = 0;
    char *data = read_file(log, &len);
    size_t lines = 0;
    char *start;

    if (data == NULL)
        data = xstrdup("");
    if (make_dirs(dir) != 0 || write_file(kept, data, len) != 0)
        msg_error("%s: %s", kept, strerror(errno));
    while (len > 0 && data[len - 1] == '\n')
        data[--len] = '\0';
    for (start = data + len; start > data; start--)
        if (start[-1] == '\n' && ++lines == LOG_TAIL)
            break;
    msg_error("%s %s: the build for %s-%s failed; its last lines:\n%s\n"
              "fata: all of it: %s",
              port->name, port->version, env->arch, env->flavour, start, kept);
    free(data);
    free(kept);
    free(dir);
    free(cache);
}

/* What a build must not inherit: it is not for this host. */
static void clean_environment(struct strings *e)
{
    static const char *const drop[] = {"CPATH",
                                       "C_INCLUDE_PATH",
                                       "CPLUS_INCLUDE_PATH",
                                       "LIBRARY_PATH",
                                       "LDFLAGS",
                                       "LIBS",
                                       "PKG_CONFIG_PATH",
                                       "PKG_CONFIG_LIBDIR",
                                       "MAKEFLAGS",
                                       "MFLAGS",
                                       "MAKELEVEL",
                                       "CONFIG_SITE",
                                       "DESTDIR",
                                       NULL};

    strings_add_all(e, drop);
    strings_add(e, "LC_ALL=C");
    strings_add(e, "TZ=UTC");
    strings_add(e, "SOURCE_DATE_EPOCH=1");
}

static char *ranlib_of(const char *ar)
{
    size_t len = strlen(ar);

    if (!ends_with(ar, "ar"))
        return xstrdup("ranlib");
    return xformat("%.*sranlib", (int)(len - 2), ar);
}

/* The tools in `folder`, and what build systems read; without a toolchain the
 * same words mean a build for this host. */
static void add_toolchain(const struct port *port, const struct port_env *env,
                          const char *folder, struct strings *e)
{
    if (env->toolchain == NULL) {
        struct text prefixes = {0}, flags = {0};

        for (size_t i = 0; i < port->dep_count; i++) {
            text_addf(&prefixes, "%s%s", i > 0 ? ":" : "", port->deps[i].dir);
            text_addf(&flags, "%s-L%s/lib", i > 0 ? " " : "",
                      port->deps[i].dir);
        }
        text_add(&prefixes, "");
        text_add(&flags, "");
        strings_addf(e, "CMAKE_PREFIX_PATH=%s", prefixes.data);
        strings_addf(e, "LDFLAGS=%s", flags.data);
        text_free(&prefixes);
        text_free(&flags);
        strings_add(e, "HOST=");
        strings_add(e, "MESON_FILE=--native-file=/dev/null");
        strings_add(e, "CMAKE_TOOLCHAIN_FILE");
        return;
    }
    toolchain_variables(folder, env->arch, e);
    strings_addf(e, "MESON_FILE=--cross-file=%s/%s-fata/cross.ini", folder,
                 env->arch);
    strings_addf(e, "SYSROOT=%s/%s-fata", folder, env->arch);
    strings_add(e, "FATA_TARGET");
}

static void make_environment(const struct port *port,
                             const struct port_env *env, const char *work,
                             const char *toolchain, const char *out,
                             struct strings *e)
{
    char *cc = join_words(env->cc, "");
    char *flags = join_words(env->cflags, "");
    char *more = join_words(port->cflags, "");
    char *include = join_words(port->dep_include, "-I");
    char *defines = join_words(port->defines, "-D");
    char *ranlib = ranlib_of(env->ar);

    clean_environment(e);
    if (env->toolchain == NULL) {
        strings_addf(e, "CC=%s", cc);
        strings_addf(e, "AR=%s", env->ar);
        strings_addf(e, "LD=%s", env->ld != NULL ? env->ld : "ld");
        strings_addf(e, "RANLIB=%s", ranlib);
    }
    add_toolchain(port, env, toolchain, e);
    strings_addf(e,
                 "CFLAGS=%s -ffile-prefix-map=%s=%s-%s "
                 "-ffile-prefix-map=%s=%s%s%s",
                 flags, work, port->name, port->version, port->dir, port->name,
                 more[0] != '\0' ? " " : "", more);
    strings_addf(e, "CPPFLAGS=%s%s%s", include, defines[0] != '\0' ? " " : "",
                 defines);
    strings_addf(e, "SRC=%s", work);
    strings_addf(e, "PORT=%s", port->dir);
    strings_addf(e, "OUT=%s", out);
    strings_addf(e, "JOBS=%u", env->jobs);
    strings_addf(e, "ARCH=%s", env->arch);
    strings_addf(e, "FLAVOUR=%s", env->flavour);
    free(cc);
    free(flags);
    free(more);
    free(include);
    free(defines);
    free(ranlib);
}

static const char *variable(const struct strings *e, const char *name,
                            size_t len)
{
    for (size_t i = 0; i < e->count; i++)
        if (strncmp(e->item[i], name, len) == 0 && e->item[i][len] == '=')
            return e->item[i] + len + 1;
    return NULL;
}

/* $NAME and ${NAME} of the variables above; anything else stays as it is. */
static void expand_word(const struct strings *e, const char *word,
                        struct strings *argv)
{
    struct text t = {0};

    while (*word != '\0') {
        const char *name = word[1] == '{' ? word + 2 : word + 1;
        size_t len = word[0] != '$' ? 0
                                    : strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "_");
        bool closed = word[0] == '$' && (word[1] != '{' || name[len] == '}');
        const char *value = len > 0 && closed ? variable(e, name, len) : NULL;

        if (value == NULL) {
            text_add_bytes(&t, word, 1);
            word++;
            continue;
        }
        text_add(&t, value);
        word = name + len + (word[1] == '{');
    }
    strings_add(argv, t.data != NULL ? t.data : "");
    text_free(&t);
}

static void log_command(const char *log, const struct strings *argv)
{
    size_t len = 0;
    char *old = read_file(log, &len);
    struct text t = {0};

    if (old != NULL)
        text_add_bytes(&t, old, len);
    text_add(&t, "$");
    for (size_t i = 0; i < argv->count; i++)
        text_addf(&t, " %s", argv->item[i]);
    text_add(&t, "\n");
    (void)write_file(log, t.data, t.len);
    text_free(&t);
    free(old);
}

/* The toolchain for `build`, with the ports that are required. */
static int make_toolchain(const struct port *port, const struct port_env *env,
                          const char *folder, const char *log)
{
    char *sysroot = xformat("%s/%s-fata", folder, env->arch);
    struct strings argv = {0};
    int err;

    strings_add_all(&argv, env->toolchain);
    strings_add(&argv, folder);
    log_command(log, &argv);
    err =
        command_run(&(struct command){.argv = strings_list(&argv), .log = log});
    for (size_t i = 0; err == 0 && i < port->dep_count; i++)
        err = sysroot_add(sysroot, &port->deps[i]);
    strings_free(&argv);
    free(sysroot);
    return err == 0 ? 0 : -1;
}

/* `build:` in a copy of the source. */
static int run_commands(const struct port *port, const struct port_env *env,
                        const char *work, const char *tmp, const char *out,
                        const char *log)
{
    struct strings e = {0};
    char *toolchain = path_join(tmp, "toolchain");
    int status = 0;

    if (env->toolchain != NULL)
        status = make_toolchain(port, env, toolchain, log);
    make_environment(port, env, work, toolchain, out, &e);
    for (const char *const *const *b = port->build; status == 0 && *b != NULL;
         b++) {
        struct strings argv = {0};

        /* A script expands by itself, and knows its quotes. */
        if ((*b)[1] != NULL && strcmp((*b)[1], "-c") == 0)
            strings_add_all(&argv, *b);
        else
            for (const char *const *w = *b; *w != NULL; w++)
                expand_word(&e, *w, &argv);
        log_command(log, &argv);
        status = command_run(&(struct command){.argv = strings_list(&argv),
                                               .cwd = work,
                                               .env = strings_list(&e),
                                               .log = log});
        strings_free(&argv);
    }
    strings_free(&e);
    free(toolchain);
    return status == 0 ? sysroot_relocate(out) : -1;
}

static int run_ninja(const struct port_env *env, const char *tmp,
                     const char *log)
{
    char *jobs = xformat("-j%u", env->jobs);
    const char *const argv[] = {"ninja", jobs, NULL};
    struct strings e = {0};
    int status;

    clean_environment(&e);
    status = command_run(&(struct command){.argv = argv,
                                           .cwd = tmp,
                                           .env = strings_list(&e),
                                           .log = log});
    strings_free(&e);
    free(jobs);
    return status == 0 ? 0 : -1;
}

static bool is_header(const char *name)
{
    static const char *const end[] = {".h",   ".hh",  ".hpp", ".hxx",
                                      ".inc", ".def", ".ipp", ".inl"};

    for (size_t i = 0; i < FATA_COUNT(end); i++)
        if (ends_with(name, end[i]))
            return true;
    return false;
}

static int copy_header(const char *from, const char *to)
{
    size_t len = 0;
    char *dir = path_dir(to);
    char *data = read_file(from, &len);
    int err =
        data != NULL && make_dirs(dir) == 0 ? write_file(to, data, len) : -1;

    free(data);
    free(dir);
    return err;
}

/* A header of `include:`, or those below a folder; an earlier one's go before.
 */
static int copy_headers(const char *from, const char *to)
{
    struct strings files = {0};
    int err = 0;

    if (!path_is_dir(from)) {
        const char *slash = strrchr(from, '/');
        char *target = path_join(to, slash != NULL ? slash + 1 : from);
        err = copy_header(from, target);
        free(target);
        return err;
    }
    err = list_tree(from, &files);

    for (size_t i = 0; err == 0 && i < files.count; i++) {
        char *source = path_join(from, files.item[i]);
        char *target = path_join(to, files.item[i]);

        if (is_header(target) && !path_exists(target))
            err = copy_header(source, target);
        free(source);
        free(target);
    }
    strings_free(&files);
    return err;
}

static int collect_headers(const struct port *port, const char *tree,
                           const char *include)
{
    int err = 0;

    for (const char *const *i = port->include;
         err == 0 && i != NULL && *i != NULL; i++) {
        char *dir = port_resolve(port, tree, *i);

        err = copy_headers(dir, include);
        if (err != 0)
            msg_error("%s/fata.yml: include: %s: %s", port->dir, *i,
                      strerror(errno));
        free(dir);
    }
    return err;
}

static int copy_tree(const char *from, const char *to)
{
    char *all = path_join(from, ".");
    const char *const argv[] = {"cp", "-R", "-P", "-p", all, to, NULL};
    /* All of one age: the distribution's patches would have made a Makefile.am
     * newer than what was made from it. */
    const char *const age[] = {"find", to,   "-type", "f", "-exec", "touch",
                               "-d",   "@1", "{}",    "+", NULL};
    int status =
        make_dirs(to) == 0 ? command_run(&(struct command){.argv = argv}) : 1;
    if (status == 0)
        status = command_run(&(struct command){.argv = age});

    free(all);
    if (status != 0)
        msg_error("%s: the source cannot be copied there", to);
    return status == 0 ? 0 : -1;
}

int port_make(const struct port *port, const struct port_env *env,
              const char *source, const char *tmp, const char *out,
              const char *log)
{
    bool commands = port->build != NULL;
    char *work = path_join(tmp, "work");
    char *lib = path_join(out, "lib");
    char *include = path_join(out, "include");
    int err = make_dirs(lib);

    if (err == 0)
        err = make_dirs(include);
    if (err != 0)
        msg_error("%s: %s", out, strerror(errno));
    if (err == 0 && commands)
        err = copy_tree(source, work);
    else if (err == 0 && port->sources != NULL)
        err = port_write_ninja(port, env, source, tmp, out);
    if (err == 0 && (commands || port->sources != NULL)) {
        err = commands ? run_commands(port, env, work, tmp, out, log)
                       : run_ninja(env, tmp, log);
        if (err != 0)
            show_failure(port, env, log);
    }
    if (err == 0)
        err = collect_headers(port, commands ? work : source, include);
    free(work);
    free(lib);
    free(include);
    return err;
}
