/* SPDX-License-Identifier: ISC */
/* Ports: the key of a build, and when to build.  A port is built once for
 * each key, into CACHE/ports/NAME-ARCH-FLAVOUR-KEY/{include,lib,log}. */
#define _GNU_SOURCE 1
#include "port.h"

#include "port_make.h"
#include "source.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_VERSION "fata port 1" /* of how keys and builds are made */

/* What `cc --version` says, asked once per run and compiler. */
static void hash_compiler(struct hash *h, const char *const *cc)
{
    static struct strings known; /* command, answer, command, answer, ... */
    struct strings argv = {0};
    struct text command = {0};
    struct text answer = {0};

    strings_add_all(&argv, cc);
    for (size_t i = 0; i < argv.count; i++)
        text_addf(&command, "%s ", argv.item[i]);
    strings_add(&argv, "--version");
    for (size_t i = 0; answer.data == NULL && i < known.count; i += 2)
        if (strcmp(known.item[i], command.data) == 0)
            text_add(&answer, known.item[i + 1]);
    if (answer.data == NULL) {
        (void)command_run(&(struct command){.argv = strings_list(&argv),
                                            .capture = &answer,
                                            .errors = NULL});
        text_add(&answer, "");
        strings_add(&known, command.data);
        strings_add(&known, answer.data);
    }
    hash_add_text(h, answer.data);
    strings_free(&argv);
    text_free(&command);
    text_free(&answer);
}

/* Names and contents of the files below a folder; what counts of a manifest is
 * counted by itself, and tests do not go into a library. */
static void hash_tree(struct hash *h, const char *dir)
{
    struct strings files = {0};

    (void)list_tree(dir, &files);
    for (size_t i = 0; i < files.count; i++) {
        char *path = path_join(dir, files.item[i]);
        size_t len = 0;
        char *data;

        if (strcmp(files.item[i], "fata.yml") != 0 &&
            !starts_with(files.item[i], "tests/") &&
            !starts_with(files.item[i], "build/") &&
            (data = read_file(path, &len)) != NULL) {
            char sum[SHA256_TEXT];

            sha256_bytes(data, len, sum);
            hash_add_text(h, files.item[i]);
            hash_add_text(h, sum);
            free(data);
        }
        free(path);
    }
    hash_add_text(h, NULL);
    strings_free(&files);
}

static void port_key(const struct port *port, const struct port_env *env,
                     const struct pin *pin, char key[SHA256_TEXT])
{
    struct hash *h = hash_new();
    char *cache = cache_dir();
    char id[SHA256_TEXT];

    pin_id(pin, id);
    hash_add_text(h, KEY_VERSION);
    hash_add_text(h, port->name);
    hash_add_text(h, port->version);
    hash_add_text(h, id);
    hash_add_list(h, port->sources);
    hash_add_list(h, port->include);
    hash_add_list(h, port->cflags);
    hash_add_list(h, port->defines);
    for (const char *const *const *b = port->build; b != NULL && *b != NULL;
         b++)
        hash_add_list(h, *b);
    hash_add_list(h, port->dep_keys);
    hash_add_text(h, env->arch);
    hash_add_text(h, env->flavour);
    hash_add_text(h, env->sanitize ? "sanitize" : "");
    hash_add_list(h, env->cc);
    hash_compiler(h, env->cc);
    /* Flags that only take the names of folders out do not count: a build is
     * the same from every clone. */
    for (const char *const *f = env->cflags; f != NULL && *f != NULL; f++)
        if (!starts_with(*f, "-ffile-prefix-map="))
            hash_add_text(h, *f);
    hash_add_text(h, NULL);
    if (env->toolchain != NULL)
        hash_add_text(h, env->toolchain_key);
    hash_add_text(h, env->ar);
    hash_add_text(h, env->ld);
    hash_tree(h, port->dir);
    /* What lies in the cache has its key in its name. */
    for (const char *const *i = port->dep_include; i != NULL && *i != NULL;
         i++) {
        if (starts_with(*i, cache))
            hash_add_text(h, *i + strlen(cache));
        else
            hash_tree(h, *i);
    }
    free(cache);
    hash_end(h, key);
}

static char *built_dir(const struct port *port, const struct port_env *env,
                       const char *key)
{
    return cache_path("ports/%s-%s-%s%s-%.12s", port->name, env->arch,
                      env->flavour, env->sanitize ? "-sanitize" : "", key);
}

static int fill_result(const char *dir, const char *key,
                       struct port_result *result)
{
    struct strings include = {0};
    struct strings archives = {0};
    struct strings names = {0};
    char *lib = path_join(dir, "lib");

    strings_addf(&include, "%s/include", dir);
    (void)list_dir(lib, &names);
    for (size_t i = 0; i < names.count; i++)
        if (ends_with(names.item[i], ".a"))
            strings_addf(&archives, "%s/%s", lib, names.item[i]);
    if (archives.count == 0)
        archives.item = xcalloc(1, sizeof archives.item[0]);
    *result = (struct port_result){.include = include.item,
                                   .archives = archives.item,
                                   .key = xstrdup(key)};
    strings_free(&names);
    free(lib);
    return 0;
}

void port_result_free(struct port_result *result)
{
    for (size_t i = 0; result->include != NULL && result->include[i]; i++)
        free(result->include[i]);
    for (size_t i = 0; result->archives != NULL && result->archives[i]; i++)
        free(result->archives[i]);
    free(result->include);
    free(result->archives);
    free(result->key);
    *result = (struct port_result){0};
}

static int check_port(const struct port *port)
{
    const char *sum = port->sha256;

    if (port->form_count == 0)
        msg_error("%s/fata.yml: source: is empty: where is %s to come from?",
                  port->dir, port->name);
    else if (port->version == NULL)
        msg_error("%s/fata.yml: version: is missing", port->dir);
    else if (sum == NULL || strlen(sum) != 64 ||
             strspn(sum, "0123456789abcdef") != 64)
        msg_error("%s/fata.yml: sha256: must be the 64 hexadecimal digits "
                  "(small letters) that sha256sum prints for the original "
                  "archive",
                  port->dir);
    else
        return 0;
    return -1;
}

/* One process at a time works on a port: the lock's descriptor, and the empty
 * folder that goes with it; or -1 after a message. */
static int start_work(const struct port *port, char **tmp)
{
    char *dir = cache_path("lock");
    char *path = path_join(dir, port->name);
    char *waiting =
        xformat("%s: another fata is working on it; waiting", port->name);
    int fd = make_dirs(dir) == 0 ? lock_file(path, waiting) : -1;

    *tmp = cache_path("tmp/%s", port->name);
    if (fd < 0)
        msg_error("%s: %s", path, strerror(errno));
    /* Left by a run that was interrupted. */
    if (fd >= 0 && (remove_tree(*tmp) != 0 || make_dirs(*tmp) != 0)) {
        msg_error("%s: %s", *tmp, strerror(errno));
        close(fd);
        fd = -1;
    }
    if (fd < 0) {
        free(*tmp);
        *tmp = NULL;
    }
    free(waiting);
    free(path);
    free(dir);
    return fd;
}

static void end_work(int fd, char *tmp)
{
    (void)remove_tree(tmp);
    free(tmp);
    close(fd);
}

static bool is_built(const struct port *port, const struct port_env *env,
                     const struct pin *pin)
{
    char key[SHA256_TEXT];
    char *dir;
    bool built;

    if (env->cc == NULL) /* only sources are asked for */
        return false;
    port_key(port, env, pin, key);
    dir = built_dir(port, env, key);
    built = path_is_dir(dir);
    free(dir);
    return built;
}

/* The first pin of the plan that has been built, or whose source is here. */
static const struct pin *pick(const struct port *port,
                              const struct port_env *env,
                              const struct source_plan *plan, bool only_built)
{
    const struct pin *pin[] = {plan->has_locked ? &plan->locked : NULL,
                               plan->has_other ? &plan->other : NULL};

    for (size_t i = 0; i < FATA_COUNT(pin); i++)
        if (pin[i] != NULL && (is_built(port, env, pin[i]) ||
                               (!only_built && source_is_cached(port, pin[i]))))
            return pin[i];
    return NULL;
}

/* Builds `pin` into its place unless it is there. */
static int build_pin(const struct port *port, const struct port_env *env,
                     const struct pin *pin, const char *tmp)
{
    char key[SHA256_TEXT];
    char *dir;
    char *parent;
    char *source = source_dir(port, pin);
    char *out = path_join(tmp, "out");
    char *log = path_join(tmp, "log");
    char *kept = path_join(out, "log");
    int err = 0;

    port_key(port, env, pin, key);
    dir = built_dir(port, env, key);
    parent = path_dir(dir);
    if (path_is_dir(dir))
        goto out;
    err = source_unpack(port, pin, tmp);
    if (err == 0) {
        msg_note("%s %s: building for %s-%s%s", port->name, port->version,
                 env->arch, env->flavour, env->sanitize ? " (sanitize)" : "");
        err = port_make(port, env, source, tmp, out, log);
    }
    if (err == 0 && ((path_exists(log) && rename(log, kept) != 0) ||
                     make_dirs(parent) != 0 || rename(out, dir) != 0)) {
        msg_error("%s: %s", dir, strerror(errno));
        err = -1;
    }
out:
    free(dir);
    free(parent);
    free(source);
    free(out);
    free(log);
    free(kept);
    return err;
}

static int work(const struct port *port, const struct port_env *env,
                const struct source_plan *plan, bool build, struct pin *used,
                const struct pin **pin)
{
    char *tmp;
    int fd = start_work(port, &tmp);
    int err = 0;

    if (fd < 0)
        return -1;
    *pin = pick(port, env, plan, false);
    if (*pin == NULL) {
        err = source_fetch(port, env, plan, false, tmp, used);
        *pin = err == 0 ? used : NULL;
    }
    if (err == 0)
        err = build ? build_pin(port, env, *pin, tmp)
                    : source_unpack(port, *pin, tmp);
    end_work(fd, tmp);
    return err;
}

int port_build(const struct port *port, const struct port_env *env_in,
               struct port_result *result)
{
    struct port_env env = *env_in;
    struct source_plan plan;
    struct pin used = {0};
    const struct pin *pin;
    int err;

    *result = (struct port_result){0};
    if (env.jobs == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);

        env.jobs = cores > 0 ? (unsigned)cores : 1;
    }
    if (check_port(port) != 0 || source_plan(port, &env, &plan) != 0)
        return -1;
    pin = pick(port, &env, &plan, true);
    err = pin != NULL ? 0 : work(port, &env, &plan, true, &used, &pin);
    if (err == 0)
        err = source_settle(port, &env, &plan, pin);
    if (err == 0) {
        char key[SHA256_TEXT];
        char *dir;

        port_key(port, &env, pin, key);
        dir = built_dir(port, &env, key);
        err = fill_result(dir, key, result);
        free(dir);
    }
    pin_free(&used);
    source_plan_free(&plan);
    return err;
}

int port_fetch(const struct port *port, const struct port_env *env, char **dir,
               struct pin *out)
{
    struct source_plan plan;
    struct pin used = {0};
    const struct pin *pin = NULL;
    int err;

    if (check_port(port) != 0 || source_plan(port, env, &plan) != 0)
        return -1;
    err = work(port, env, &plan, false, &used, &pin);
    if (err == 0)
        err = source_settle(port, env, &plan, pin);
    if (err == 0)
        *dir = source_dir(port, pin);
    if (err == 0 && out != NULL)
        pin_copy(pin, out);
    pin_free(&used);
    source_plan_free(&plan);
    return err;
}

static const char *revision(const struct pin *pin)
{
    return pin->revision != NULL ? pin->revision : "the upstream archive";
}

static bool equal_pins(const struct pin *a, const struct pin *b)
{
    char x[SHA256_TEXT];
    char y[SHA256_TEXT];

    pin_id(a, x);
    pin_id(b, y);
    return strcmp(x, y) == 0;
}

/* Of one port: what fata.lock has, and what it shall have. */
struct pinning {
    struct source_plan plan;
    char *was; /* an entry for another version of the port */
    struct pin used;
    const struct pin *pin;
};

static char *locked_before(const struct port *port, const struct port_env *env)
{
    struct pin old;
    char *was = NULL;

    if (lock_read(env->lock_path, port->name, &old) == 1) {
        was = xformat("%s of %s", revision(&old), old.version);
        pin_free(&old);
    }
    return was;
}

static int pin_one(const struct port *port, const struct port_env *env,
                   bool newest, struct pinning *p)
{
    const struct source_plan nothing = {0};
    char *tmp;
    int fd;
    int err;

    if (check_port(port) != 0 || source_plan(port, env, &p->plan) != 0)
        return -1;
    if (!p->plan.has_locked)
        p->was = locked_before(port, env);
    if (!newest)
        return work(port, env, &p->plan, false, &p->used, &p->pin);
    fd = start_work(port, &tmp);
    if (fd < 0)
        return -1;
    err = source_fetch(port, env, &nothing, true, tmp, &p->used);
    end_work(fd, tmp);
    p->pin = &p->used;
    return err;
}

static void say_pinned(const struct port *port, const struct pinning *p)
{
    if (!p->plan.has_locked && p->was != NULL)
        msg_note("%s %s: %s -> %s", port->name, port->version, p->was,
                 revision(p->pin));
    else if (!p->plan.has_locked)
        msg_note("%s %s: pinned to %s", port->name, port->version,
                 revision(p->pin));
    else if (equal_pins(&p->plan.locked, p->pin))
        msg_note("%s %s: %s is still the newest on offer", port->name,
                 port->version, revision(p->pin));
    else
        msg_note("%s %s: %s -> %s", port->name, port->version,
                 revision(&p->plan.locked), revision(p->pin));
}

int port_pin(const struct port *ports, size_t count, const struct port_env *env,
             bool newest)
{
    struct pinning *p = xcalloc(count, sizeof p[0]);
    struct lock_entry *entry = xcalloc(count, sizeof entry[0]);
    size_t entries = 0;
    size_t failed = 0;
    int err = 0;

    /* All are tried, so that one run tells all that is wrong. */
    for (size_t i = 0; i < count; i++) {
        if (pin_one(&ports[i], env, newest, &p[i]) != 0)
            failed++;
        else if (newest || !p[i].plan.has_locked)
            entry[entries++] = (struct lock_entry){ports[i].name, p[i].pin};
    }
    if (failed != 0) {
        msg_error("%s stays as it was, because of %s",
                  path_base(env->lock_path),
                  failed == 1 ? "that port" : "those ports");
        err = -1;
    } else if (entries != 0) {
        err = lock_write(env->lock_path, entry, entries);
    }
    for (size_t i = 0; i < count; i++) {
        if (err == 0 && (newest || !p[i].plan.has_locked))
            say_pinned(&ports[i], &p[i]);
        free(p[i].was);
        pin_free(&p[i].used);
        source_plan_free(&p[i].plan);
    }
    free(entry);
    free(p);
    return err;
}
