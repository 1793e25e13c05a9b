/* SPDX-License-Identifier: ISC */
/* From names to components: closure, interfaces, order, headers. */
#include "build.h"
#include "requirement.h"

#include <string.h>

struct wanted {
    const struct word *name; /* where it is required, or NULL: implied */
    struct unit *by;
    const char *text;
    struct unit *found;
    bool interface;
    struct requirement versions;
};

struct resolver {
    struct registry *registry;
    struct build *b;
    struct unit **all; /* in the order found */
    size_t all_count;
    struct wanted *wanted;
    size_t wanted_count;
};

static struct mark place(const struct wanted *w)
{
    return w->name != NULL ? w->name->mark : w->by->manifest->name.mark;
}

static struct unit *add_unit(struct resolver *s, const struct manifest *m)
{
    for (size_t i = 0; i < s->all_count; i++)
        if (s->all[i]->manifest == m)
            return s->all[i];
    struct unit *u = pool_alloc(sizeof(*u));
    u->manifest = m;
    s->all = pool_grow(s->all, s->all_count, sizeof(*s->all));
    s->all[s->all_count++] = u;
    return u;
}

static struct wanted *want(struct resolver *s, struct unit *by,
                           const struct word *name, const char *text)
{
    s->wanted = pool_grow(s->wanted, s->wanted_count, sizeof(*s->wanted));
    struct wanted *w = &s->wanted[s->wanted_count++];
    w->by = by;
    w->name = name;
    w->text = text;
    return w;
}

/* Its requirements that hold for this target. */
static void want_all(struct resolver *s, struct unit *u)
{
    LIST_FOR(struct require, r, u->manifest->requires)
    {
        if (!when_matches(&r->when, s->b->target))
            continue;
        for (size_t i = 0; i < r->names.count; i++) {
            struct word *word = &r->names.item[i];
            struct requirement versions = requirement_read(word);
            want(s, u, word, versions.name)->versions = versions;
        }
    }
}

static bool somebody_provides(const struct registry *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->entry[i].provides != NULL &&
            strcmp(r->entry[i].provides, name) == 0)
            return true;
    return false;
}

FATA_NORETURN static void unknown(struct resolver *s, const struct wanted *w)
{
    struct vec names = registry_names(s->registry, KIND_COMPONENT);
    for (size_t i = 0; i < s->registry->count; i++)
        if (s->registry->entry[i].provides != NULL)
            push_once(&names, s->registry->entry[i].provides);
    struct entry *other =
        registry_find(s->registry, w->text, KIND_UNIKERNEL | KIND_TARGET);
    if (other != NULL)
        mistake(place(w), "`%s` is a %s, which cannot be required; remove it",
                w->text, other->kind == KIND_TARGET ? "target" : "unikernel");
    mistake(place(w), "unknown component `%.60s`%s", w->text,
            suggest(w->text, &names,
                    "its folder must lie in the project, in the toolkit, or "
                    "below one of `paths`"));
}

/* Interfaces: the one component of the closure that provides it. */
static void resolve_interface(struct resolver *s, struct wanted *w)
{
    const struct manifest *m = NULL;
    for (size_t i = 0; i < s->all_count; i++) {
        const struct manifest *o = s->all[i]->manifest;
        if (o->provides.text == NULL || strcmp(o->provides.text, w->text) != 0)
            continue;
        m = o;
        w->found = s->all[i];
    }
    if (m != NULL)
        return;
    struct vec some = {0};
    for (size_t i = 0; i < s->registry->count; i++)
        if (s->registry->entry[i].provides != NULL &&
            strcmp(s->registry->entry[i].provides, w->text) == 0)
            push(&some, s->registry->entry[i].name);
    mistake(place(w),
            "nothing provides `%s` for target %s; add one of these to "
            "`requires` (of the program or the target): %s",
            w->text, s->b->target->name, join(&some, ", "));
}

/* Two that implement the same are a mistake, also where nobody asks for it by
 * that name. */
static void check_providers(const struct resolver *s)
{
    for (size_t i = 0; i < s->all_count; i++) {
        const struct manifest *m = s->all[i]->manifest;
        for (size_t k = 0; k < i && m->provides.text != NULL; k++) {
            const struct manifest *o = s->all[k]->manifest;
            if (o->provides.text != NULL &&
                strcmp(o->provides.text, m->provides.text) == 0)
                mistake(m->provides.mark,
                        "`%s` and `%s` both provide `%s` in this build for %s; "
                        "require one of them",
                        o->name.text, m->name.text, m->provides.text,
                        s->b->target->name);
        }
    }
}

FATA_NORETURN static void wrong_version(const struct resolver *s,
                                        const struct wanted *w,
                                        const struct bound *bound)
{
    const struct manifest *m = w->found->manifest;
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct wanted *o = &s->wanted[i];
        for (size_t k = 0; o->found == w->found && k < o->versions.count; k++)
            if (bounds_exclude(bound, &o->versions.bound[k]))
                mistake(place(w),
                        "`%s` requires %s %s, but `%s` requires %s %s "
                        "(%s:%d:%d), and no version is both; change one of "
                        "them",
                        w->by->manifest->name.text, w->text, bound_text(bound),
                        o->by->manifest->name.text, o->text,
                        bound_text(&o->versions.bound[k]),
                        shown_path(place(o).file), place(o).line,
                        place(o).column);
    }
    mistake(place(w),
            "`%s` requires %s %s, but there is version %s (%s:%d:%d); change "
            "the requirement, or bring that port to another version",
            w->by->manifest->name.text, w->text, bound_text(bound),
            m->version.text, shown_path(m->version.mark.file),
            m->version.mark.line, m->version.mark.column);
}

static void check_versions(const struct resolver *s)
{
    for (size_t i = 0; i < s->wanted_count; i++) {
        const struct wanted *w = &s->wanted[i];
        const struct manifest *m = w->found->manifest;
        const struct bound *bound;
        if (w->versions.count == 0)
            continue;
        if (m->version.text == NULL)
            mistake(place(w), "`%s` has no version; require it by its name",
                    w->text);
        bound = requirement_unmet(&w->versions, m->version.text);
        if (bound != NULL)
            wrong_version(s, w, bound);
    }
}

/* Depth first, dependencies before dependents.  Interfaces bind at link time,
 * so a way back through one is no cycle. */
static void order(struct resolver *s, struct unit *u, struct vec *chain)
{
    u->state = 1;
    push(chain, u->manifest->name.text);
    for (size_t i = 0; i < s->wanted_count; i++) {
        struct wanted *w = &s->wanted[i];
        if (w->by != u)
            continue;
        if (w->found->state == 1 && !w->interface) {
            struct vec cycle = {0};
            size_t from = 0;
            while (strcmp(chain->item[from], w->text) != 0)
                from++;
            for (; from < chain->count; from++)
                push(&cycle, chain->item[from]);
            push(&cycle, w->text);
            mistake(place(w), "cycle: %s; remove one of these requirements",
                    join(&cycle, " requires "));
        }
        if (w->found->state == 0)
            order(s, w->found, chain);
        u->need = pool_grow(u->need, u->need_count, sizeof(*u->need));
        u->need[u->need_count++] = w->found;
    }
    chain->count--;
    u->state = 2;
    struct build *b = s->b;
    b->unit = pool_grow(b->unit, b->unit_count, sizeof(*b->unit));
    b->unit[b->unit_count++] = u;
}

static void see(struct unit *u, const struct unit *of, struct vec *seen)
{
    const struct manifest *m = of->manifest;
    if (!push_once(seen, m->path))
        return;
    if (!m->source.given) {
        for (size_t i = 0; i < m->include.count; i++)
            push_once(&u->include, path_of(m->folder, m->include.item[i].text));
        const char *usual = path_of(m->folder, "include");
        if (!m->include.given && is_folder(usual))
            push_once(&u->include, usual);
    }
    for (size_t i = 0; i < of->need_count; i++)
        see(u, of->need[i], seen);
}

static void collect_hooks(struct build *b)
{
    const struct manifest *main_by = NULL;
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        if (m->init.text != NULL)
            push_once(&b->init, m->init.text);
        if (m->main.text == NULL)
            continue;
        if (main_by != NULL)
            mistake(m->main.mark,
                    "`%s` and `%s` both have `main`; an image has one main "
                    "loop: require one of them",
                    main_by->name.text, m->name.text);
        main_by = m;
        b->main = m->main.text;
    }
    /* The program is the last unit; its keys come first. */
    for (size_t i = b->unit_count; i-- > 0;) {
        LIST_FOR(struct key, k, b->unit[i]->manifest->keys)
        {
            for (size_t j = 0; j < b->key_count; j++)
                if (strcmp(b->key[j]->name.text, k->name.text) == 0)
                    mistake(b->key[j]->name.mark,
                            "two of one name: key `%s` is also a key of "
                            "`%s`; rename one",
                            k->name.text, b->unit[i]->manifest->name.text);
            b->key = pool_grow(b->key, b->key_count, sizeof(*b->key));
            b->key[b->key_count++] = k;
        }
    }
}

struct build *build_resolve(struct registry *registry,
                            const struct program *program,
                            const struct target *target)
{
    struct build *b = pool_alloc(sizeof(*b));
    struct resolver s = {.registry = registry, .b = b};
    b->program = program;
    b->target = target;
    struct unit *last = add_unit(&s, program->manifest);
    struct unit *below = add_unit(&s, target->manifest);
    want(&s, last, NULL, "start");
    want_all(&s, last);
    want_all(&s, below);
    size_t units = s.all_count;
    for (size_t i = 0; i < s.wanted_count; i++) {
        struct wanted *w = &s.wanted[i];
        struct entry *e = registry_find(registry, w->text, KIND_COMPONENT);
        if (e != NULL) {
            w->found = add_unit(&s, entry_manifest(e));
        } else if (somebody_provides(registry, w->text)) {
            w->interface = true;
        } else {
            unknown(&s, &s.wanted[i]);
        }
        for (; units < s.all_count; units++)
            want_all(&s, s.all[units]);
    }
    check_providers(&s);
    for (size_t i = 0; i < s.wanted_count; i++)
        if (s.wanted[i].interface)
            resolve_interface(&s, &s.wanted[i]);
    check_versions(&s);
    struct vec chain = {0};
    order(&s, below, &chain);
    order(&s, last, &chain);
    for (size_t i = 0; i < b->unit_count; i++) {
        struct vec seen = {0};
        see(b->unit[i], b->unit[i], &seen);
    }
    for (size_t i = 0; i < b->unit_count; i++)
        conditions_check(registry, b->unit[i]->manifest);
    collect_hooks(b);
    build_wire(registry, b);
    return b;
}
