/* SPDX-License-Identifier: ISC */
/* YAML nodes to structures, as the schema says.  Knows positions and types, not
 * what names mean (check.c, wiring.c do). */
#include "reader.h"

#include <string.h>

static struct mark token_mark(const struct reader *r, struct fy_token *token)
{
    const struct fy_mark *m = fy_token_start_mark(token);
    if (m == NULL)
        return (struct mark){r->path, 1, 1};
    return (struct mark){r->path, m->line + 1, m->column + 1};
}

/* Nodes other than texts have no token of their own: the first text inside
 * gives the place. */
struct mark node_mark(const struct reader *r, struct fy_node *node,
                      struct mark otherwise)
{
    for (int depth = 0; node != NULL && depth < 64; depth++) {
        void *at = NULL;
        struct fy_node_pair *pair;
        switch (fy_node_get_type(node)) {
        case FYNT_SCALAR: {
            struct fy_token *token = fy_node_get_scalar_token(node);
            if (token == NULL)
                return otherwise;
            return token_mark(r, token);
        }
        case FYNT_SEQUENCE:
            node = fy_node_sequence_iterate(node, &at);
            break;
        case FYNT_MAPPING:
            pair = fy_node_mapping_iterate(node, &at);
            node = pair == NULL ? NULL : fy_node_pair_key(pair);
            break;
        }
    }
    return otherwise;
}

static const char *node_text(struct fy_node *node)
{
    size_t size = 0;
    const char *text = fy_node_get_scalar(node, &size);
    return text == NULL ? "" : pool_copy(text, size);
}

static bool is_text(struct fy_node *node)
{
    return node == NULL || fy_node_get_type(node) == FYNT_SCALAR;
}

/* Nothing at all after the colon. */
static bool is_nothing(struct fy_node *node)
{
    return node == NULL || (is_text(node) && node_text(node)[0] == '\0' &&
                            fy_node_get_style(node) != FYNS_SINGLE_QUOTED &&
                            fy_node_get_style(node) != FYNS_DOUBLE_QUOTED);
}

const char *what_is(struct fy_node *node)
{
    if (is_nothing(node))
        return "empty";
    if (fy_node_get_type(node) == FYNT_SEQUENCE)
        return "a list";
    if (fy_node_get_type(node) == FYNT_MAPPING)
        return "a group of keys";
    const char *text = node_text(node);
    return format("`%.40s%s`", text, strlen(text) > 40 ? "..." : "");
}

FATA_NORETURN static void wrong_type(struct mark at, const char *name,
                                     struct fy_node *node, const char *needed)
{
    mistake(at, "`%s` is %s; it must be %s", name, what_is(node), needed);
}

static void check_plain(struct fy_node *node, struct mark at)
{
    if (node == NULL)
        return;
    if (fy_node_is_alias(node))
        mistake(at, "aliases (*name) are not supported; write the value out");
}

static struct word read_word(const struct reader *r,
                             const struct schema_key *key, struct fy_node *node,
                             struct mark at)
{
    struct mark m = node_mark(r, node, at);
    check_plain(node, m);
    if (!is_text(node) || (is_nothing(node) && key->type != ANY_TEXT))
        wrong_type(m, key->name, node, type_text(key));
    struct word w = {node == NULL ? "" : node_text(node), m};
    if (strlen(w.text) != strcspn(w.text, "\r\n") && key->type != ANY_TEXT)
        mistake(m, "`%s` has more than one line; write it in one", key->name);
    if (w.text[0] == '\0' && key->type == A_TEXT)
        wrong_type(m, key->name, node, type_text(key));
    if ((key->type == A_NAME && !is_name(w.text)) ||
        (key->type == A_SYMBOL && !is_identifier(w.text)))
        wrong_type(m, key->name, node, type_text(key));
    if (key->words != NULL) {
        struct vec words = {0};
        for (const char *p = key->words; *p != '\0';
             p += strcspn(p, "|"), p += *p == '|')
            push(&words, pool_copy(p, strcspn(p, "|")));
        if (!contains(&words, w.text))
            mistake(m, "`%s` is `%.40s`; it must be one of: %s", key->name,
                    w.text, join(&words, ", "));
    }
    return w;
}

static struct number read_number(const struct schema_key *key,
                                 struct fy_node *node, struct word w)
{
    struct number n = {true, 0, w.mark};
    bool good = false;
    uint64_t size;
    switch (key->type) {
    case A_COUNT:
        good = parse_integer(w.text, &n.value) && n.value >= 1;
        break;
    case AN_INTEGER:
        good = parse_integer(w.text, &n.value);
        break;
    case A_SIZE:
        good = parse_size(w.text, &size);
        n.value = good ? (int64_t)size : 0;
        break;
    case A_DURATION:
        good = parse_duration(w.text, &n.value);
        break;
    default:
        break;
    }
    if (!good)
        wrong_type(w.mark, key->name, node, type_text(key));
    return n;
}

static struct words read_words(const struct reader *r,
                               const struct schema_key *key,
                               struct fy_node *node, struct mark at)
{
    struct words list = {.given = true, .mark = at};
    struct fy_node *item;
    void *iterator = NULL;
    struct schema_key one = *key;
    one.type = A_TEXT;
    if (!is_nothing(node) && is_text(node)) {
        list.item = pool_grow(NULL, 0, sizeof(*list.item));
        list.item[list.count++] = read_word(r, &one, node, at);
        return list;
    }
    if (node == NULL || fy_node_get_type(node) != FYNT_SEQUENCE)
        wrong_type(node_mark(r, node, at), key->name, node, type_text(key));
    while ((item = fy_node_sequence_iterate(node, &iterator)) != NULL) {
        if (!is_text(item) || is_nothing(item))
            mistake(node_mark(r, item, at),
                    "an item of `%s` is %s; each must be a text", key->name,
                    what_is(item));
        list.item = pool_grow(list.item, list.count, sizeof(*list.item));
        list.item[list.count++] = read_word(r, &one, item, at);
    }
    return list;
}

static struct list read_commands(const struct reader *r,
                                 const struct schema_key *key,
                                 struct fy_node *node, struct mark at)
{
    struct list list = {.given = true, .mark = at};
    struct words *all = NULL;
    struct fy_node *item;
    void *iterator = NULL;
    if (node == NULL || fy_node_get_type(node) != FYNT_SEQUENCE)
        wrong_type(node_mark(r, node, at), key->name, node, type_text(key));
    while ((item = fy_node_sequence_iterate(node, &iterator)) != NULL) {
        struct mark m = node_mark(r, item, at);
        if (fy_node_get_type(item) != FYNT_SEQUENCE)
            mistake(m,
                    "an item of `%s` is %s; each must be a list: "
                    "[command, arguments]",
                    key->name, what_is(item));
        all = pool_grow(all, list.count, sizeof(*all));
        all[list.count] = read_words(r, key, item, m);
        if (all[list.count++].count == 0)
            mistake(m,
                    "a command of `%s` is empty; write [command, "
                    "arguments]",
                    key->name);
    }
    list.item = all;
    return list;
}

static struct list read_list(const struct reader *r,
                             const struct schema_key *key, struct fy_node *node,
                             struct mark at);
static struct list read_map(const struct reader *r,
                            const struct schema_key *key, struct fy_node *node,
                            struct mark at);

static void read_value(const struct reader *r, const struct schema_key *key,
                       void *out, struct fy_node *node, struct mark at)
{
    void *to = (char *)out + key->offset;
    switch (key->type) {
    case A_NAME:
    case A_SYMBOL:
    case A_TEXT:
    case ANY_TEXT:
        *(struct word *)to = read_word(r, key, node, at);
        break;
    case A_COUNT:
    case AN_INTEGER:
    case A_SIZE:
    case A_DURATION:
        *(struct number *)to =
            read_number(key, node, read_word(r, key, node, at));
        break;
    case TEXTS:
        *(struct words *)to = read_words(r, key, node, at);
        break;
    case COMMANDS:
        *(struct list *)to = read_commands(r, key, node, at);
        break;
    case A_GROUP:
        read_group(r, key->of, to, node, key->name, at);
        break;
    case LIST_OF:
        *(struct list *)to = read_list(r, key, node, at);
        break;
    case MAP_OF:
    case PAIRS:
        *(struct list *)to = read_map(r, key, node, at);
        break;
    }
}

static const struct schema_key *first_key(enum context in)
{
    for (size_t i = 0; i < schema_count; i++)
        if (schema[i].in == in)
            return &schema[i];
    return NULL;
}

static struct list read_list(const struct reader *r,
                             const struct schema_key *key, struct fy_node *node,
                             struct mark at)
{
    struct list list = {.given = true, .mark = at};
    struct fy_node *item;
    void *iterator = NULL;
    size_t size = key->item_size;
    if (node == NULL || fy_node_get_type(node) != FYNT_SEQUENCE)
        wrong_type(node_mark(r, node, at), key->name, node, type_text(key));
    while ((item = fy_node_sequence_iterate(node, &iterator)) != NULL) {
        struct mark m = node_mark(r, item, at);
        list.item = pool_grow(list.item, list.count, size);
        void *out = (char *)list.item + size * list.count++;
        const struct schema_key *first = first_key(key->of);
        if (is_text(item) && !is_nothing(item) && key->of != IN_CASE &&
            key->of != IN_GENERATE && key->of != IN_FORM)
            read_value(r, first, out, item, m);
        else
            read_group(r, key->of, out, item, format("item of %s", key->name),
                       m);
    }
    return list;
}

/* The text of a mapping's key. */
struct word pair_name(const struct reader *r, struct fy_node_pair *pair,
                      struct mark at)
{
    struct fy_node *node = fy_node_pair_key(pair);
    struct word w = {"", node_mark(r, node, at)};
    check_plain(node, w.mark);
    if (is_nothing(node) || !is_text(node))
        mistake(w.mark, "a key is %s; it must be a text", what_is(node));
    w.text = node_text(node);
    return w;
}

static struct list read_map(const struct reader *r,
                            const struct schema_key *key, struct fy_node *node,
                            struct mark at)
{
    struct list list = {.given = true, .mark = at};
    struct fy_node_pair *pair;
    void *iterator = NULL;
    size_t size = key->type == PAIRS ? sizeof(struct pair) : key->item_size;
    if (node == NULL || fy_node_get_type(node) != FYNT_MAPPING)
        wrong_type(node_mark(r, node, at), key->name, node, type_text(key));
    while ((pair = fy_node_mapping_iterate(node, &iterator)) != NULL) {
        struct word name = pair_name(r, pair, at);
        if (!is_name(name.text))
            mistake(name.mark,
                    "`%.40s` in `%s` is not a name; use a-z, 0-9, `-` and "
                    "`_`, a letter first",
                    name.text, key->name);
        /* `name` is the first member of every such struct. */
        for (size_t i = 0; i < list.count; i++) {
            const struct word *other =
                (const void *)((const char *)list.item + size * i);
            if (strcmp(other->text, name.text) == 0)
                mistake(name.mark,
                        "two of one name in `%s`: `%s` is also in line %d; "
                        "rename one",
                        key->name, name.text, other->mark.line);
        }
        list.item = pool_grow(list.item, list.count, size);
        void *out = (char *)list.item + size * list.count++;
        *(struct word *)out = name;
        if (key->type == PAIRS) {
            struct schema_key one = {.name = name.text, .type = A_TEXT};
            ((struct pair *)out)->value =
                read_word(r, &one, fy_node_pair_value(pair), name.mark);
        } else {
            read_group(r, key->of, out, fy_node_pair_value(pair), name.text,
                       name.mark);
        }
    }
    return list;
}

/* A device has its kind's arguments besides the keys of the schema. */
static void read_argument(const struct reader *r, struct device *device,
                          struct word name, struct fy_node *node)
{
    struct schema_key one = {.name = name.text, .type = ANY_TEXT};
    struct list *args = &device->args;
    args->item = pool_grow(args->item, args->count, sizeof(struct pair));
    struct pair *pair = (struct pair *)args->item + args->count++;
    pair->name = name;
    pair->value = read_word(r, &one, node, name.mark);
}

static const char *kind_text(unsigned kinds)
{
    struct vec v = {0};
    if (kinds & KIND_COMPONENT)
        push(&v, "components");
    if (kinds & KIND_UNIKERNEL)
        push(&v, "unikernels");
    if (kinds & KIND_TARGET)
        push(&v, "targets");
    return join(&v, " and ");
}

void read_group(const struct reader *r, enum context in, void *out,
                struct fy_node *node, const char *name, struct mark at)
{
    struct fy_node_pair *pair;
    void *iterator = NULL;
    struct word seen[64];
    size_t seen_count = 0;
    struct vec known = {0};

    check_plain(node, at);
    if (node == NULL || fy_node_get_type(node) != FYNT_MAPPING)
        mistake(node_mark(r, node, at), "%s is %s; it must be a group of keys",
                in == IN_MANIFEST ? "the manifest" : format("`%s`", name),
                what_is(node));
    for (size_t i = 0; i < schema_count; i++)
        if (schema[i].in == in && (schema[i].kinds & r->kind) != 0)
            push(&known, schema[i].name);
    while ((pair = fy_node_mapping_iterate(node, &iterator)) != NULL) {
        struct word w = pair_name(r, pair, at);
        const struct schema_key *key = NULL;
        for (size_t i = 0; i < schema_count && key == NULL; i++)
            if (schema[i].in == in && strcmp(schema[i].name, w.text) == 0)
                key = &schema[i];
        for (size_t i = 0; i < seen_count; i++)
            if (strcmp(seen[i].text, w.text) == 0)
                mistake(w.mark,
                        "key `%s` is given twice, also in line %d; remove one",
                        w.text, seen[i].mark.line);
        if (seen_count == sizeof(seen) / sizeof(seen[0]))
            mistake(w.mark, "too many keys; remove some");
        seen[seen_count++] = w;
        if (key == NULL && in == IN_DEVICE) {
            read_argument(r, out, w, fy_node_pair_value(pair));
            continue;
        }
        if (key == NULL)
            mistake(w.mark, "unknown key `%.40s` in %s%s", w.text,
                    context_titles[in],
                    suggest(w.text, &known,
                            format("it can have: %s", join(&known, ", "))));
        if ((key->kinds & r->kind) == 0)
            mistake(w.mark, "`%s` is a key of %s; remove it here", w.text,
                    kind_text(key->kinds));
        read_value(r, key, out, fy_node_pair_value(pair), w.mark);
    }
    for (size_t i = 0; i < schema_count; i++) {
        if (schema[i].in != in || !schema[i].needed)
            continue;
        bool found = false;
        for (size_t j = 0; j < seen_count; j++)
            found = found || strcmp(seen[j].text, schema[i].name) == 0;
        if (!found)
            mistake(node_mark(r, node, at), "%s has no `%s`; add it (%s)",
                    strchr(name, ' ') != NULL ? format("an %s", name)
                                              : format("`%s`", name),
                    schema[i].name, schema[i].help);
    }
}
