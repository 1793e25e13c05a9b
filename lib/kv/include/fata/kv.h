/* SPDX-License-Identifier: ISC */
/* Key-value stores: values by name, in folders.
 *
 *     const struct fata_kv_value *value;
 *     int err = fata_kv_get(app->assets, "css/site.css", 12, &value);
 *
 * A key is a path: segments joined by slashes, bytes compared as they are (no
 * escapes, no `.` and `..`).  One slash in front is ignored, and one behind the
 * key of a folder; the folder of all is "".  Folders exist by what is in them.
 *
 * Today's only kind, kv-ro (fata/kv_ro.h), has all its values in the image, so
 * nothing here suspends and a value may be borrowed for ever.  A store that has
 * to wait for storage will add calls beside these.
 * Context: any code of the image.  Allocation: none. */
#ifndef FATA_KV_H
#define FATA_KV_H

#include <fata/cc.h>
#include <fata/error.h>
#include <stddef.h>
#include <stdint.h>

/* All that is known of a value; nothing of it changes as long as the image
 * runs: it may be sent from where it lies (fata/flow.h, `stays`). */
struct fata_kv_value {
    const void *data; /* aligned to 64; not NULL, also where size is 0 */
    size_t size;      /* bytes */
    const void *gzip; /* the same content in gzip (RFC 1952), or NULL where
                         that would not save enough */
    size_t gzip_size;
    const char *type; /* media type, "text/html; charset=utf-8" */
    const char *etag; /* strong entity tag, quotes included: a hash of data */
    const char *gzip_etag; /* of the gzip form, which is another
                              representation; NULL like it */
};

/* One name in a folder. */
struct fata_kv_entry {
    const char *name; /* borrowed for ever; not ended by a NUL */
    size_t length;    /* bytes of name */
    const struct fata_kv_value *value; /* NULL: a folder */
};

enum fata_kv_kind {
    FATA_KV_NONE,
    FATA_KV_VALUE,
    FATA_KV_FOLDER,
};

struct fata_kv;

/* Called by the functions below, with the slashes around the key gone. */
struct fata_kv_ops {
    int (*get)(struct fata_kv *kv, const char *key, size_t length,
               const struct fata_kv_value **value);
    enum fata_kv_kind (*kind)(struct fata_kv *kv, const char *key,
                              size_t length);
    int (*list)(struct fata_kv *kv, const char *folder, size_t length,
                size_t *place, struct fata_kv_entry *entry);
};

/* A driver embeds it. */
struct fata_kv {
    const struct fata_kv_ops *ops;
};

/* Looks a value up.
 * key    borrowed until return; `length` bytes, need not end with a NUL
 * value  returned: borrowed as long as the image runs
 * Returns 0, or FATA_ENOENT: there is no such value (there may be a folder). */
FATA_NODISCARD int fata_kv_get(struct fata_kv *kv, const char *key,
                               size_t length,
                               const struct fata_kv_value **value);

/* What the key leads to. */
enum fata_kv_kind fata_kv_exists(struct fata_kv *kv, const char *key,
                                 size_t length);

/* What is in a folder, one call a name, each once, in an order that does not
 * change:
 *
 *     size_t place = 0;
 *     while (fata_kv_list(kv, "css", 3, &place, &entry) > 0)
 *         ... entry.name ...
 *
 * place  in and out: 0 at first
 * entry  returned, when the result is 1
 * Returns 1, 0 when there are no more, or FATA_ENOENT: no such folder. */
FATA_NODISCARD int fata_kv_list(struct fata_kv *kv, const char *folder,
                                size_t length, size_t *place,
                                struct fata_kv_entry *entry);

#endif
