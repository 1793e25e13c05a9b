/* SPDX-License-Identifier: ISC */
/* Keys as programs write them; the stores see them without outer slashes. */
#include <fata/kv.h>
#include <stdbool.h>

static void trim_front(const char **key, size_t *length)
{
    if (*length > 0 && **key == '/') {
        (*key)++;
        (*length)--;
    }
}

static void trim(const char **key, size_t *length)
{
    trim_front(key, length);
    if (*length > 0 && (*key)[*length - 1] == '/')
        (*length)--;
}

int fata_kv_get(struct fata_kv *kv, const char *key, size_t length,
                const struct fata_kv_value **value)
{
    trim_front(&key, &length);
    return kv->ops->get(kv, key, length, value);
}

enum fata_kv_kind fata_kv_exists(struct fata_kv *kv, const char *key,
                                 size_t length)
{
    bool folder = length > 0 && key[length - 1] == '/';
    trim(&key, &length);
    enum fata_kv_kind kind = kv->ops->kind(kv, key, length);
    return folder && kind == FATA_KV_VALUE ? FATA_KV_NONE : kind;
}

int fata_kv_list(struct fata_kv *kv, const char *folder, size_t length,
                 size_t *place, struct fata_kv_entry *entry)
{
    trim(&folder, &length);
    return kv->ops->list(kv, folder, length, place, entry);
}
