/* SPDX-License-Identifier: ISC */
/* fata licenses: what is in an image, under which licences, and the texts that
 * whoever passes it on has to pass on with it. */
#include "commands.h"
#include "parts.h"
#include "size.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int width(const struct parts *all,
                 const char *(*text)(const struct part *))
{
    size_t most = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->part[i].used && strlen(text(&all->part[i])) > most)
            most = strlen(text(&all->part[i]));
    return (int)most;
}

static const char *name_text(const struct part *p)
{
    return p->name;
}

static const char *version_text(const struct part *p)
{
    if (p->unit == NULL || p->version == NULL)
        return "-";
    return p->version;
}

static const char *licence_text(const struct part *p)
{
    return p->licence != NULL ? p->licence : "not said";
}

static void show(const struct parts *all)
{
    const struct build *b = all->b;
    int name = width(all, name_text), version = width(all, version_text),
        licence = width(all, licence_text);
    struct vec unused = {0}, silent = {0}, licences = {0};
    printf("%s for %s\n\n", b->program->manifest->name.text, b->target->name);
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        if (!p->used) {
            if (p->unit != NULL)
                push(&unused, p->name);
            continue;
        }
        if (p->licence != NULL)
            push_once(&licences, p->licence);
        else
            push(&silent, p->name);
        printf("  %-*s  %-*s  %-*s  %9s  ", name, p->name, version,
               version_text(p), licence, licence_text(p), grouped(p->bytes));
        for (size_t k = 0; k < p->texts.count; k++)
            printf("%s%s", k == 0 ? "" : " ", shown_path(p->texts.item[k]));
        printf("%s\n", p->texts.count != 0  ? ""
                       : p->unit == NULL    ? "part of the compiler"
                       : p->licence == NULL ? "-"
                                            : "no text of it was found");
    }
    printf("\n  licences: %s\n", join(&licences, ", "));
    if (silent.count != 0)
        printf("  no licence is said of: %s\n", join(&silent, ", "));
    if (unused.count != 0)
        printf("  required, and not in the image: %s\n", join(&unused, ", "));
    if (strcmp(b->target->flavour, "host") == 0)
        printf("  the image uses this machine's C library, which is no part "
               "of it\n");
}

/* Each text once, with the names of those that it is of. */
static void show_texts(const struct parts *all)
{
    struct vec shown = {0};
    for (size_t i = 0; i < all->count; i++) {
        const struct part *p = &all->part[i];
        for (size_t k = 0; p->used && k < p->texts.count; k++) {
            const char *path = p->texts.item[k], *text;
            struct vec names = {0};
            if (!push_once(&shown, path))
                continue;
            for (size_t j = i; j < all->count; j++)
                if (all->part[j].used && contains(&all->part[j].texts, path))
                    push(&names, all->part[j].name);
            text = slurp(path, NULL);
            if (text == NULL)
                stop(EXIT_FAILED, "cannot read %s: %s", path, strerror(errno));
            printf("\n=== %s: %s\n\n%s%s", join(&names, ", "), name_of(path),
                   text, text[0] != '\0' && ends_with(text, "\n") ? "" : "\n");
        }
    }
}

int cmd_licenses(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    int status = session_build(s, builds, count);
    if (status != 0)
        return status;
    session_lock(s);
    for (size_t i = 0; i < count; i++) {
        const struct parts *all = parts_of(s, builds[i]);
        if (i != 0)
            printf("\n");
        show(all);
        if (o->full)
            show_texts(all);
    }
    session_unlock(s);
    return 0;
}
