/* SPDX-License-Identifier: ISC */
/* The schema: one row per key that a manifest may have. */
#ifndef TOOL_SCHEMA_H
#define TOOL_SCHEMA_H

#include "manifest.h"

enum context {
    IN_MANIFEST,
    IN_WHEN,
    IN_REQUIRE,
    IN_SOURCE,
    IN_GENERATE,
    IN_TEST,
    IN_KEY,
    IN_KIND,
    IN_ARG,
    IN_DEVICE,
    IN_STACKS,
    IN_CASE,
    IN_SIGNAL,
    IN_FORM,
    CONTEXTS
};

enum value_type {
    A_NAME,     /* struct word: [a-z][a-z0-9_-]* */
    A_SYMBOL,   /* struct word: a C identifier */
    A_TEXT,     /* struct word: not empty */
    ANY_TEXT,   /* struct word */
    A_COUNT,    /* struct number: 1 or more */
    AN_INTEGER, /* struct number */
    A_SIZE,     /* struct number: bytes */
    A_DURATION, /* struct number: ns */
    TEXTS,      /* struct words: a list, or a single text */
    COMMANDS,   /* struct list of struct words */
    A_GROUP,    /* the struct of context `of`, in place */
    LIST_OF,    /* struct list; an item that is a text stands for the first key
                   of context `of` */
    MAP_OF,     /* struct list; its names become the `name` of each item */
    PAIRS,      /* struct list of struct pair */
};

struct schema_key {
    enum context in;
    const char *name;
    enum value_type type;
    size_t offset;     /* in the context's struct */
    unsigned kinds;    /* of manifests that may have it */
    enum context of;   /* A_GROUP, LIST_OF, MAP_OF */
    size_t item_size;  /* LIST_OF, MAP_OF */
    const char *words; /* the only texts allowed: "a|b|c", or NULL */
    bool needed;
    const char *help;
};

extern const struct schema_key schema[];
extern const size_t schema_count;
extern const char *const context_titles[CONTEXTS];

const char *type_text(const struct schema_key *key);
/* Writes the reference (Markdown) that docs/manifest.md contains. */
void schema_reference(struct buf *out);

#endif
