/* SPDX-License-Identifier: ISC */
/* Devices: each has a kind that a component of the build offers, and arguments
 * that fit; devices made of others are opened after them. */
#include "gen.h"
#include "kv.h"

#include <string.h>

static struct wired *find(struct build *b, const char *name)
{
    for (size_t i = 0; i < b->device_count; i++)
        if (strcmp(b->device[i].device->name.text, name) == 0)
            return &b->device[i];
    return NULL;
}

static const struct kind *kind_in(const struct manifest *m, const char *name)
{
    LIST_FOR(struct kind, k, m->kinds)
    {
        if (strcmp(k->name.text, name) == 0)
            return k;
    }
    return NULL;
}

/* Who offers it among all there are: only for a message. */
static const char *offered_elsewhere(struct registry *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->entry[i].kind == KIND_COMPONENT &&
            kind_in(entry_manifest(&r->entry[i]), name) != NULL)
            return r->entry[i].name;
    return NULL;
}

static void find_kind(struct registry *r, struct build *b, struct wired *w)
{
    const struct word *name = &w->device->kind;
    struct vec known = {0};
    for (size_t i = 0; i < b->unit_count; i++) {
        const struct manifest *m = b->unit[i]->manifest;
        const struct kind *k = kind_in(m, name->text);
        LIST_FOR(struct kind, one, m->kinds)
        {
            push_once(&known, one->name.text);
        }
        if (k == NULL)
            continue;
        if (w->kind != NULL)
            mistake(k->name.mark,
                    "two of one name: kind `%s` is also offered by `%s`; "
                    "rename one",
                    name->text, w->offered_by->name.text);
        w->kind = k;
        w->offered_by = m;
        w->is = k->is.text != NULL ? k->is.text : k->name.text;
    }
    if (w->kind != NULL)
        return;
    const char *by = offered_elsewhere(r, name->text);
    if (by != NULL)
        mistake(name->mark,
                "kind `%s` is offered by component `%s`; add it to "
                "`requires`",
                name->text, by);
    mistake(name->mark, "unknown device kind `%s`%s", name->text,
            suggest(name->text, &known,
                    known.count == 0
                        ? "no component that is required offers kinds"
                        : format("there are: %s", join(&known, ", "))));
}

/* A folder: of the source, or one that the program generates. */
static void wire_folder(const struct build *b, const struct wired *w,
                        struct wired_arg *out, const struct word *given)
{
    const struct manifest *m = b->program->manifest;
    out->text = given->text;
    out->mark = given->mark;
    out->symbol = format("fata_folder_%s_%s", c_name(w->device->name.text),
                         c_name(out->arg->name.text));
    out->value = format("&%s", out->symbol);
    LIST_FOR(struct generate, g, m->generate)
    {
        for (size_t i = 0; i < g->output.count; i++)
            if (ends_with(g->output.item[i].text, "/") &&
                strcmp(path_of("/", g->output.item[i].text),
                       path_of("/", given->text)) == 0)
                return;
    }
    out->from = path_of(m->folder, given->text);
    kv_scan(out->from, given->mark); /* mistakes first */
}

static const char *value_in_c(const struct arg *arg, const struct word *w,
                              const struct mark *at)
{
    const char *type = arg->type.text;
    uint64_t size;
    int64_t value;
    bool truth;
    if (strcmp(type, "size") == 0 && parse_size(w->text, &size))
        return format("UINT64_C(%llu)", (unsigned long long)size);
    if (strcmp(type, "int") == 0 && parse_integer(w->text, &value))
        return value == INT64_MIN ? "INT64_MIN"
                                  : format("INT64_C(%lld)", (long long)value);
    if (strcmp(type, "bool") == 0 && parse_bool(w->text, &truth))
        return truth ? "true" : "false";
    if (strcmp(type, "string") == 0)
        return c_string(w->text);
    mistake(*at, "`%s` is `%.40s`; it must be a %s%s", arg->name.text, w->text,
            type, strcmp(type, "size") == 0 ? " like 64KiB or 1MiB" : "");
}

static void wire(struct build *b, struct wired *w)
{
    const struct kind *kind = w->kind;
    struct vec names = {0}, devices = {0};
    LIST_FOR(struct arg, a, kind->args)
    {
        push(&names, a->name.text);
    }
    for (size_t i = 0; i < b->device_count; i++)
        push(&devices, b->device[i].device->name.text);
    LIST_FOR(struct pair, p, w->device->args)
    {
        if (!contains(&names, p->name.text))
            mistake(p->name.mark, "a device of kind `%s` has no `%s`%s",
                    kind->name.text, p->name.text,
                    suggest(p->name.text, &names,
                            names.count == 0 ? "remove it"
                                             : format("it can have: %s",
                                                      join(&names, ", "))));
    }
    w->arg = pool_alloc((kind->args.count + 1) * sizeof(*w->arg));
    LIST_FOR(struct arg, a, kind->args)
    {
        struct wired_arg *out = &w->arg[w->arg_count++];
        const struct word *given = a->initial.text ? &a->initial : NULL;
        LIST_FOR(struct pair, p, w->device->args)
        {
            if (strcmp(p->name.text, a->name.text) == 0)
                given = &p->value;
        }
        if (given == NULL)
            mistake(w->device->name.mark,
                    "device `%s` needs `%s`: a %s; add it",
                    w->device->name.text, a->name.text,
                    a->device.text != NULL
                        ? format("device that is a %s", a->device.text)
                        : a->type.text);
        out->arg = a;
        if (a->device.text == NULL && strcmp(a->type.text, "folder") == 0) {
            wire_folder(b, w, out, given);
            continue;
        }
        if (a->device.text == NULL) {
            out->text = given->text;
            out->value = value_in_c(a, given, &given->mark);
            continue;
        }
        const struct wired *other = find(b, given->text);
        if (other == NULL)
            mistake(given->mark, "unknown device `%s`%s", given->text,
                    suggest(given->text, &devices,
                            format("there are: %s", join(&devices, ", "))));
        if (strcmp(other->is, a->device.text) != 0)
            mistake(given->mark,
                    "`%s.%s` expects a %s device, but `%s` is %s; wire "
                    "another one",
                    w->device->name.text, a->name.text, a->device.text,
                    given->text, other->is);
        out->device = other->device;
    }
}

static void order(struct build *b, struct wired *w, struct wired *sorted,
                  size_t *count, struct vec *chain)
{
    w->state = 1;
    push(chain, w->device->name.text);
    for (size_t i = 0; i < w->arg_count; i++) {
        if (w->arg[i].device == NULL)
            continue;
        struct wired *other = find(b, w->arg[i].device->name.text);
        if (other->state == 1) {
            push(chain, other->device->name.text);
            while (strcmp(chain->item[0], other->device->name.text) != 0) {
                chain->item++;
                chain->count--;
            }
            mistake(w->device->name.mark,
                    "cycle of devices: %s; break it by another device",
                    join(chain, " uses "));
        }
        if (other->state == 0)
            order(b, other, sorted, count, chain);
    }
    chain->count--;
    w->state = 2;
    sorted[(*count)++] = *w;
}

static void check_attached(const struct wired *w)
{
    if (w->kind->attach.text == NULL)
        return;
    const char *name = w->device->name.text;
    size_t n = strlen(name);
    if (n > 67 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") != n)
        mistake(w->device->name.mark,
                "`%s` is attached by the host, so its name has 1 to 67 "
                "letters and digits; rename it",
                name);
}

void build_wire(struct registry *r, struct build *b)
{
    static const char *const taken[] = {"keys", "argc", "argv"};
    const struct manifest *m = b->program->manifest;
    if (m->devices.count == 0)
        return;
    b->device = pool_alloc(m->devices.count * sizeof(*b->device));
    LIST_FOR(struct device, d, m->devices)
    {
        for (size_t i = 0; i < 3; i++)
            if (strcmp(d->name.text, taken[i]) == 0)
                mistake(d->name.mark,
                        "`%s` is a member of struct app; rename the device",
                        d->name.text);
        struct wired *w = &b->device[b->device_count++];
        w->device = d;
        find_kind(r, b, w);
        check_attached(w);
    }
    for (size_t i = 0; i < b->device_count; i++)
        wire(b, &b->device[i]);
    struct wired *sorted = pool_alloc(b->device_count * sizeof(*sorted));
    size_t count = 0;
    struct vec chain = {0};
    for (size_t i = 0; i < b->device_count; i++)
        if (b->device[i].state == 0)
            order(b, &b->device[i], sorted, &count, &chain);
    b->device = sorted;
}
