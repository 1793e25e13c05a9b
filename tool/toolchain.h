/* SPDX-License-Identifier: ISC */
/* A toolchain: a folder with <cpu>-fata-cc and its companions, and a sysroot
 * per CPU.  docs/toolchain.md tells users about it. */
#ifndef TOOL_TOOLCHAIN_H
#define TOOL_TOOLCHAIN_H

#include "gen.h"

/* Makes it in `folder`, or brings it up to date, with what these ports (names)
 * and their like need for `targets`.  A failure ends the tool. */
void toolchain_make(struct session *s, const char *folder,
                    struct target **targets, size_t count,
                    const struct vec *ports);

/* The session in which the parts of toolchains are built: in the cache. */
struct options;
struct session *toolchain_session(const struct options *o,
                                  const char *lock_path);

#endif
