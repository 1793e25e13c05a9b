/* SPDX-License-Identifier: ISC */
/* fata describe as a picture: devices and how they are wired, components and
 * what they require, for graphviz.  Arrows that follow from others are left
 * out. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Between quotes; a line feed begins a new line of a label. */
static const char *quoted(const char *text)
{
    struct buf t = {0};
    buf_add(&t, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            buf_add(&t, "\\n");
        else
            buf_add(&t, strchr("\"\\", *text) != NULL ? "\\%c" : "%c", *text);
    }
    buf_add(&t, "\"");
    return t.data;
}

static bool reaches(const struct unit *from, const struct unit *to)
{
    for (size_t i = 0; i < from->need_count; i++)
        if (from->need[i] == to || reaches(from->need[i], to))
            return true;
    return false;
}

static bool follows(const struct unit *u, const struct unit *need)
{
    for (size_t i = 0; i < u->need_count; i++)
        if (u->need[i] != need && reaches(u->need[i], need))
            return true;
    return false;
}

static const char *unit_node(const struct unit *u)
{
    return quoted(format("c %s %s",
                         u->manifest->kind == KIND_TARGET ? "target" : "",
                         u->manifest->name.text));
}

static void add_unit(struct buf *out, const struct build *b,
                     const struct unit *u)
{
    const struct manifest *m = u->manifest;
    const char *below = NULL, *class = "component", *fill = "#dbe9f6";
    if (m == b->program->manifest) {
        class = "program";
        fill = "#f9dfb4";
        below = "unikernel";
    } else if (m->kind == KIND_TARGET) {
        class = "target";
        fill = "#d9d2ee";
        below = format("target, %s", b->target->arch);
    } else if (m->source.given) {
        class = "port";
        fill = "#d7efd9";
        below = m->version.text;
    } else if (m->provides.text != NULL) {
        below = format("provides %s", m->provides.text);
    }
    buf_add(out, "  %s [class=%s fillcolor=\"%s\" tooltip=%s label=%s]\n",
            unit_node(u), class, fill,
            quoted(m->doc.text != NULL ? m->doc.text : m->name.text),
            quoted(below != NULL ? format("%s\n%s", m->name.text, below)
                                 : m->name.text));
}

static const char *device_node(const struct device *d)
{
    return quoted(format("d %s", d->name.text));
}

static void add_device(struct buf *out, const struct build *b,
                       const struct wired *w)
{
    const char *name = w->device->name.text;
    struct buf label = {0};
    buf_add(&label, "%s\n%s", name, w->kind->name.text);
    for (size_t i = 0; i < w->arg_count; i++)
        if (w->arg[i].device == NULL && w->arg[i].text != NULL)
            buf_add(&label, "\n%s: %s", w->arg[i].arg->name.text,
                    w->arg[i].text);
    buf_add(out,
            "  %s [class=device shape=component style=filled "
            "fillcolor=\"#f6d5d8\" tooltip=%s label=%s]\n",
            device_node(w->device),
            quoted(format("device %s of kind %s, by component %s", name,
                          w->kind->name.text, w->offered_by->name.text)),
            quoted(label.data));
    for (size_t i = 0; i < w->arg_count; i++)
        if (w->arg[i].device != NULL)
            buf_add(out, "  %s -> %s [class=wire label=%s]\n",
                    device_node(w->device), device_node(w->arg[i].device),
                    quoted(format(" %s", w->arg[i].arg->name.text)));
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest == w->offered_by)
            buf_add(out,
                    "  %s -> %s [class=by style=dashed color=\"#b07a80\"]\n",
                    device_node(w->device), unit_node(b->unit[i]));
    if (w->kind->attach.text != NULL)
        buf_add(
            out,
            "  %s [class=host shape=plain style=\"\" label=%s]\n"
            "  %s -> %s [class=by dir=both style=dotted]\n",
            quoted(format("h %s", name)),
            quoted(format("the host\n--%s %s=...", w->kind->attach.text, name)),
            quoted(format("h %s", name)), device_node(w->device));
}

/* Devices that others use hang below those, the others at the program. */
static bool is_wired(const struct build *b, const struct device *d)
{
    for (size_t i = 0; i < b->device_count; i++)
        for (size_t k = 0; k < b->device[i].arg_count; k++)
            if (b->device[i].arg[k].device == d)
                return true;
    return false;
}

const char *graph_text(const struct build *b)
{
    struct buf out = {0};
    const struct unit *program = NULL;
    buf_add(&out,
            "digraph %s {\n"
            "  graph [rankdir=TB ranksep=0.42 nodesep=0.24 bgcolor=none "
            "fontname=\"Helvetica,sans-serif\" fontsize=15 labelloc=t "
            "label=%s]\n"
            "  node [shape=box style=\"filled,rounded\" color=\"#5d6b7a\" "
            "penwidth=0.8 margin=\"0.13,0.06\" height=0.3 "
            "fontname=\"Helvetica,sans-serif\" fontsize=11]\n"
            "  edge [color=\"#5d6b7a\" penwidth=0.8 arrowsize=0.6 "
            "fontname=\"Helvetica,sans-serif\" fontsize=9]\n",
            quoted(b->program->manifest->name.text),
            quoted(format("%s for %s\nan arrow: requires, or is wired to; "
                          "dashed: is served by",
                          b->program->manifest->name.text, b->target->name)));
    for (size_t i = 0; i < b->unit_count; i++) {
        add_unit(&out, b, b->unit[i]);
        if (b->unit[i]->manifest == b->program->manifest)
            program = b->unit[i];
    }
    for (size_t i = 0; i < b->device_count; i++)
        add_device(&out, b, &b->device[i]);
    for (size_t i = 0; program != NULL && i < b->device_count; i++)
        if (!is_wired(b, b->device[i].device))
            buf_add(&out, "  %s -> %s [class=wire]\n", unit_node(program),
                    device_node(b->device[i].device));
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct unit *u = b->unit[i];
        for (size_t k = 0; k < u->need_count; k++)
            if (!follows(u, u->need[k]))
                buf_add(&out, "  %s -> %s\n", unit_node(u),
                        unit_node(u->need[k]));
    }
    buf_add(&out, "}\n");
    return out.data;
}

/* What attributes cannot say: first lines of labels, and other colours in a
 * browser that is dark. */
static const char style[] =
    "<style>\n"
    ".node text{font-weight:600}.host text{font-weight:400}\n"
    ".node text~text,.host text{font-size:9px;font-weight:400}\n"
    ".graph>text{font-weight:600}.graph>text~text{font-size:10px;"
    "font-weight:400;fill:#57606a}\n"
    "@media(prefers-color-scheme:dark){\n"
    "svg{background:#14171b}text{fill:#e9edf1}"
    ".graph>text~text{fill:#9aa4af}\n"
    ".node path,.node polygon,.node polyline,.edge path{stroke:#8894a1}"
    ".edge polygon{stroke:#8894a1;fill:#8894a1}\n"
    ".program path{fill:#6b4f1c}.component path{fill:#2b4560}"
    ".port path{fill:#2b5335}.target path{fill:#473c6b}"
    ".device polygon{fill:#6b333a}\n}\n</style>\n";

void graph_svg(const struct build *b, const char *path)
{
    char *dot = path_program("dot");
    if (dot == NULL)
        stop(EXIT_FAILED, "there is no dot here to draw with; type: apt-get "
                          "install graphviz");
    free(dot);
    const char *graph = graph_text(b);
    const char *input = format("%s.dot", path);
    if (write_file(input, graph, strlen(graph)) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    const char *const argv[] = {"dot", "-Tsvg", input, NULL};
    struct text svg = {0}, errors = {0};
    struct command run = {.argv = argv, .capture = &svg, .errors = &errors};
    int status = command_run(&run);
    unlink(input);
    /* The element, without the prologue that names a DTD elsewhere. */
    const char *begin = svg.data != NULL ? strstr(svg.data, "<svg") : NULL;
    const char *end = begin != NULL ? strchr(begin, '>') : NULL;
    if (status != 0 || end == NULL)
        stop(EXIT_FAILED, "dot does not draw: %s",
             errors.data != NULL ? errors.data : "no picture");
    struct buf out = {0};
    buf_bytes(&out, begin, (size_t)(end + 1 - begin));
    buf_add(&out, "\n%s%s", style, end + 1);
    if (write_file(path, out.data, out.size) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    text_free(&svg);
    text_free(&errors);
}
