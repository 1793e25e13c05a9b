/* SPDX-License-Identifier: ISC */
/* Folders that are compiled into images: what `from:` of a kv-ro names. */
#ifndef TOOL_KV_H
#define TOOL_KV_H

#include "text.h"

struct kv_file {
    const char *key;  /* path below the folder */
    const char *path; /* absolute */
    int64_t size;     /* bytes */
};

struct kv_tree {
    struct kv_file *file; /* sorted by the bytes of their keys */
    size_t count;
};

/* Finds and checks what is in `folder`; what cannot be served is a mistake
 * at `at`.  Names with a dot in front are left out, but for `.well-known`. */
struct kv_tree kv_scan(const char *folder, struct mark at);

/* The media type for a file's name; packs: worth compressing. */
const char *kv_media_type(const char *name, bool *packs);

#endif
