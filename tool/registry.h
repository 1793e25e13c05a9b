/* SPDX-License-Identifier: ISC */
/* Where components are: finds every manifest below the roots, by name. */
#ifndef TOOL_REGISTRY_H
#define TOOL_REGISTRY_H

#include "manifest.h"

struct entry {
    enum manifest_kind kind;
    const char *name, *path;
    const char *provides;      /* or NULL */
    int line;                  /* of the name */
    struct manifest *manifest; /* NULL until entry_manifest() */
};

struct registry {
    struct entry *entry;
    size_t count;
    struct vec roots; /* already searched */
};

/* The folder of the toolkit itself: $FATA_ROOT, or found from where the
 * executable is. */
const char *fata_root(void);
const char *self_path(void); /* of the executable */

/* Adds all manifests below `root`, except below build/, tests/, hidden
 * folders.  The same root twice is fine. */
void registry_scan(struct registry *registry, const char *root);
/* Also what the manifest's `paths` names. */
void registry_paths(struct registry *registry, const struct manifest *m);
struct entry *registry_find(struct registry *registry, const char *name,
                            unsigned kinds);
/* Names of all of these kinds, sorted. */
struct vec registry_names(const struct registry *registry, unsigned kinds);
/* Reads and checks it, once. */
struct manifest *entry_manifest(struct entry *entry);
/* The same for a manifest at this path, registered or not. */
struct manifest *registry_manifest(struct registry *registry, const char *path);

/* What can be checked without other manifests: files exist, keys agree. */
void manifest_check(const struct manifest *m);
/* Its tests exist; only who runs them minds. */
void manifest_check_tests(const struct manifest *m);

#endif
