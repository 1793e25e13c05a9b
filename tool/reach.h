/* SPDX-License-Identifier: ISC */
/* What a link reaches: which members of its archives are loaded, which of their
 * sections are kept, and which reference is the reason for each - found as a
 * linker does it, but also where the link would fail. */
#ifndef TOOL_REACH_H
#define TOOL_REACH_H

#include "gen.h"

/* One object of the link; all of it lives as long as the process. */
struct reach_file {
    const char *component; /* whose it is */
    const char *object;    /* main.c.o, libc.a(socket.o) */
    bool loaded;
    struct reach_section *section; /* by index; [0] is none */
    size_t section_count;
    struct reach_symbol *symbol;
    size_t symbol_count;
    const char *states; /* its section .fata.sys (fata/sys.h), or NULL */
};

struct reach_symbol {
    const char *name;
    struct reach_file *file;
    uint64_t value, size;
    size_t section; /* 0: undefined, absolute or common */
    bool global, weak, defined, function;
};

struct reach_section {
    struct reach_file *file;
    const char *name;
    size_t size;
    size_t relocations; /* index of the section that has them, or 0 */
    void *scn;          /* libelf's */
    bool reached, allocated;
    /* The reference that reached it first; NULL: it is a root. */
    const struct reach_section *from;
    const char *function; /* in `from` */
};

/* A system call that is reached. */
struct reach_call {
    const char *symbol;                /* fata_sys_41 */
    const char *name;                  /* socket, or NULL */
    const struct reach_symbol *server; /* NULL: nothing defines it */
    const char *state; /* "refused ENOENT", "allowed", or NULL */
    const struct reach_section *from;
    const char *function; /* in `from` */
    struct vec by;        /* "FUNCTION of OBJECT", each that makes it */
};

struct reach {
    struct reach_file **file;
    size_t count;
    struct reach_call *call;
    size_t call_count;
};

/* Reads the files of the link and walks from start() and main(), then from the
 * entry point and what linker scripts keep.  A file that cannot be read ends
 * the tool.
 * compiler_library  libgcc.a, behind the others; or NULL */
struct reach *reach_walk(const struct link *link, const char *compiler_library);

/* One step of a chain of references. */
struct reach_step {
    const char *function;
    const struct reach_file *file;
};
/* How a call is reached: from a root to the function that makes it. */
struct reach_step *reach_chain(const struct reach_call *call, size_t *count);

#endif
