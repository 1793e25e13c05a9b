/* SPDX-License-Identifier: ISC */
/* Checks of one manifest that need no other: files exist, keys agree. */
#include "licence.h"
#include "registry.h"

#include <string.h>

static void must_be_file(const struct manifest *m, const struct word *w)
{
    const char *path = path_of(m->folder, w->text);
    if (is_file(path))
        return;
    if (is_folder(path))
        mistake(w->mark, "`%s` is a folder; name the files in it", w->text);
    mistake(w->mark, "`%s` does not exist; create it or correct the path",
            w->text);
}

static void must_exist(const struct manifest *m, const struct word *w)
{
    if (!is_folder(path_of(m->folder, w->text)))
        must_be_file(m, w);
}

/* Names in one folder of the build, so each once. */
static void check_outputs(const struct manifest *m, const struct generate *g)
{
    if (g->output.count == 0)
        mistake(g->output.mark, "`output` is empty; name what is made");
    for (size_t i = 0; i < g->output.count; i++) {
        const struct word *w = &g->output.item[i];
        size_t n = strcspn(w->text, "/");
        if (w->text[0] == '.' || n == 0 ||
            (w->text[n] == '/' && w->text[n + 1] != '\0'))
            mistake(w->mark,
                    "`%s` is no name of a file or, with `/` behind it, of a "
                    "folder; the build has a place for it",
                    w->text);
        LIST_FOR(struct generate, other, m->generate)
        {
            for (size_t k = 0; k < other->output.count; k++) {
                const struct word *o = &other->output.item[k];
                if (o != w && strncmp(o->text, w->text, n) == 0 &&
                    (o->text[n] == '\0' || o->text[n] == '/'))
                    mistake(o > w ? o->mark : w->mark,
                            "two of one name: `%.*s` is made twice; rename "
                            "one",
                            (int)n, w->text);
            }
        }
    }
}

static void check_port(const struct manifest *m)
{
    static const struct {
        size_t offset;
        const char *key, *help;
    } needs[] = {
        {offsetof(struct manifest, version), "version", "1.2.3"},
        {offsetof(struct manifest, licence), "licence", "MIT"},
        {offsetof(struct manifest, sha256), "sha256",
         "<hash of the original archive>"},
    };
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        const struct word *w =
            (const void *)((const char *)m + needs[i].offset);
        if (m->source.given && w->text == NULL)
            mistake(m->source.mark, "a port needs `%s`; add `%s: %s`",
                    needs[i].key, needs[i].key, needs[i].help);
    }
    if (m->licence.text != NULL && licence_problem(m->licence.text) != NULL)
        mistake(m->licence.mark, "licence: %s",
                licence_problem(m->licence.text));
    if (!m->source.given && m->sha256.text != NULL)
        mistake(m->sha256.mark,
                "`sha256` is a key of ports; add `source`, or remove it");
    if (!m->source.given) {
        if (m->build.given)
            mistake(m->build.mark,
                    "`build` is a key of ports; add `source`, or remove it");
        return;
    }
    if (m->source.count == 0)
        mistake(m->source.mark, "`source` is empty; add where the source "
                                "comes from: - url: https://...");
    if (strlen(m->sha256.text) != 64 ||
        m->sha256.text[strspn(m->sha256.text, "0123456789abcdef")] != '\0')
        mistake(m->sha256.mark, "`sha256` is not 64 hexadecimal digits; take "
                                "them from sha256sum");
    if (m->build.given && m->sources.given)
        mistake(m->sources.mark, "a port has `build` or `sources`, not both; "
                                 "remove one");
    LIST_FOR(struct form, f, m->source)
    {
        int forms = (f->debian.text != NULL) + (f->debian_binary.text != NULL) +
                    (f->url.text != NULL);
        if (forms != 1)
            mistake(m->source.mark,
                    "an item of `source` has %s; give it one of `debian`, "
                    "`debian-binary`, `url`",
                    forms == 0 ? "no origin" : "several origins");
    }
}

static void check_keys(const struct manifest *m)
{
    LIST_FOR(struct key, k, m->keys)
    {
        struct mark at = k->initial.mark;
        const char *type = k->type.text, *text = k->initial.text;
        int64_t value;
        uint64_t size;
        bool truth, good = true;
        if (strcmp(type, "int") != 0 && (k->min.given || k->max.given))
            mistake(k->min.given ? k->min.mark : k->max.mark,
                    "`min` and `max` are for keys of type int; remove them");
        if (k->min.given && k->max.given && k->min.value > k->max.value)
            mistake(k->max.mark, "`max` is less than `min`; swap them");
        if (m->kind == KIND_UNIKERNEL && k->set.text != NULL)
            mistake(k->set.mark, "`set` is for keys of components; the program "
                                 "finds the value in app->keys");
        if (m->kind == KIND_COMPONENT && k->set.text == NULL)
            mistake(k->name.mark,
                    "key `%s` of a component has no `set`; add "
                    "the function that takes it",
                    k->name.text);
        if (text == NULL)
            continue;
        if (strcmp(type, "int") == 0) {
            good = parse_integer(text, &value);
            if (good && ((k->min.given && value < k->min.value) ||
                         (k->max.given && value > k->max.value)))
                mistake(at,
                        "default %s lies outside `min` and `max`; "
                        "correct one of them",
                        text);
        } else if (strcmp(type, "bool") == 0) {
            good = parse_bool(text, &truth);
        } else if (strcmp(type, "duration") == 0) {
            good = parse_duration(text, &value);
        } else if (strcmp(type, "size") == 0) {
            good = parse_size(text, &size);
        }
        if (!good)
            mistake(at, "default `%.40s` is no %s; correct it", text, type);
    }
}

static void check_kinds(const struct manifest *m)
{
    LIST_FOR(struct kind, k, m->kinds)
    {
        LIST_FOR(struct arg, a, k->args)
        {
            if ((a->device.text != NULL) == (a->type.text != NULL))
                mistake(a->name.mark,
                        "argument `%s` needs either `device` or `type`; give "
                        "it one of them",
                        a->name.text);
        }
    }
}

static void check_unikernel(const struct manifest *m)
{
    const int64_t size = m->stacks.size.value;
    if (m->stacks.size.given && (size < 8192 || size % 4096 != 0))
        mistake(m->stacks.size.mark,
                "stack size must be a multiple of 4KiB, from 8KiB; try %lldKiB",
                size < 8192 ? 8LL : (long long)(size / 4096 + 1) * 4);
    if (m->stacks.count.given && m->stacks.count.value > 1 << 20)
        mistake(m->stacks.count.mark, "more than %d stacks; give fewer",
                1 << 20);
    if (m->memory.given && m->memory.value > 65536)
        mistake(m->memory.mark, "`memory` is in MiB; 65536 is the most");
    LIST_FOR(struct test_case, c, m->cases)
    {
        LIST_FOR(struct test_case, other, m->cases)
        {
            if (other < c && strcmp(other->name.text, c->name.text) == 0)
                mistake(c->name.mark,
                        "two of one name: case `%s` is also in line %d; "
                        "rename one",
                        c->name.text, other->name.mark.line);
        }
        LIST_FOR(struct pair, p, c->net)
        {
            if (strcmp(p->value.text, "tap") != 0 &&
                strcmp(p->value.text, "user") != 0 &&
                strcmp(p->value.text, "host") != 0)
                mistake(p->value.mark,
                        "net `%s` is `%.40s`; write `tap`, `user` or "
                        "`host`",
                        p->name.text, p->value.text);
        }
    }
}

void manifest_check(const struct manifest *m)
{
    check_port(m);
    if (!m->source.given) {
        LIST_FOR(struct source, s, m->sources)
        {
            for (size_t i = 0; i < s->files.count; i++) {
                const struct word *w = &s->files.item[i];
                size_t n = strlen(w->text);
                must_be_file(m, w);
                if (n < 3 || (strcmp(w->text + n - 2, ".c") != 0 &&
                              strcmp(w->text + n - 2, ".S") != 0))
                    mistake(w->mark,
                            "`%s` is neither .c nor .S; headers go to "
                            "include/, other files to `generate`",
                            w->text);
            }
        }
        for (size_t i = 0; i < m->include.count; i++)
            if (!is_folder(path_of(m->folder, m->include.item[i].text)))
                mistake(m->include.item[i].mark,
                        "folder `%s` does not exist; create it or correct "
                        "the path",
                        m->include.item[i].text);
    }
    LIST_FOR(struct generate, g, m->generate)
    {
        check_outputs(m, g);
        if (g->command.count == 0)
            mistake(g->command.mark,
                    "`command` is empty; write [command, arguments]");
        for (size_t i = 0; i < g->inputs.count; i++)
            must_exist(m, &g->inputs.item[i]);
    }
    if (m->kind == KIND_UNIKERNEL && !m->sources.given)
        mistake(m->name.mark, "a unikernel needs `sources`; add "
                              "`sources: [main.c]`");
    if (m->kind == KIND_TARGET && m->flavour.text == NULL)
        mistake(m->name.mark, "a target needs `flavour`; add "
                              "`flavour: image` or `flavour: host`");
    if (m->script.text != NULL)
        must_be_file(m, &m->script);
    check_keys(m);
    check_kinds(m);
    check_unikernel(m);
}

void manifest_check_tests(const struct manifest *m)
{
    LIST_FOR(struct test, t, m->tests)
    {
        const char *path = path_of(m->folder, t->file.text);
        if (is_folder(path) && !is_file(path_of(path, "fata.yml")))
            mistake(t->file.mark,
                    "folder `%s` has no fata.yml; a test folder is a "
                    "unikernel",
                    t->file.text);
        if (!is_folder(path))
            must_be_file(m, &t->file);
    }
}
