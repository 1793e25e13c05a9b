/* SPDX-License-Identifier: ISC */
/* apt with the machine's own package sources and trust, but lists of its own
 * in the cache: works without root and changes nothing on the machine. */
#ifndef FATA_TOOL_SOURCE_APT_H
#define FATA_TOOL_SOURCE_APT_H

#include "util.h"

enum apt_kind {
    APT_SOURCE, /* source packages: every entry becomes deb-src */
    APT_BINARY, /* binary packages */
    APT_SYSTEM  /* binary packages, by the machine's own lists (read only) */
};

struct apt_file {
    char *name; /* last part of the path */
    char *sha256;
};

/* One version of a package that the lists offer. */
struct apt_offer {
    char *version;
    struct apt_file *files;
    size_t file_count;
};

/* Is apt here at all?  If not, *why says what is missing. */
bool apt_is_here(const char **why);
/* What the lists offer of a package, newest first; free by apt_offers_free.
 * Fetches nothing. */
size_t apt_offers(enum apt_kind kind, const char *package,
                  struct apt_offer **offers);
void apt_offer_free(struct apt_offer *offer);
void apt_offers_free(struct apt_offer *offers, size_t count);
/* Fetches the lists, once per run: false if that was done before. */
bool apt_update(enum apt_kind kind);
/* Why a download failed. */
struct apt_failure {
    char *why;    /* one line, no host */
    char *file;   /* the one that came with a wrong hash, or NULL */
    char *sha256; /* what it had ("another size" if apt did not look) */
};

/* Downloads into `dir`; 0, or -1 and *failure. */
int apt_download(enum apt_kind kind, const char *package, const char *version,
                 const char *dir, struct apt_failure *failure);
void apt_failure_free(struct apt_failure *failure);

/* What the machine has in sources.list form (lines) and in .sources form
 * (paragraphs), as entries of this kind. */
void apt_read_machine(enum apt_kind kind, struct strings *lines,
                      struct strings *paragraphs);
/* A field's value if `line` is that field, else NULL. */
const char *apt_field(const char *line, const char *name);

/* Order of Debian versions, as strcmp. */
int apt_compare_versions(const char *a, const char *b);
/* Is `version` the distribution's name of upstream's `upstream`? */
bool apt_version_is(const char *version, const char *upstream);

#endif
