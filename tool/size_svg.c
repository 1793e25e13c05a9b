/* SPDX-License-Identifier: ISC */
/* The treemap of an image: areas are bytes in the file; one field for each
 * component, in it one for each function and variable.  "Squarified": rows are
 * filled as long as that makes their fields less oblong. */
#include "size.h"

#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 1120,
    HEIGHT = 640,
    MARGIN = 12,
    TOP = 44,
    BOTTOM = 36,
    HEADER = 17, /* the name of a component */
    LEAST = 30,  /* area of a field that is drawn alone */
    HUES = 12,
};

struct box {
    double x, y, w, h;
};

struct field {
    const char *label, *title, *style;
    double bytes;
    struct box box;
};

struct fields {
    struct field *item;
    size_t count;
};

static struct field *add(struct fields *f, const char *label, uint64_t bytes)
{
    f->item = pool_grow(f->item, f->count, sizeof(*f->item));
    struct field *one = &f->item[f->count++];
    *one = (struct field){.label = label, .bytes = (double)bytes};
    return one;
}

static double worst(double least, double most, double sum, double side)
{
    double area = sum * sum, square = side * side;
    double a = square * most / area, b = area / (square * least);
    return a > b ? a : b;
}

/* Gives each field its box; they are sorted, and their bytes not 0. */
static void lay_out(struct field *f, size_t count, struct box box)
{
    double all = 0;
    for (size_t i = 0; i < count; i++)
        all += f[i].bytes;
    double scale = all > 0 ? box.w * box.h / all : 0; /* area of a byte */
    for (size_t begin = 0; begin < count;) {
        double side = box.w < box.h ? box.w : box.h, sum = 0, before = 0;
        size_t end = begin;
        for (; end < count; end++) {
            double more = sum + f[end].bytes * scale;
            double now =
                worst(f[end].bytes * scale, f[begin].bytes * scale, more, side);
            if (end > begin && now > before)
                break;
            sum = more;
            before = now;
        }
        double depth = side > 0 ? sum / side : 0, at = 0;
        for (size_t i = begin; i < end; i++) {
            double length = depth > 0 ? f[i].bytes * scale / depth : 0;
            if (box.w < box.h)
                f[i].box = (struct box){box.x + at, box.y, length, depth};
            else
                f[i].box = (struct box){box.x, box.y + at, depth, length};
            at += length;
        }
        if (box.w < box.h) {
            box.y += depth;
            box.h -= depth;
        } else {
            box.x += depth;
            box.w -= depth;
        }
        begin = end;
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct field *x = a, *y = b;
    return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

static void add_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '&' || *text == '<' || *text == '>' || *text == '"')
            buf_add(out, "&#%d;", *text);
        else
            buf_add(out, "%c", *text);
    }
}

/* As much of a label as fits. */
static void add_label(struct buf *out, const char *class, struct box b,
                      double dy, const char *label)
{
    size_t n = strlen(label), room = b.w > 8 ? (size_t)((b.w - 8) / 6.3) : 0;
    if (n > room && starts_with(label, "fata_")) { /* as so many do */
        label += strspn(label + 4, "_") + 4;
        n = strlen(label);
    }
    if (room < (n < 5 ? n : 5) || b.h < dy + 3)
        return;
    buf_add(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, b.x + 4,
            b.y + dy);
    add_text(out, n <= room ? label : pool_copy(label, room - 1));
    buf_add(out, "%s</text>", n <= room ? "" : "&#8230;");
}

static void add_field(struct buf *out, const struct field *f, const char *hue)
{
    buf_add(out, "<g><title>");
    add_text(out, f->title);
    buf_add(out,
            "</title><rect class=\"f %s %s\" x=\"%.1f\" y=\"%.1f\" "
            "width=\"%.1f\" height=\"%.1f\"/>",
            hue, f->style, f->box.x, f->box.y, f->box.w, f->box.h);
    add_label(out, "l", f->box, 13, f->label);
    buf_add(out, "</g>\n");
}

static const char *share(const struct sizes *z, double bytes)
{
    return format("%s bytes, %.1f%%", grouped((uint64_t)bytes),
                  z->file > 0 ? 100 * bytes / (double)z->file : 0);
}

/* What is inside of a component's field. */
static void add_inside(struct buf *out, const struct sizes *z,
                       const struct size_component *c, struct box box,
                       const char *hue)
{
    struct fields in = {0};
    double scale = box.w * box.h / (double)c->file;
    uint64_t small = 0, left = c->file;
    size_t smalls = 0;
    for (size_t i = 0; i < z->symbols; i++) {
        const struct size_symbol *y = &z->symbol[i];
        if (strcmp(y->piece->component, c->name) != 0 ||
            y->piece->kind == SIZE_BSS || y->size > left)
            continue;
        left -= y->size;
        if ((double)y->size * scale < LEAST) {
            small += y->size;
            smalls++;
            continue;
        }
        struct field *f = add(&in, y->name, y->size);
        f->style = size_kinds[y->piece->kind];
        f->title = format("%s: %s %s, %s", y->name, f->style,
                          share(z, f->bytes), y->piece->object);
    }
    if (small != 0) {
        struct field *f = add(&in, format("%zu smaller", smalls), small);
        f->style = "data";
        f->title = format("%s: %zu smaller functions and variables, %s",
                          c->name, smalls, share(z, f->bytes));
    }
    if (left != 0) {
        struct field *f = add(&in, "texts, constants", left);
        f->style = "rodata";
        f->title = format("%s: texts, constants and code without a name, %s",
                          c->name, share(z, f->bytes));
    }
    qsort(in.item, in.count, sizeof(*in.item), by_bytes);
    lay_out(in.item, in.count, box);
    for (size_t i = 0; i < in.count; i++)
        add_field(out, &in.item[i], hue);
}

static void add_style(struct buf *out)
{
    buf_add(
        out,
        "<style>\n"
        ":root{--back:#fff;--ink:#1b1f24;--soft:#57606a;--line:#fff;"
        "--s:62%%;--l:78%%}\n"
        "@media(prefers-color-scheme:dark){:root{--back:#14171b;--ink:#e9edf1;"
        "--soft:#9aa4af;--line:#14171b;--s:38%%;--l:34%%}}\n"
        "text{font:11px system-ui,sans-serif;fill:var(--ink);"
        "pointer-events:none}\n"
        ".h{font-size:17px;font-weight:600}.n{font-weight:600}"
        ".s{fill:var(--soft)}\n"
        ".b{fill:var(--back)}.f{stroke:var(--line);stroke-width:1}"
        "g:hover>.f{stroke:var(--ink)}\n"
        ".text{fill-opacity:1}.rodata{fill-opacity:.62}"
        ".data{fill-opacity:.36}\n");
    for (int i = 0; i < HUES; i++) /* neighbours far apart */
        buf_add(out, ".c%d{fill:hsl(%d,var(--s),var(--l))}", i,
                (210 + i * 150) % 360);
    buf_add(out, ".grey{fill:hsl(210,6%%,var(--l))}\n</style>\n");
}

void size_svg(const struct sizes *z, struct buf *out)
{
    struct fields all = {0};
    const struct {
        const char *name;
        uint64_t bytes;
    } rests[] = {{"padding", z->padding},
                 {"debug, symbols", z->unloaded},
                 {"headers, pages", z->headers}};
    for (size_t i = 0; i < z->components; i++)
        if (z->component[i].file != 0)
            add(&all, z->component[i].name, z->component[i].file)->style =
                format("c%zu", i % HUES);
    for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++)
        if (rests[i].bytes != 0)
            add(&all, rests[i].name, rests[i].bytes)->style = "grey";
    qsort(all.item, all.count, sizeof(*all.item), by_bytes);
    lay_out(
        all.item, all.count,
        (struct box){MARGIN, TOP, WIDTH - 2 * MARGIN, HEIGHT - TOP - BOTTOM});
    buf_add(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">"
            "\n<title>%s</title>\n",
            WIDTH, HEIGHT, z->title);
    add_style(out);
    buf_add(out,
            "<rect class=\"b\" width=\"%d\" height=\"%d\"/>\n"
            "<text class=\"h\" x=\"%d\" y=\"28\">%s: %s bytes</text>\n",
            WIDTH, HEIGHT, MARGIN, z->title, grouped(z->file));
    for (size_t i = 0; i < all.count; i++) {
        struct field *f = &all.item[i];
        const struct size_component *c = NULL;
        for (size_t k = 0; k < z->components; k++)
            if (strcmp(z->component[k].name, f->label) == 0 &&
                strcmp(f->style, "grey") != 0)
                c = &z->component[k];
        bool named = f->box.h > HEADER + 12 && f->box.w > 30;
        if (c == NULL || !named) {
            const char *hue = f->style;
            f->style = "text";
            f->title = format("%s: %s", f->label, share(z, f->bytes));
            add_field(out, f, hue);
            continue;
        }
        struct box in = {f->box.x + 1, f->box.y + HEADER, f->box.w - 2,
                         f->box.h - HEADER - 1};
        buf_add(out,
                "<g><title>%s: %s\n"
                "text %s, rodata %s, data %s; bss %s</title>"
                "<rect class=\"b\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                "height=\"%d\"/>",
                f->label, share(z, f->bytes), grouped(c->bytes[SIZE_TEXT]),
                grouped(c->bytes[SIZE_RODATA]), grouped(c->bytes[SIZE_DATA]),
                grouped(c->bytes[SIZE_BSS]), f->box.x, f->box.y, f->box.w,
                HEADER);
        const char *label = format("%s  %s", f->label, grouped(c->file));
        add_label(out, "n", f->box, 12.5,
                  strlen(label) * 6.3 + 8 < f->box.w ? label : f->label);
        buf_add(out, "</g>\n");
        add_inside(out, z, c, in, f->style);
    }
    double x = MARGIN;
    static const char *const legend[] = {"code", "constants",
                                         "variables; what is too small to see"};
    for (int i = 0; i < SIZE_BSS; i++) {
        buf_add(out,
                "<rect class=\"f c0 %s\" x=\"%.0f\" y=\"%d\" width=\"14\" "
                "height=\"14\"/><text class=\"s\" x=\"%.0f\" "
                "y=\"%d\">%s</text>\n",
                size_kinds[i], x, HEIGHT - 25, x + 19, HEIGHT - 14, legend[i]);
        x += 44 + 6.2 * (double)strlen(legend[i]);
    }
    buf_add(out, "</svg>\n");
}
