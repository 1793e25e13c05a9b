/* SPDX-License-Identifier: ISC */
/* fata add: names into the `requires` of a program, and their sources into
 * fata.lock.  Both files are written when all is known to be good. */
#include "commands.h"
#include "edit.h"
#include "licence.h"
#include "port.h"
#include "ports.h"
#include "requirement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A name that `m` requires: where, or NULL. */
static const struct word *required(const struct manifest *m, const char *name,
                                   bool *conditional)
{
    LIST_FOR(struct require, r, m->requires)
    {
        for (size_t i = 0; i < r->names.count; i++)
            if (strcmp(requirement_read(&r->names.item[i]).name, name) == 0) {
                *conditional = r->when.target.given || r->when.flavour.given ||
                               r->when.arch.given;
                return &r->names.item[i];
            }
    }
    return NULL;
}

/* Which of the words are new; the others are told. */
static struct vec new_items(const struct session *s, const struct manifest *m,
                            const struct vec *words)
{
    struct vec items = {0}, names = {0};
    for (size_t i = 0; i < words->count; i++) {
        struct word word = {words->item[i], {NULL, 0, 0}};
        const char *name = requirement_read(&word).name;
        bool conditional = false, interface = false;
        const struct word *at = required(m, name, &conditional);
        struct vec known = registry_names(&s->registry, KIND_COMPONENT);
        for (size_t k = 0; k < s->registry.count; k++)
            if (s->registry.entry[k].provides != NULL) {
                interface = interface ||
                            strcmp(name, s->registry.entry[k].provides) == 0;
                push_once(&known, s->registry.entry[k].provides);
            }
        if (!interface && !contains(&known, name)) {
            if (registry_find((struct registry *)(uintptr_t)&s->registry, name,
                              KIND_UNIKERNEL | KIND_TARGET) != NULL)
                stop(EXIT_MISTAKE,
                     "`%s` is no component, so it cannot be required; nothing "
                     "was changed",
                     name);
            stop(EXIT_MISTAKE,
                 "unknown component `%.60s`%s; nothing was changed", name,
                 suggest(name, &known,
                         "its folder must lie in the project, in the "
                         "toolkit, or below one of `paths`"));
        }
        if (at != NULL)
            printf("%s is required already (%s:%d%s)\n", name,
                   shown_path(at->mark.file), at->mark.line,
                   conditional ? ", under a condition" : "");
        else if (push_once(&names, name))
            push(&items, word.text);
    }
    return items;
}

/* The manifest as it will be, in place of the one in the file. */
static struct manifest *changed(struct session *s, const char *path,
                                const char *text)
{
    struct manifest *m = manifest_parse(path, text, strlen(text));
    manifest_check(m);
    for (size_t i = 0; i < s->registry.count; i++)
        if (strcmp(s->registry.entry[i].path, path) == 0)
            s->registry.entry[i].manifest = m;
    return m;
}

/* Is the new manifest the old one, but for these items? */
static bool only_added(const struct manifest *old, const struct manifest *new,
                       const struct vec *items)
{
    bool conditional = false;
    size_t more = 0;
    LIST_FOR(struct require, r, new->requires) more += r->names.count;
    LIST_FOR(struct require, r, old->requires) more -= r->names.count;
    for (size_t i = 0; i < items->count; i++) {
        struct word word = {items->item[i], {NULL, 0, 0}};
        if (required(new, requirement_read(&word).name, &conditional) == NULL ||
            conditional)
            return false;
    }
    return more == items->count && old->sources.count == new->sources.count &&
           old->devices.count == new->devices.count &&
           old->keys.count == new->keys.count &&
           old->cases.count == new->cases.count;
}

/* Headers that it has for others: the first few, by their names in #include. */
static const char *headers_of(const struct vec *folders)
{
    struct vec some = {0};
    size_t more = 0;
    for (size_t i = 0; i < folders->count; i++) {
        struct strings files = {0};
        if (is_file(folders->item[i])) /* of a port */
            strings_add(&files, name_of(folders->item[i]));
        else
            (void)list_tree(folders->item[i], &files);
        for (size_t k = 0; k < files.count; k++) {
            if (!ends_with(files.item[k], ".h"))
                continue;
            if (some.count < 6)
                push(&some, format("<%s>", files.item[k]));
            else
                more++;
        }
        strings_free(&files);
    }
    if (some.count == 0)
        return NULL;
    return more == 0 ? join(&some, ", ")
                     : format("%s and %zu more", join(&some, ", "), more);
}

static void tell(struct session *s, const struct build *b, const char *name)
{
    const struct unit *u = NULL;
    for (size_t i = 0; i < b->unit_count; i++)
        if (strcmp(b->unit[i]->manifest->name.text, name) == 0 ||
            (b->unit[i]->manifest->provides.text != NULL &&
             strcmp(b->unit[i]->manifest->provides.text, name) == 0))
            u = b->unit[i];
    if (u == NULL) {
        printf("%s\n", name);
        return;
    }
    const struct manifest *m = u->manifest;
    const char *licence = m->licence.text;
    if (licence == NULL && path_below(m->path, fata_root()))
        licence = LICENCE_OWN;
    printf("%s%s%s (%s)%s%s\n", name, m->version.text != NULL ? " " : "",
           m->version.text != NULL ? m->version.text : "",
           licence != NULL ? licence : "its licence is not said",
           m->doc.text != NULL ? ": " : "",
           m->doc.text != NULL ? m->doc.text : "");
    struct vec folders = {0};
    if (m->source.given) {
        struct pin pin = {0};
        const char *source = ports_source(s, m, &pin);
        pin_free(&pin);
        for (size_t i = 0; i < m->include.count; i++) {
            const char *word = m->include.item[i].text;
            push(&folders,
                 path_of(starts_with(word, "./") ? m->folder : source, word));
        }
    } else if (m->include.given) {
        for (size_t i = 0; i < m->include.count; i++)
            push(&folders, path_of(m->folder, m->include.item[i].text));
    } else {
        push(&folders, path_of(m->folder, "include"));
    }
    const char *headers = headers_of(&folders);
    if (headers != NULL)
        printf("  headers: %s\n", headers);
    LIST_FOR(struct kind, k, m->kinds)
    printf("  devices of kind %s (%s)\n", k->name.text, k->type.text);
    LIST_FOR(struct key, k, m->keys)
    printf("  key --%s%s%s\n", k->name.text, k->doc.text != NULL ? ": " : "",
           k->doc.text != NULL ? k->doc.text : "");
}

int cmd_add(const struct options *o)
{
    struct vec words = {0};
    size_t count, size;
    const char *folder = folder_and_names(o, &words);
    struct session *s = session_open(o, folder);
    struct manifest *old = session_unikernel(s, folder), *new;
    if (words.count == 0)
        stop(EXIT_MISTAKE, "give a name: fata add NAME...; `fata add --help` "
                           "tells more");
    struct vec items = new_items(s, old, &words);
    if (items.count == 0)
        return 0;
    const char *path = old->path;
    const char *text = slurp(path, &size);
    if (text == NULL)
        stop(EXIT_FAILED, "cannot read %s: %s", shown_path(path),
             strerror(errno));
    const char *edited = edit_requires(path, text, size, &items);
    new = changed(s, path, edited);
    if (!only_added(old, new, &items))
        stop(EXIT_FAILED,
             "%s is written in a way that cannot be changed here; add `%s` to "
             "its `requires` by hand",
             shown_path(path), join(&items, ", "));
    struct build **builds = session_resolve(s, folder, &count);
    const struct manifest **ports = NULL;
    size_t port_count = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < builds[i]->unit_count; k++) {
            const struct manifest *m = builds[i]->unit[k]->manifest;
            bool there = !m->source.given;
            for (size_t j = 0; j < port_count; j++)
                there = there || ports[j] == m;
            if (there)
                continue;
            ports = pool_grow((void *)(uintptr_t)ports, port_count,
                              sizeof(const struct manifest *));
            ports[port_count++] = m;
        }
    if (ports_pin(s, ports, port_count, false) != 0) {
        msg_error("%s stays as it was", shown_path(path));
        return EXIT_FAILED;
    }
    if (write_file(path, edited, strlen(edited)) != 0)
        stop(EXIT_FAILED, "cannot write %s: %s", shown_path(path),
             strerror(errno));
    for (size_t i = 0; i < items.count; i++) {
        struct word word = {items.item[i], {NULL, 0, 0}};
        tell(s, builds[0], requirement_read(&word).name);
    }
    return 0;
}
