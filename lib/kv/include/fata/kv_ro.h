/* SPDX-License-Identifier: ISC */
/* kv-ro: a folder compiled into the image.
 *
 *     devices:
 *       assets: { kind: kv-ro, from: site/ }
 *
 * The tool writes the table (tool/kv_write.c), sorted by the bytes of the keys,
 * and puts the contents behind each other in the image's read-only data. */
#ifndef FATA_KV_RO_H
#define FATA_KV_RO_H

#include <fata/kv.h>

struct fata_kv_file {
    const char *key;
    size_t length; /* bytes of key */
    struct fata_kv_value value;
};

/* Written by the tool: what `from:` names. */
struct fata_folder {
    struct fata_kv kv;
    const struct fata_kv_file *file;
    size_t count;
};

extern const struct fata_kv_ops fata_kv_ro_ops;

/* Opens a folder; cannot fail.
 * kv      returned; lives as long as the image
 * folder  lent as long as the image runs */
int fata_kv_ro_open(struct fata_kv **kv, const char *name,
                    struct fata_folder *folder);

#endif
