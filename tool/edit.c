/* SPDX-License-Identifier: ISC */
/* libfyaml says where keys are and in which style; new words go into the text
 * at that place.  Whoever calls reads the result again before it is written. */
#include "edit.h"

#include <libfyaml.h>
#include <string.h>

struct place {
    const char *text;
    size_t size;
    const char *newline;
    bool found, flow, root_flow;
    size_t key;   /* offset of the key `requires`; of the first key */
    size_t after; /* offset behind the value that a new key shall follow */
};

static size_t offset_of(struct fy_node *scalar)
{
    struct fy_token *token = fy_node_get_scalar_token(scalar);
    const struct fy_mark *m = token != NULL ? fy_token_start_mark(token) : NULL;
    return m != NULL ? m->input_pos : 0;
}

static size_t end_of(struct fy_node *scalar)
{
    struct fy_token *token = fy_node_get_scalar_token(scalar);
    const struct fy_mark *m = token != NULL ? fy_token_end_mark(token) : NULL;
    return m != NULL ? m->input_pos : 0;
}

static size_t line_end(const struct place *p, size_t at)
{
    const char *end = memchr(p->text + at, '\n', p->size - at);
    return end != NULL ? (size_t)(end - p->text) : p->size;
}

static size_t line_start(const struct place *p, size_t at)
{
    while (at > 0 && p->text[at - 1] != '\n')
        at--;
    return at;
}

/* Behind a comment, a quoted text or a character of a flow list at `at`. */
static size_t skip(const struct place *p, size_t at)
{
    char c = p->text[at];
    bool begins = at == 0 || strchr(" \t\r\n,[]{}:", p->text[at - 1]) != NULL;
    if (c == '#' && begins)
        return line_end(p, at);
    if ((c != '"' && c != '\'') || !begins)
        return at + 1;
    for (at++; at < p->size; at++) {
        if (c == '"' && p->text[at] == '\\')
            at++;
        else if (p->text[at] == c && c == '\'' && at + 1 < p->size &&
                 p->text[at + 1] == c)
            at++;
        else if (p->text[at] == c)
            return at + 1;
    }
    return p->size;
}

/* The `[` of the list behind the key, its `]`, and where its last item ends
 * (behind the `[` when there is none). */
static void find_flow(const struct place *p, size_t *open, size_t *close,
                      size_t *last)
{
    size_t at = p->key;
    int depth = 0;
    while (at < p->size && p->text[at] != '[')
        at = skip(p, at);
    *open = at;
    *last = at + 1;
    do {
        char c = at < p->size ? p->text[at] : '\0';
        size_t next = skip(p, at);
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        if (depth > 0 && at > *open && strchr(" \t\r\n,#", c) == NULL)
            *last = next;
        /* A `#` inside of a word is part of it. */
        if (c == '#' && next == at + 1)
            *last = next;
        if (depth > 0)
            at = next;
    } while (depth > 0 && at < p->size);
    *close = at;
}

/* The blanks before the first word of this line. */
static const char *indentation(const struct place *p, size_t at)
{
    size_t start = line_start(p, at), n = 0;
    while (start + n < p->size && p->text[start + n] == ' ')
        n++;
    return pool_copy(p->text + start, n);
}

static const char *into(const struct place *p, size_t at, const char *what)
{
    struct buf t = {0};
    buf_bytes(&t, p->text, at);
    buf_add(&t, "%s", what);
    buf_bytes(&t, p->text + at, p->size - at);
    return t.data;
}

static const char *add_flow(const struct place *p, const struct vec *items)
{
    size_t open, close, last;
    struct buf t = {0};
    find_flow(p, &open, &close, &last);
    bool empty = last == open + 1;
    /* One item to a line, where the last one begins its line. */
    size_t start = line_start(p, last);
    bool lines = !empty && start > open;
    const char *indent = indentation(p, last);
    buf_add(&t, "%s", empty ? "" : ",");
    for (size_t i = 0; i < items->count; i++) {
        if (lines)
            buf_add(&t, "%s%s%s", i == 0 ? "" : ",", p->newline, indent);
        else
            buf_add(&t, "%s", i == 0 ? (empty ? "" : " ") : ", ");
        buf_add(&t, "%s", items->item[i]);
    }
    return into(p, last, t.data);
}

/* True for a line that may be below a block list whose dashes are behind
 * `indent` blanks.  content: it is part of an item */
static bool in_block(const char *line, size_t size, size_t indent,
                     bool *content)
{
    size_t n = 0;
    while (n < size && line[n] == ' ')
        n++;
    *content = n < size && line[n] != '#' && line[n] != '\r';
    if (!*content)
        return true;
    return n > indent || (n == indent && line[n] == '-' &&
                          (n + 1 == size || strchr(" \t\r", line[n + 1])));
}

static const char *add_block(const struct place *p, const struct vec *items)
{
    size_t at = line_end(p, p->key) + 1, last = at, indent = 0;
    struct buf t = {0};
    bool first = true, content;
    while (at < p->size) {
        size_t end = line_end(p, at);
        if (first) {
            indent = strlen(indentation(p, at));
            first = p->text[at + indent] != '-';
        }
        if (!first && !in_block(p->text + at, end - at, indent, &content))
            break;
        if (!first && content)
            last = end;
        at = end + 1;
    }
    if (last > 0 && p->text[last - 1] == '\r')
        last--;
    for (size_t i = 0; i < items->count; i++)
        buf_add(&t, "%s%*s- %s", p->newline, (int)indent, "", items->item[i]);
    return into(p, last, t.data);
}

static const char *add_key(const struct place *p, const struct vec *items)
{
    const char *list = format("requires: [%s]", join(items, ", "));
    if (p->root_flow)
        return into(p, p->after, format(", %s", list));
    /* Behind the line, and what is still part of that value below it. */
    size_t end = line_end(p, p->after);
    bool whole = end < p->size;
    if (end > 0 && p->text[end - 1] == '\r')
        end--;
    return into(p, end,
                format("%s%s%s", p->newline, list, whole ? "" : p->newline));
}

/* Where the value of a top-level key ends: before the next key, without the
 * comments and empty lines in front of that. */
static size_t value_end(const struct place *p, size_t key, size_t next)
{
    size_t last = line_end(p, key);
    for (size_t at = last + 1; at < next; at = line_end(p, at) + 1) {
        size_t n = at;
        while (n < p->size && strchr(" \t\r", p->text[n]) != NULL)
            n++;
        if (n < p->size && p->text[n] != '\n' && p->text[n] != '#' && n > at)
            last = line_end(p, at);
        else if (n < p->size && (p->text[n] == '-' || p->text[n] == ']') &&
                 n == at)
            last = line_end(p, at);
    }
    return last;
}

static void find(struct place *p, struct fy_node *root)
{
    struct fy_node_pair *pair;
    void *iterator = NULL;
    size_t sources = 0, named = 0, before = 0;
    p->root_flow = fy_node_get_style(root) == FYNS_FLOW;
    while ((pair = fy_node_mapping_iterate(root, &iterator)) != NULL) {
        struct fy_node *key = fy_node_pair_key(pair);
        struct fy_node *value = fy_node_pair_value(pair);
        const char *name = fy_node_get_scalar0(key);
        size_t at = offset_of(key);
        if (strcmp(name, "requires") == 0) {
            p->found = true;
            p->key = at;
            p->flow = fy_node_get_style(value) == FYNS_FLOW;
            return;
        }
        if (strcmp(name, "component") == 0 || strcmp(name, "unikernel") == 0 ||
            strcmp(name, "target") == 0) {
            named = at;
            p->after = end_of(value);
        }
        if (before != 0)
            sources = value_end(p, before, at);
        before = strcmp(name, "sources") == 0 ? at + 1 : 0;
    }
    if (before != 0)
        sources = value_end(p, before, p->size);
    if (sources > named && !p->root_flow)
        p->after = sources;
}

const char *edit_requires(const char *path, const char *text, size_t size,
                          const struct vec *items)
{
    struct place p = {.text = text, .size = size};
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_JSON_NONE |
                                        FYPCF_DEFAULT_VERSION_1_2};
    struct fy_document *document =
        fy_document_build_from_string(&cfg, text, size);
    if (document == NULL)
        stop(EXIT_FAILED, "%s cannot be read again", shown_path(path));
    p.newline = strstr(text, "\r\n") != NULL ? "\r\n" : "\n";
    find(&p, fy_document_root(document));
    fy_document_destroy(document);
    if (!p.found)
        return add_key(&p, items);
    return p.flow ? add_flow(&p, items) : add_block(&p, items);
}
