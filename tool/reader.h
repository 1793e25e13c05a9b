/* SPDX-License-Identifier: ISC */
/* Between manifest.c (the document) and reader.c (its values). */
#ifndef TOOL_READER_H
#define TOOL_READER_H

#include "schema.h"

#include <libfyaml.h>

struct reader {
    const char *path;
    unsigned kind; /* of the manifest; KIND_ALL while unknown */
};

struct mark node_mark(const struct reader *r, struct fy_node *node,
                      struct mark otherwise);
/* "a list", "empty", or the text: for messages. */
const char *what_is(struct fy_node *node);
/* The text of a mapping's key. */
struct word pair_name(const struct reader *r, struct fy_node_pair *pair,
                      struct mark at);
/* Fills the struct of context `in` at `out`; `name` is for messages. */
void read_group(const struct reader *r, enum context in, void *out,
                struct fy_node *node, const char *name, struct mark at);

#endif
