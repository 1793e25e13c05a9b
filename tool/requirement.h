/* SPDX-License-Identifier: ISC */
/* An item of `requires`: a name and, of ports, the versions that will do -
 * `zlib`, `zlib >= 1.2.11`, `zlib >= 1.2 < 2`. */
#ifndef TOOL_REQUIREMENT_H
#define TOOL_REQUIREMENT_H

#include "manifest.h"

enum { BOUNDS = 4 };

struct bound {
    bool below; /* < version, else >= version */
    const char *version;
};

struct requirement {
    const char *name;
    struct bound bound[BOUNDS];
    size_t count;
};

/* A text that is none ends the tool with a mistake. */
struct requirement requirement_read(const struct word *word);
/* The bound that `version` does not keep to, or NULL. */
const struct bound *requirement_unmet(const struct requirement *r,
                                      const char *version);
/* True when no version keeps to both. */
bool bounds_exclude(const struct bound *a, const struct bound *b);
const char *bound_text(const struct bound *b); /* ">= 1.2" */

#endif
