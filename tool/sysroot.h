/* SPDX-License-Identifier: ISC */
/* Ports that were built, put together for build systems of others: headers,
 * archives and .pc files in one folder. */
#ifndef FATA_TOOL_SYSROOT_H
#define FATA_TOOL_SYSROOT_H

struct strings;

/* A port that was built. */
struct built_port {
    const char *name, *version;
    const char *dir; /* include/, lib/ */
    /* Names that pkg-config has for it, up to NULL; NULL: `name`. */
    const char *const *pkg_config;
};

/* Copies its headers and archives to `sysroot`, and makes .pc files where the
 * library has brought none.  0, or -1 after a message. */
int sysroot_add(const char *sysroot, const struct built_port *port);

/* Makes the .pc files below `out`/lib/pkgconfig, which name `out`, speak of the
 * folder that they are in.  0, or -1 after a message. */
int sysroot_relocate(const char *out);

/* What the toolchain in `folder` offers to build systems, NAME=VALUE: its
 * programs, and the files that describe it. */
void toolchain_variables(const char *folder, const char *arch,
                         struct strings *out);

#endif
