/* SPDX-License-Identifier: ISC */
/* Third-party libraries: from a port's description to headers and archives
 * in the cache.  docs/ports.md tells users about it.
 *
 *   port.c              cache keys; when to build
 *   port_make.[ch]      building, by the port's commands or port_ninja.c
 *   source.[ch]         which source, and from where: forms in order
 *   source_url.c, source_debian.c       the forms
 *   source_apt.[ch], source_machine.c   apt on lists of its own
 *   source_archive.c, source_unpack.c   files in the cache, and folders
 *   lock.[ch]           fata.lock
 */
#ifndef FATA_TOOL_PORT_H
#define FATA_TOOL_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "sysroot.h"

/* One way to obtain the source; they are tried in order. */
struct port_form {
    enum port_form_kind {
        PORT_DEBIAN,        /* what = source package */
        PORT_DEBIAN_BINARY, /* what = binary package, files = members */
        PORT_URL            /* what = https:, http: or file: address */
    } kind;
    const char *what;
    const char *const *files; /* NULL-terminated, or NULL */
};

/* Lists are NULL-terminated; a NULL list is empty. */
struct port {
    const char *name;
    const char *version;
    const char *licence;
    const char *sha256; /* of the original archive: the root of trust */
    const char *dir;    /* folder of its fata.yml */
    const struct port_form *forms;
    size_t form_count;
    const char *const *sources;      /* globs in the source; own files: ./x */
    const char *const *include;      /* the same */
    const char *const *cflags;       /* private to the port */
    const char *const *defines;      /* NAME or NAME=VALUE */
    const char *const *const *build; /* commands, instead of sources */
    const char *const *dep_include;  /* include folders it may use */
    const char *const *dep_keys;     /* port_result.key of required ports */
    /* Required ports but those of the C library. */
    const struct built_port *deps;
    size_t dep_count;
};

struct port_env {
    const char *arch;
    const char *flavour;
    bool sanitize;
    const char *const *cc;     /* compiler and fixed arguments: {"gcc"} */
    const char *const *cflags; /* the flavour's */
    const char *ar;
    const char *ld;
    /* Command that makes the toolchain for `build` in the folder that follows
     * as its last word, and what determines that; NULL: `cc` is used. */
    const char *const *toolchain;
    const char *toolchain_key;
    const char *lock_path; /* fata.lock; NULL: none is read or written */
    bool frozen;           /* exactly what fata.lock says */
    bool offline;          /* the network is not touched */
    unsigned jobs;         /* 0: one per core */
    bool progress;         /* standard error is a terminal */
};

struct port_result {
    char **include;  /* absolute, NULL-terminated */
    char **archives; /* absolute, NULL-terminated */
    char *key;       /* of what was built: 64 hexadecimal digits */
};

/* Fetches, unpacks and builds what is not in the cache yet.
 * Returns 0, or -1 after one clear message on standard error. */
int port_build(const struct port *port, const struct port_env *env,
               struct port_result *result);
void port_result_free(struct port_result *result);

struct pin;
/* Only fetches and unpacks; *dir is the new text of the folder's path.
 * pin  returned: what it was made from, for pin_free(); or NULL */
int port_fetch(const struct port *port, const struct port_env *env, char **dir,
               struct pin *pin);

/* Fetches the sources of all these ports, then writes fata.lock: an entry for
 * each that has none, or, of the newest revision on offer, for all.  Says what
 * changed.  When one fails the file stays as it was.  0, or -1 after messages.
 */
int port_pin(const struct port *ports, size_t count, const struct port_env *env,
             bool newest);

#endif
