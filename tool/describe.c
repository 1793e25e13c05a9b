/* SPDX-License-Identifier: ISC */
/* fata describe: what an image is made of, as text; graph.c draws it. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

/* One component below another; what was shown before is only named. */
static void show_unit(const struct build *b, const struct unit *u,
                      const char *indent, bool last, struct vec *shown)
{
    const struct manifest *m = u->manifest;
    bool again = !push_once(shown, m->name.text);
    printf("%s%s %s", indent, last ? "`-" : "|-", m->name.text);
    if (m->provides.text != NULL)
        printf(" (provides %s)", m->provides.text);
    if (m->source.given)
        printf(" (port, %s)", m->version.text);
    if (again && u->need_count != 0)
        printf(" ...");
    else if (!again && m->doc.text != NULL)
        printf(": %s", m->doc.text);
    printf("\n");
    if (again)
        return;
    const char *below = format("%s%s", indent, last ? "   " : "|  ");
    for (size_t i = 0; i < u->need_count; i++)
        show_unit(b, u->need[i], below, i + 1 == u->need_count, shown);
}

static void show_roots(const struct build *b, const struct unit *u,
                       struct vec *shown)
{
    for (size_t i = 0; i < u->need_count; i++)
        show_unit(b, u->need[i], "  ", i + 1 == u->need_count, shown);
}

static void show_devices(const struct build *b)
{
    if (b->device_count == 0)
        return;
    printf("\ndevices, in the order of opening\n");
    for (size_t i = 0; i < b->device_count; i++) {
        const struct wired *w = &b->device[i];
        printf("  %s: %s", w->device->name.text, w->kind->name.text);
        if (strcmp(w->is, w->kind->name.text) != 0)
            printf(" (a %s)", w->is);
        for (size_t j = 0; j < w->arg_count; j++) {
            const struct wired_arg *a = &w->arg[j];
            if (a->device != NULL)
                printf(", %s -> %s", a->arg->name.text, a->device->name.text);
            else
                printf(", %s = %s", a->arg->name.text, a->text);
        }
        if (w->kind->attach.text != NULL)
            printf(", attached by the host: --%s %s=...", w->kind->attach.text,
                   w->device->name.text);
        printf("\n");
    }
}

static void show_keys(const struct build *b)
{
    if (b->key_count == 0)
        return;
    printf("\nkeys\n");
    for (size_t i = 0; i < b->key_count; i++) {
        const struct key *k = b->key[i];
        printf("  --%s=<%s>", k->name.text, k->type.text);
        if (k->initial.text != NULL)
            printf(" [%s]", k->initial.text);
        else
            printf(" (required)");
        if (k->doc.text != NULL)
            printf(": %s", k->doc.text);
        printf("\n");
    }
}

int cmd_describe(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    if ((o->svg != NULL || o->dot) && count != 1)
        stop(EXIT_MISTAKE, "a picture is of one target; name it with -t");
    if (o->svg != NULL)
        graph_svg(builds[0], o->svg);
    if (o->dot) {
        fputs(graph_text(builds[0]), stdout);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const struct build *b = builds[i];
        const struct manifest *m = b->program->manifest;
        const struct target *t = b->target;
        struct vec shown = {0};
        printf("%sunikernel %s", i == 0 ? "" : "\n", m->name.text);
        if (m->doc.text != NULL)
            printf(": %s", m->doc.text);
        printf("\n");
        for (size_t u = 0; u < b->unit_count; u++)
            if (b->unit[u]->manifest == m)
                show_roots(b, b->unit[u], &shown);
        printf("\ntarget %s: flavour %s%s%s\n", t->name, t->flavour,
               t->manifest->tender.text != NULL ? ", run by " : "",
               t->manifest->tender.text != NULL ? t->manifest->tender.text
                                                : "");
        for (size_t u = 0; u < b->unit_count; u++)
            if (b->unit[u]->manifest == t->manifest)
                show_roots(b, b->unit[u], &shown);
        show_devices(b);
        show_keys(b);
    }
    return 0;
}
