/* SPDX-License-Identifier: ISC */
/* fata build, clean, env. */
#define _GNU_SOURCE 1
#include "commands.h"
#include "sysroot.h"
#include "toolchain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cmd_build(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    int status = session_build(s, builds, count);
    if (status != 0)
        return status;
    for (size_t i = 0; i < count; i++)
        printf("%s\n", image_path(s, builds[i]));
    return 0;
}

int cmd_clean(const struct options *o)
{
    struct session *s = session_open(o, only_folder(o));
    /* The toolkit's own build folder also holds this tool. */
    static const char *const parts[] = {"gen", "obj", "build.ninja",
                                        ".ninja_log", ".ninja_deps"};
    if (!is_folder(s->build))
        return 0;
    session_lock(s);
    struct vec remove = {0};
    if (strcmp(s->project, fata_root()) == 0) {
        struct vec targets = registry_names(&s->registry, KIND_TARGET);
        struct strings names = {0};
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
            push(&remove, path_of(s->build, parts[i]));
        if (list_dir(s->build, &names) == 0)
            for (size_t i = 0; i < names.count; i++)
                for (size_t j = 0; j < targets.count; j++)
                    if (starts_with(names.item[i],
                                    format("%s-", targets.item[j])))
                        push_once(&remove, path_of(s->build, names.item[i]));
        strings_free(&names);
    } else {
        push(&remove, s->build);
    }
    push(&remove, path_of(s->project, "compile_commands.json"));
    for (size_t i = 0; i < remove.count; i++)
        if (remove_tree(remove.item[i]) < 0)
            stop(EXIT_FAILED, "cannot remove %s: %s",
                 shown_path(remove.item[i]), strerror(errno));
    session_unlock(s);
    return 0;
}

static void variable(const char *name, const char *value)
{
    printf("%s='", name);
    for (; *value != '\0'; value++)
        if (*value == '\'')
            printf("'\\''");
        else
            putchar(*value);
    printf("'\n");
}

/* The toolchain of the project, with the ports that its program requires; the
 * cache has it.
 * folder  of the program, or NULL: there is none */
static void toolchain_env(const struct options *o, struct session *s,
                          struct target *t, const char *folder)
{
    struct session *chain = toolchain_session(o, s->lock_path);
    struct vec ports = {0};
    struct strings v = {0};
    char id[SHA256_TEXT];
    const char *who = format("%s %s", s->project, folder != NULL ? folder : "");
    if (folder != NULL) {
        const struct manifest *m = session_unikernel(s, folder);
        struct build *b =
            build_resolve(&s->registry, program_of_unikernel(m), t);
        registry_scan(&chain->registry, s->project);
        registry_paths(&chain->registry, m);
        for (size_t i = 0; i < b->unit_count; i++)
            if (b->unit[i]->manifest->source.given)
                push(&ports, b->unit[i]->manifest->name.text);
    }
    sha256_bytes(who, strlen(who), id);
    const char *place =
        format("%s/%.12s%s", chain->project, id, s->use_clang ? "-clang" : "");
    /* Of that registry: it is another one. */
    t = target_find(&chain->registry, t->name, false);
    toolchain_make(chain, place, &t, 1, &ports);
    toolchain_variables(place, t->arch, &v);
    for (size_t i = 0; i < v.count; i++) {
        char *value = strchr(v.item[i], '=');
        *value = '\0';
        variable(v.item[i], value + 1);
    }
    strings_free(&v);
}

int cmd_env(const struct options *o)
{
    const char *folder = only_folder(o), *why;
    struct session *s = session_open(o, folder);
    size_t count;
    struct target *t =
        s->targets != NULL
            ? target_list(&s->registry, s->targets, s->sanitize, &count)[0]
            : best_target(s, &why);
    struct flavour *f = flavour_for(t, s->project, s->use_clang);
    char *cache = cache_dir();
    variable("FATA_ROOT", fata_root());
    variable("FATA_CACHE", cache);
    free(cache);
    variable("FATA_PROJECT", s->project);
    variable("FATA_TARGET", t->name);
    variable("FATA_ARCH", t->arch);
    variable("FATA_FLAVOUR", t->flavour);
    if (f->is_image) {
        toolchain_env(o, s, t,
                      is_file(path_of(folder, "fata.yml")) ? folder : NULL);
    } else {
        variable("CC", join(&f->cc, " "));
        variable("CFLAGS", join(&f->cflags, " "));
        variable("LDFLAGS", join(&f->link, " "));
        variable("AR", f->ar);
        variable("LD", f->ld);
    }
    if (t->manifest->script.text != NULL)
        variable("FATA_SCRIPT",
                 path_of(t->manifest->folder, t->manifest->script.text));
    if (tender_path(t) != NULL)
        variable("FATA_TENDER", tender_path(t));
    return 0;
}
