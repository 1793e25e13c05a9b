/* SPDX-License-Identifier: ISC */
/* A folder in the image: binary search in a table that is sorted by the bytes
 * of the keys.  All keys of a folder lie together there. */
#include <fata/kv_ro.h>
#include <stdbool.h>
#include <string.h>

/* Whether the file's key sorts before `key` with the byte `last` behind it;
 * last 0: before `key` itself (keys have no byte 0). */
static bool before(const struct fata_kv_file *f, const char *key, size_t length,
                   unsigned char last)
{
    size_t common = f->length < length ? f->length : length;
    int c = memcmp(f->key, key, common);
    if (c != 0)
        return c < 0;
    if (f->length <= length)
        return f->length < length || last != 0;
    return (unsigned char)f->key[length] < last;
}

/* Place of the first file that is not before it. */
static size_t find(const struct fata_folder *folder, const char *key,
                   size_t length, unsigned char last)
{
    size_t low = 0, high = folder->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (before(&folder->file[middle], key, length, last))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The files below a folder: from `first` to before `end`. */
static void range(const struct fata_folder *folder, const char *key,
                  size_t length, size_t *first, size_t *end)
{
    *first = length == 0 ? 0 : find(folder, key, length, '/');
    *end = length == 0 ? folder->count : find(folder, key, length, '/' + 1);
}

static int get(struct fata_kv *kv, const char *key, size_t length,
               const struct fata_kv_value **value)
{
    const struct fata_folder *folder =
        FATA_CONTAINER(kv, struct fata_folder, kv);
    size_t i = find(folder, key, length, 0);
    if (i == folder->count || folder->file[i].length != length ||
        memcmp(folder->file[i].key, key, length) != 0)
        return FATA_ENOENT;
    *value = &folder->file[i].value;
    return 0;
}

static enum fata_kv_kind kind(struct fata_kv *kv, const char *key,
                              size_t length)
{
    const struct fata_kv_value *value;
    size_t first, end;
    if (get(kv, key, length, &value) == 0)
        return FATA_KV_VALUE;
    range(FATA_CONTAINER(kv, struct fata_folder, kv), key, length, &first,
          &end);
    return length == 0 || first < end ? FATA_KV_FOLDER : FATA_KV_NONE;
}

/* place  0 at first, then one more than the place of the next file */
static int list(struct fata_kv *kv, const char *key, size_t length,
                size_t *place, struct fata_kv_entry *entry)
{
    const struct fata_folder *folder =
        FATA_CONTAINER(kv, struct fata_folder, kv);
    size_t first, end;
    range(folder, key, length, &first, &end);
    if (length != 0 && first == end)
        return FATA_ENOENT;
    size_t at = *place == 0 ? first : *place - 1;
    if (at >= end)
        return 0;
    const struct fata_kv_file *f = &folder->file[at];
    size_t prefix = length == 0 ? 0 : length + 1, n = prefix;
    while (n < f->length && f->key[n] != '/')
        n++;
    *entry = (struct fata_kv_entry){f->key + prefix, n - prefix, &f->value};
    *place = at + 2;
    if (n < f->length) {
        entry->value = NULL;
        *place = find(folder, f->key, n, '/' + 1) + 1;
    }
    return 1;
}

const struct fata_kv_ops fata_kv_ro_ops = {get, kind, list};

int fata_kv_ro_open(struct fata_kv **kv, const char *name,
                    struct fata_folder *folder)
{
    (void)name;
    *kv = &folder->kv;
    return 0;
}
