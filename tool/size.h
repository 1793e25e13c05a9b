/* SPDX-License-Identifier: ISC */
/* Where the bytes of an image come from.  Every byte of the file is counted
 * once: in a piece, or in one of the rests. */
#ifndef TOOL_SIZE_H
#define TOOL_SIZE_H

#include "gen.h"

enum { SIZE_TEXT, SIZE_RODATA, SIZE_DATA, SIZE_BSS, SIZE_KINDS };
extern const char *const size_kinds[SIZE_KINDS];

/* What one section of one object is in the image. */
struct size_piece {
    uint64_t address, size;
    int kind;
    const char *component, *object;
};

/* A function or variable, inside of a piece. */
struct size_symbol {
    const char *name;
    uint64_t address, size;
    const struct size_piece *piece;
};

struct size_component {
    const char *name;
    uint64_t bytes[SIZE_KINDS];
    uint64_t file; /* without bss */
};

struct sizes {
    const char *title;        /* website for spt-x86_64 */
    struct size_piece *piece; /* by address */
    size_t pieces;
    struct size_symbol *symbol; /* largest first */
    size_t symbols;
    struct size_component *component; /* largest in the file first */
    size_t components;
    uint64_t file;     /* size of the file */
    uint64_t padding;  /* between pieces and sections */
    uint64_t unloaded; /* symbols and debug information, where it has any */
    uint64_t headers;  /* of the file */
    uint64_t stacks;   /* the arena: memory that is taken when it is used */
};

/* Of an image that is built.  Links once more, with a map.  A failure ends the
 * tool. */
struct sizes *sizes_of(const struct session *s, const struct build *b);

/* A treemap of the file. */
void size_svg(const struct sizes *sizes, struct buf *out);

/* 12,345 */
const char *grouped(uint64_t number);

#endif
