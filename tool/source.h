/* SPDX-License-Identifier: ISC */
/* Where the source of a port comes from: a pin (what exactly) becomes files
 * in the cache, verified, and these become a folder.
 *
 *   CACHE/archives/SHA256/FILE   as they were fetched; hashed before each use
 *   CACHE/sources/NAME-ID/       unpacked, with the distribution's patches
 *   CACHE/pins/NAME-ID.json      what stands in for a pin that is not on offer
 *   CACHE/apt/                   the private apt of source_apt.c
 *   CACHE/tmp/NAME/, CACHE/lock/NAME  one process at a time works on a port
 *
 * Everything in sources/ and archives/ was renamed into place: what exists is
 * complete.  Only the holder of lock/NAME writes, and it empties tmp/NAME
 * first, so an interrupted run leaves nothing that lasts. */
#ifndef FATA_TOOL_SOURCE_H
#define FATA_TOOL_SOURCE_H

#include "lock.h"
#include "port.h"
#include "util.h"

/* What is known of a port without network: pins in order of preference. */
struct source_plan {
    struct pin locked; /* fata.lock's entry, if it fits the manifest */
    bool has_locked;
    struct pin other; /* the cache's: first use, or in place of `locked` */
    bool has_other;
};

/* 0, or -1 after a message. */
int source_plan(const struct port *port, const struct port_env *env,
                struct source_plan *plan);
void source_plan_free(struct source_plan *plan);

/* Says so when `used` is not what fata.lock has; adds an entry to fata.lock
 * if there is none.  0, or -1 after a message. */
int source_settle(const struct port *port, const struct port_env *env,
                  const struct source_plan *plan, const struct pin *used);

/* Where a pin's source lies (or would lie); new text. */
char *source_dir(const struct port *port, const struct pin *pin);
/* Is it there, or can it be unpacked from archives in the cache? */
bool source_is_cached(const struct port *port, const struct pin *pin);

/* The caller of what follows holds lock/NAME; `tmp` is its CACHE/tmp/NAME. */

/* From the cache only: 0 and the folder is there, or -1 after a message. */
int source_unpack(const struct port *port, const struct pin *pin,
                  const char *tmp);
/* By the port's forms in order: fetches, verifies, unpacks.  `update` asks for
 * fresh lists of packages first.  *used is what it got.  0, or -1 after a
 * message. */
int source_fetch(const struct port *port, const struct port_env *env,
                 const struct source_plan *plan, bool update, const char *tmp,
                 struct pin *used);

/* --- between the source*.c files --- */

/* One attempt at one form. */
struct source_try {
    const struct port *port;
    const struct port_form *form;
    const struct pin *want; /* exactly this if possible; NULL: the newest */
    bool only_want;         /* --frozen: nothing else will do */
    bool update;            /* `fata update`: ask for the newest lists */
    const char *tmp;        /* an empty folder, for this attempt alone */
    struct text *why;       /* lines "  FORM: reason" for the last message */
};

/* 0: the files are in CACHE/archives and *pin says which.  -1: no. */
int source_from_debian(const struct source_try *t, struct pin *pin);
int source_from_binary(const struct source_try *t, struct pin *pin);
int source_from_url(const struct source_try *t, struct pin *pin);

/* Starts *pin with the port's version and hash. */
void source_start_pin(const struct source_try *t, const char *form,
                      const char *revision, struct pin *pin);
FATA_PRINTF(2, 3)
void source_because(const struct source_try *t, const char *format, ...);
const char *port_form_name(enum port_form_kind kind);

/* Says, once, that a file is not the one that was asked for. */
void archive_refused(const char *port, const char *name, const char *expected,
                     const char *found);
/* CACHE/archives: a verified copy of `path`; 0, or -1 after a message about
 * an archive that is not what was expected (or after `errno`'s message). */
int archive_put(const char *port, const char *path, const char *name,
                const char *sha256);
/* The path of a file whose hash was just checked, or NULL; new text.  One
 * that went bad is removed. */
char *archive_get(const char *name, const char *sha256);
/* A path below the cache folder; new text. */
FATA_PRINTF(1, 2) char *cache_path(const char *format, ...);

/* Unpacks pinned archives into `dir` (made here), `tmp` is scratch space. */
int unpack_archives(const struct port *port, const struct pin *pin,
                    const char *tmp, const char *dir);

#endif
