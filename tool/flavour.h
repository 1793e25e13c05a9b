/* SPDX-License-Identifier: ISC */
/* Flavours: how objects are compiled and linked for a CPU. */
#ifndef TOOL_FLAVOUR_H
#define TOOL_FLAVOUR_H

#include "build.h"

struct flavour {
    const char *id; /* x86_64-image, x86_64-host-sanitize, ... */
    const char *arch, *name;
    bool sanitize, cross;
    struct vec cc;     /* compiler and its fixed arguments */
    struct vec cflags; /* of our own objects */
    struct vec port_cflags;
    struct vec link; /* after cc, before objects */
    struct vec link_end;
    const char *ar, *ld, *objcopy, *strip, *addr2line;
    const char *builtin; /* the compiler's own include folder */
    bool is_image;
};

/* Finds the tools and fills the flags; one that is missing ends the tool with
 * what to install. */
struct flavour *flavour_for(const struct target *target, const char *project,
                            bool use_clang);

#endif
