/* SPDX-License-Identifier: ISC */
/* The linker's map says whose bytes are in the image (size.c), manifests and
 * fata.lock say what these components are. */
#include "parts.h"
#include "licence.h"
#include "ports.h"
#include "size.h"

#include <stdlib.h>
#include <string.h>

static const char *const *patterns(const struct manifest *m)
{
    struct vec v = {0};
    for (size_t i = 0; i < m->licence_files.count; i++)
        push(&v, m->licence_files.item[i].text);
    return v.item;
}

static void find_texts(struct part *p, const struct manifest *m, bool ours)
{
    const char *folder = p->is_port ? p->folder : m->folder;
    p->texts = licence_files(folder, patterns(m));
    if (m->licence_files.given && p->texts.count == 0)
        mistake(m->licence_files.mark,
                "no file in %s is one of these; correct "
                "them",
                shown_path(folder));
    const char *own = path_of(fata_root(), "LICENSE");
    if (p->texts.count == 0 && ours && m->licence.text == NULL && is_file(own))
        push(&p->texts, own);
}

static struct part describe(struct session *s, const struct build *b,
                            const struct unit *u)
{
    const struct manifest *m = u->manifest;
    struct part p = {.name = m->name.text,
                     .unit = u,
                     .is_program = m == b->program->manifest,
                     .is_port = m->source.given,
                     .version = m->version.text,
                     .licence = m->licence.text};
    bool ours = !p.is_port && path_below(m->path, fata_root());
    if (p.licence == NULL && ours)
        p.licence = LICENCE_OWN;
    if (p.is_port)
        p.folder = ports_source(s, m, &p.pin);
    find_texts(&p, m, ours);
    return p;
}

static bool is_input(const struct link *l, const char *owner)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->input[i].owner, owner) == 0)
            return true;
    return false;
}

static int rank(const struct part *p)
{
    return p->is_program ? 0 : p->unit == NULL ? 3 : p->is_port ? 2 : 1;
}

static int by_kind(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (rank(x) != rank(y))
        return rank(x) - rank(y);
    return strcmp(x->name, y->name);
}

/* libgcc and the linker's own; start files of the host's C library on targets
 * of flavour host. */
static struct part toolchain(struct session *s, const struct build *b)
{
    const struct flavour *f = flavour_for(b->target, s->project, s->use_clang);
    struct vec ask = {0};
    push_all(&ask, f->cc.item);
    push(&ask, "--version");
    return (struct part){.name = "toolchain",
                         .version = first_line_of(ask.item),
                         .licence = f->is_image ? LICENCE_TOOLCHAIN : NULL};
}

struct parts *parts_of(struct session *s, const struct build *b)
{
    struct parts *all = pool_alloc(sizeof(*all));
    const struct sizes *z = sizes_of(s, b);
    const struct link *l = ninja_link(s, b);
    all->b = b;
    all->part = pool_alloc((b->unit_count + 1) * sizeof(*all->part));
    for (size_t i = 0; i < b->unit_count; i++) {
        struct part *p = &all->part[all->count++];
        *p = describe(s, b, b->unit[i]);
        p->used = p->is_program || !is_input(l, p->name);
    }
    all->part[all->count++] = toolchain(s, b);
    for (size_t i = 0; i < z->components; i++)
        for (size_t k = 0; k < all->count; k++)
            if (strcmp(z->component[i].name, all->part[k].name) == 0) {
                all->part[k].bytes = z->component[i].file;
                all->part[k].used = all->part[k].used ||
                                    z->component[i].file != 0 ||
                                    z->component[i].bytes[SIZE_BSS] != 0;
            }
    qsort(all->part, all->count, sizeof(*all->part), by_kind);
    return all;
}

const struct pin_file *part_original(const struct part *p)
{
    for (size_t i = 0; i < p->pin.file_count; i++)
        if (strcmp(p->pin.files[i].sha256, p->pin.sha256) == 0)
            return &p->pin.files[i];
    return NULL;
}
