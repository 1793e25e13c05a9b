/* SPDX-License-Identifier: ISC */
/* What an image is made of, for whoever passes it on: each component whose
 * bytes are in it, its version, licence and source. */
#ifndef TOOL_PARTS_H
#define TOOL_PARTS_H

#include "gen.h"
#include "lock.h"

struct part {
    const char *name;
    const struct unit *unit; /* NULL: what the compiler adds */
    bool is_program, is_port;
    bool used;           /* of it there are bytes in the image; or it is headers
                            and nothing else, so that nobody can tell */
    uint64_t bytes;      /* in the file */
    const char *version; /* NULL: it has none */
    const char *licence; /* NULL: it is not said */
    struct vec texts;    /* files with the text of the licence, absolute */
    /* port */
    struct pin pin;     /* what it is made from */
    const char *folder; /* the source, unpacked */
};

struct parts {
    const struct build *b;
    struct part *part; /* the program, components, ports; each by name */
    size_t count;
};

/* Of an image that is built; links once more, with a map.  Sources of ports
 * are fetched if need be.  A failure ends the tool. */
struct parts *parts_of(struct session *s, const struct build *b);
/* The file of its pin that is the original archive, or NULL. */
const struct pin_file *part_original(const struct part *p);

#endif
