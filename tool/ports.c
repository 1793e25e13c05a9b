/* SPDX-License-Identifier: ISC */
/* From manifests to struct port, and what became of them. */
#include "ports.h"
#include "port.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct made {
    const struct manifest *manifest;
    const char *flavour;
    struct port_result result;
};

static struct made **made;
static size_t made_count;

static struct made *find(const struct manifest *m, const char *flavour)
{
    for (size_t i = 0; i < made_count; i++)
        if (made[i]->manifest == m && strcmp(made[i]->flavour, flavour) == 0)
            return made[i];
    return NULL;
}

static const char *flavour_id(const struct target *t)
{
    return format("%s-%s%s", t->arch, t->flavour,
                  t->sanitize ? "-sanitize" : "");
}

static const char *const *texts(const struct words *w)
{
    struct vec v = {0};
    for (size_t i = 0; i < w->count; i++)
        push(&v, w->item[i].text);
    return v.item;
}

static void describe(const struct manifest *m, const struct target *t,
                     struct port *p)
{
    struct port_form *forms =
        pool_alloc((m->source.count + 1) * sizeof(*forms));
    memset(p, 0, sizeof(*p));
    p->name = m->name.text;
    p->version = m->version.text;
    p->licence = m->licence.text;
    p->sha256 = m->sha256.text;
    p->dir = m->folder;
    p->forms = forms;
    LIST_FOR(struct form, form, m->source)
    {
        struct port_form *out = &forms[p->form_count++];
        if (form->debian.text != NULL) {
            out->kind = PORT_DEBIAN;
            out->what = form->debian.text;
        } else if (form->debian_binary.text != NULL) {
            out->kind = PORT_DEBIAN_BINARY;
            out->what = form->debian_binary.text;
        } else {
            out->kind = PORT_URL;
            out->what = form->url.text;
        }
        out->files = form->files.given ? texts(&form->files) : NULL;
    }
    struct vec sources = {0};
    LIST_FOR(struct source, s, m->sources)
    {
        if (t == NULL || when_matches(&s->when, t))
            push_all(&sources, texts(&s->files));
    }
    p->sources = sources.item;
    p->include = texts(&m->include);
    p->cflags = texts(&m->cflags);
    p->defines = texts(&m->defines);
    if (m->build.given) {
        const char *const **build =
            pool_alloc((m->build.count + 1) * sizeof(*build));
        size_t n = 0;
        LIST_FOR(struct words, command, m->build)
        {
            build[n++] = texts(command);
        }
        p->build = build;
    }
}

/* Paths of the manifests of a unit and of all that it requires. */
static void units_below(const struct unit *u, struct vec *paths)
{
    if (u == NULL || !push_once(paths, u->manifest->path))
        return;
    for (size_t i = 0; i < u->need_count; i++)
        units_below(u->need[i], paths);
}

static const struct unit *target_unit(const struct build *b)
{
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest == b->target->manifest)
            return b->unit[i];
    return NULL;
}

/* A part of the target itself: of the C library. */
static bool of_target(const struct build *b, const struct unit *u)
{
    struct vec paths = {0};
    units_below(target_unit(b), &paths);
    return contains(&paths, u->manifest->path);
}

/* Which system calls images serve or refuse: besides the C library itself, all
 * that a link test can find out. */
static const char *served_calls(const struct build *b)
{
    struct hash *h = hash_new();
    char key[SHA256_TEXT];
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        if (m->source.given || !of_target(b, b->unit[i]))
            continue;
        LIST_FOR(struct source, src, m->sources)
        {
            for (size_t k = 0; k < src->files.count; k++) {
                const char *path = path_of(m->folder, src->files.item[k].text);
                const char *p = slurp(path, NULL);
                while (p != NULL && (p = strstr(p, "SYS_")) != NULL) {
                    size_t n = strcspn(p, "),\n");
                    if (starts_with(p, "SYS_SERVE(") ||
                        starts_with(p, "SYS_REFUSE("))
                        hash_add_text(h, pool_copy(p, n));
                    p += n;
                }
            }
        }
    }
    hash_end(h, key);
    return format("fata toolchain 1 %s", key);
}

/* `build` runs build systems that take a cross compiler. */
static void add_toolchain(struct session *s, const struct build *b,
                          const struct flavour *f, struct port_env *env)
{
    static const char *const flags[] = {"-O2", "-g", NULL};
    struct vec argv = {0};
    push(&argv, self_path());
    push(&argv, "toolchain");
    push(&argv, "-t");
    push(&argv, format("stub-%s", f->arch));
    if (s->use_clang)
        push(&argv, "--cc=clang");
    if (s->offline)
        push(&argv, "--offline");
    env->toolchain = argv.item;
    env->toolchain_key = served_calls(b);
    env->cflags = flags;
}

static struct port_env source_env(const struct session *s)
{
    return (struct port_env){.lock_path = s->lock_path,
                             .frozen = s->frozen,
                             .offline = s->offline};
}

static void make(struct session *s, struct build *b, struct flavour *f,
                 struct unit *u)
{
    const char *id = flavour_id(b->target);
    struct vec include = {0}, keys = {0};
    struct built_port *deps = NULL;
    struct port p;
    if (find(u->manifest, id) != NULL)
        return;
    describe(u->manifest, b->target, &p);
    bool toolchain = f->is_image && p.build != NULL && !of_target(b, u);
    push_all(&include, u->include.item);
    /* What it requires, and the C library; nothing else, so that it is the
     * same build in all programs. */
    struct vec needed = {0};
    units_below(u, &needed);
    if (f->is_image)
        units_below(target_unit(b), &needed);
    for (size_t i = 0; i < b->unit_count && b->unit[i] != u; i++) {
        struct made *dep = find(b->unit[i]->manifest, id);
        if (dep == NULL || !contains(&needed, b->unit[i]->manifest->path))
            continue;
        if (!toolchain) /* which has them */
            push_all(&include,
                     (const char *const *)(void *)dep->result.include);
        push(&keys, dep->result.key);
        if (of_target(b, b->unit[i]))
            continue;
        deps = pool_grow(deps, p.dep_count, sizeof(*deps));
        deps[p.dep_count++] = (struct built_port){
            dep->manifest->name.text, dep->manifest->version.text,
            ports_folder(b, b->unit[i]), NULL};
    }
    p.deps = deps;
    p.dep_include = include.item;
    p.dep_keys = keys.item;
    struct vec cflags = {0};
    push_all(&cflags, f->port_cflags.item);
    if (f->is_image) {
        push(&cflags, "-isystem");
        push(&cflags, f->builtin);
    }
    struct port_env env = {
        .arch = f->arch,
        .flavour = f->name,
        .sanitize = f->sanitize && !f->is_image,
        .cc = f->cc.item,
        .cflags = cflags.item,
        .ar = f->ar,
        .ld = f->ld,
        .lock_path = s->lock_path,
        .frozen = s->frozen,
        .offline = s->offline,
        .progress = isatty(2) == 1,
    };
    if (toolchain)
        add_toolchain(s, b, f, &env);
    struct made *m = pool_alloc(sizeof(*m));
    m->manifest = u->manifest;
    m->flavour = id;
    if (port_build(&p, &env, &m->result) != 0)
        stop(EXIT_FAILED, "port `%s` was not built for %s", p.name, f->id);
    made = pool_grow(made, made_count, sizeof(*made));
    made[made_count++] = m;
}

static void see(struct unit *u, const struct unit *of, const char *id,
                struct vec *seen)
{
    if (!push_once(seen, of->manifest->path))
        return;
    struct made *m = find(of->manifest, id);
    for (size_t i = 0; m != NULL && m->result.include[i] != NULL; i++)
        push_once(&u->port_include, m->result.include[i]);
    for (size_t i = 0; i < of->need_count; i++)
        see(u, of->need[i], id, seen);
}

/* What a port offers: a header, or a symbol of one of its archives. */
struct offer {
    const char *text;
    const struct unit *by;
    bool header;
};

struct offers {
    struct offer *item;
    size_t count;
};

static void offer(struct offers *all, const struct unit *by, bool header,
                  const char *text)
{
    all->item = pool_grow(all->item, all->count, sizeof(*all->item));
    all->item[all->count++] = (struct offer){text, by, header};
}

static void offer_headers(struct offers *all, const struct unit *by,
                          const char *folder)
{
    struct strings files = {0};
    (void)list_tree(folder, &files);
    for (size_t i = 0; i < files.count; i++)
        if (strcmp(path_base(files.item[i]), "config.h") != 0)
            offer(all, by, true, format("%s", files.item[i]));
    strings_free(&files);
}

/* Names that begin with __ are the compiler's, with _Z those of C++, which has
 * the same function in many objects. */
static void offer_symbols(struct offers *all, const struct unit *by,
                          const char *archive)
{
    int fd = open(archive, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    size_t count = 0;
    Elf_Arsym *symbol = elf != NULL ? elf_getarsym(elf, &count) : NULL;
    for (size_t i = 0; symbol != NULL && i < count; i++)
        if (symbol[i].as_name != NULL &&
            !starts_with(symbol[i].as_name, "__") &&
            !starts_with(symbol[i].as_name, "_Z"))
            offer(all, by, false, format("%s", symbol[i].as_name));
    elf_end(elf);
    if (fd >= 0)
        close(fd);
}

static int by_text(const void *a, const void *b)
{
    const struct offer *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    if (order == 0)
        order = x->header - y->header;
    if (order == 0)
        order = strcmp(x->by->manifest->name.text, y->by->manifest->name.text);
    return order;
}

/* Ports that know of each other may do as they like. */
static bool related(const struct unit *a, const struct unit *b)
{
    struct vec of_a = {0}, of_b = {0};
    units_below(a, &of_a);
    units_below(b, &of_b);
    return contains(&of_a, b->manifest->path) ||
           contains(&of_b, a->manifest->path);
}

static const char *who_requires(const struct build *b, const struct unit *u)
{
    for (size_t i = 0; i < b->unit_count; i++)
        for (size_t k = 0; k < b->unit[i]->need_count; k++)
            if (b->unit[i]->need[k] == u)
                return b->unit[i]->manifest->name.text;
    return "nobody";
}

/* Two ports that offer the same: which of them a program gets would depend on
 * the order of folders and archives. */
static void find_clashes(const struct build *b)
{
    const char *id = flavour_id(b->target);
    struct offers all = {0};
    struct vec libc = {0};
    size_t ports = 0;
    units_below(target_unit(b), &libc);
    for (size_t i = 0; i < b->unit_count; i++)
        ports += b->unit[i]->manifest->source.given &&
                 !contains(&libc, b->unit[i]->manifest->path);
    if (ports < 2)
        return;
    elf_version(EV_CURRENT);
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct unit *u = b->unit[i];
        const struct made *m = find(u->manifest, id);
        if (m == NULL || contains(&libc, u->manifest->path))
            continue;
        for (char **p = m->result.include; *p != NULL; p++)
            offer_headers(&all, u, *p);
        for (char **p = m->result.archives; *p != NULL; p++)
            offer_symbols(&all, u, *p);
    }
    qsort(all.item, all.count, sizeof(*all.item), by_text);
    for (size_t i = 1; i < all.count; i++) {
        const struct offer *x = &all.item[i - 1], *y = &all.item[i];
        if (x->by == y->by || x->header != y->header ||
            strcmp(x->text, y->text) != 0 || related(x->by, y->by))
            continue;
        mistake(y->by->manifest->name.mark,
                "ports `%s` (required by %s) and `%s` (required by %s) both "
                "%s `%s`; require one of them",
                x->by->manifest->name.text, who_requires(b, x->by),
                y->by->manifest->name.text, who_requires(b, y->by),
                x->header ? "have the header" : "define", x->text);
    }
}

void ports_make(struct session *s, struct build *b, struct flavour *f)
{
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest->source.given)
            make(s, b, f, b->unit[i]);
    find_clashes(b);
    for (size_t i = 0; i < b->unit_count; i++) {
        struct vec seen = {0};
        see(b->unit[i], b->unit[i], flavour_id(b->target), &seen);
    }
}

const char *const *ports_archives(const struct build *b, const struct unit *u)
{
    struct made *m = find(u->manifest, flavour_id(b->target));
    return m == NULL ? NULL : (const char *const *)(void *)m->result.archives;
}

const char *ports_folder(const struct build *b, const struct unit *u)
{
    struct made *m = find(u->manifest, flavour_id(b->target));
    return m == NULL ? NULL : folder_of(m->result.include[0]);
}

const struct vec *ports_of_target(const struct build *b)
{
    static const struct vec none;
    const struct unit *u = target_unit(b);
    return u != NULL ? &u->port_include : &none;
}

const char *ports_syscalls(const struct build *b)
{
    const struct vec *libc = ports_of_target(b);
    for (size_t i = 0; i < libc->count; i++) {
        const char *path = format("%s/bits/syscall.h", libc->item[i]);
        if (is_file(path))
            return path;
    }
    return "-";
}

const char *ports_source(struct session *s, const struct manifest *m,
                         struct pin *pin)
{
    struct port p;
    const struct port_env env = source_env(s);
    char *folder;
    describe(m, NULL, &p);
    if (port_fetch(&p, &env, &folder, pin) != 0)
        stop(EXIT_FAILED, "there is no source of port `%s`", p.name);
    const char *path = format("%s", folder);
    free(folder);
    return path;
}

int ports_pin(struct session *s, const struct manifest *const *m, size_t count,
              bool newest)
{
    struct port *p = pool_alloc(count * sizeof(*p));
    const struct port_env env = source_env(s);
    for (size_t i = 0; i < count; i++)
        describe(m[i], NULL, &p[i]);
    return port_pin(p, count, &env, newest) == 0 ? 0 : EXIT_FAILED;
}
