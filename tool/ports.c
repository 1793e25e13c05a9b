/* SPDX-License-Identifier: ISC */
/* From manifests to struct port, and what became of them. */
#include "ports.h"
#include "port.h"

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

/* What the target itself is made of: the C library. */
static bool below(const struct unit *u, const struct unit *wanted)
{
    bool found = u == wanted;
    for (size_t i = 0; !found && i < u->need_count; i++)
        found = below(u->need[i], wanted);
    return found;
}

static bool of_target(const struct build *b, const struct unit *u)
{
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest == b->target->manifest)
            return below(b->unit[i], u);
    return false;
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
    for (size_t i = 0; i < b->unit_count && b->unit[i] != u; i++) {
        struct made *dep = find(b->unit[i]->manifest, id);
        bool needed = false;
        for (size_t j = 0; j < u->need_count; j++)
            needed = needed || u->need[j] == b->unit[i];
        if (dep == NULL)
            continue;
        /* The C library comes first and is there for every port. */
        if (!needed && !f->is_image)
            continue;
        if (!toolchain) /* which has them */
            push_all(&include,
                     (const char *const *)(void *)dep->result.include);
        push(&keys, dep->result.key);
        if (of_target(b, b->unit[i]))
            continue;
        deps = pool_grow(deps, p.dep_count, sizeof(*deps));
        deps[p.dep_count++] = (struct built_port){dep->manifest->name.text,
                                                  dep->manifest->version.text,
                                                  ports_folder(b, b->unit[i])};
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

void ports_make(struct session *s, struct build *b, struct flavour *f)
{
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest->source.given)
            make(s, b, f, b->unit[i]);
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
    for (size_t i = 0; i < b->unit_count; i++)
        if (b->unit[i]->manifest == b->target->manifest)
            return &b->unit[i]->port_include;
    static const struct vec none;
    return &none;
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

int ports_update(struct session *s, struct build *b)
{
    int failures = 0;
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        struct port p;
        if (!m->source.given)
            continue;
        describe(m, b->target, &p);
        if (port_update(&p, s->lock_path) != 0)
            failures++;
    }
    return failures;
}
