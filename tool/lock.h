/* SPDX-License-Identifier: ISC */
/* Pins: exactly which files a port was made from.  fata.lock is a set of them
 * by port name, as sorted JSON that reads well in a diff:
 *
 *   {
 *     "ports": {
 *       "musl": {
 *         "files": {"musl_1.2.3-1.dsc": "SHA-256", ...},
 *         "form": "debian",
 *         "package": "musl",
 *         "revision": "1.2.3-1",
 *         "sha256": "of the original archive, as in the port's fata.yml",
 *         "version": "1.2.3"
 *       }
 *     },
 *     "version": 1
 *   } */
#ifndef FATA_TOOL_LOCK_H
#define FATA_TOOL_LOCK_H

#include "util.h"

struct pin_file {
    char *name; /* archive: no slash; member of a binary package: its path */
    char sha256[SHA256_TEXT];
};

struct pin {
    char *version;  /* as in the port's manifest */
    char *sha256;   /* the same */
    char *form;     /* "debian", "debian-binary" or "url" */
    char *package;  /* NULL for url */
    char *revision; /* the distribution's version; NULL for url */
    struct pin_file *files;
    size_t file_count;
};

void pin_add_file(struct pin *pin, const char *name, const char *sha256);
void pin_sort(struct pin *pin);
void pin_copy(const struct pin *pin, struct pin *out);
void pin_free(struct pin *pin);
/* What identifies the pinned files: 64 hexadecimal digits. */
void pin_id(const struct pin *pin, char id[SHA256_TEXT]);

/* 1 and *pin, 0 if there is no such file or entry, -1 after a message. */
int lock_read(const char *path, const char *port, struct pin *pin);
struct lock_entry {
    const char *port;
    const struct pin *pin;
};
/* Adds or replaces these entries, all or none.  0, or -1 after a message. */
int lock_write(const char *path, const struct lock_entry *entries,
               size_t count);

/* One pin in a file of its own (the cache's memory), errors as above. */
int pin_read(const char *path, struct pin *pin);
int pin_write(const char *path, const struct pin *pin);

#endif
