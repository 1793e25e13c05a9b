/* SPDX-License-Identifier: ISC */
/* See fata/kv_suite.h. */
#include <fata/kv_suite.h>

#include <stdbool.h>
#include <string.h>

#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            return #condition;                                                 \
    } while (0)

#define MOST_KEY   512
#define MOST_NAMES 1024

/* Calls `check` for every value and folder below `folder`; returns what it
 * returned first, or what is broken. */
typedef const char *check_fn(struct fata_kv *kv, const char *key, size_t length,
                             const struct fata_kv_value *value);

static const char *walk(struct fata_kv *kv, const char *folder, size_t length,
                        check_fn *check)
{
    char key[MOST_KEY];
    struct fata_kv_entry entry;
    size_t place = 0, names = 0;
    int more;
    while ((more = fata_kv_list(kv, folder, length, &place, &entry)) > 0) {
        size_t n = length == 0 ? 0 : length + 1;
        EXPECT(++names <= MOST_NAMES);
        EXPECT(entry.length > 0 && n + entry.length < MOST_KEY);
        EXPECT(memchr(entry.name, '/', entry.length) == NULL);
        memcpy(key, folder, length);
        if (n != 0)
            key[length] = '/';
        memcpy(key + n, entry.name, entry.length);
        n += entry.length;
        const char *broken = check(kv, key, n, entry.value);
        if (broken == NULL && entry.value == NULL)
            broken = walk(kv, key, n, check);
        if (broken != NULL)
            return broken;
    }
    EXPECT(more == 0);
    EXPECT(names > 0);
    return NULL;
}

static const char *found(struct fata_kv *kv, const char *key, size_t length,
                         const struct fata_kv_value *value)
{
    const struct fata_kv_value *got = NULL;
    int err = fata_kv_get(kv, key, length, &got);
    if (value == NULL) {
        EXPECT(err == FATA_ENOENT);
        EXPECT(fata_kv_exists(kv, key, length) == FATA_KV_FOLDER);
        return NULL;
    }
    size_t place = 0;
    struct fata_kv_entry entry;
    EXPECT(err == 0 && got == value);
    EXPECT(fata_kv_exists(kv, key, length) == FATA_KV_VALUE);
    EXPECT(fata_kv_list(kv, key, length, &place, &entry) == FATA_ENOENT);
    return NULL;
}

const char *fata_kv_check_what_is_listed_is_found(struct fata_kv *kv)
{
    EXPECT(fata_kv_exists(kv, "", 0) == FATA_KV_FOLDER);
    return walk(kv, "", 0, found);
}

static const char *once(struct fata_kv *kv, const char *key, size_t length,
                        const struct fata_kv_value *value)
{
    struct fata_kv_entry entry;
    const char *name = key;
    size_t folder = 0, place = 0, same = 0;
    (void)value;
    for (size_t i = 0; i < length; i++)
        if (key[i] == '/') {
            folder = i;
            name = key + i + 1;
        }
    size_t n = (size_t)(key + length - name);
    while (fata_kv_list(kv, key, folder, &place, &entry) > 0)
        same += entry.length == n && memcmp(entry.name, name, n) == 0;
    EXPECT(same == 1);
    return NULL;
}

const char *fata_kv_check_a_list_has_each_name_once(struct fata_kv *kv)
{
    return walk(kv, "", 0, once);
}

static const char *slashes(struct fata_kv *kv, const char *key, size_t length,
                           const struct fata_kv_value *value)
{
    char longer[MOST_KEY + 2];
    const struct fata_kv_value *got = NULL;
    struct fata_kv_entry entry;
    size_t place = 0;
    longer[0] = '/';
    memcpy(longer + 1, key, length);
    longer[length + 1] = '/';
    if (value == NULL) {
        EXPECT(fata_kv_exists(kv, longer, length + 1) == FATA_KV_FOLDER);
        EXPECT(fata_kv_exists(kv, longer, length + 2) == FATA_KV_FOLDER);
        EXPECT(fata_kv_list(kv, longer, length + 2, &place, &entry) == 1);
        return NULL;
    }
    EXPECT(fata_kv_get(kv, longer, length + 1, &got) == 0 && got == value);
    EXPECT(fata_kv_get(kv, longer, length + 2, &got) == FATA_ENOENT);
    EXPECT(fata_kv_exists(kv, longer, length + 2) == FATA_KV_NONE);
    return NULL;
}

const char *fata_kv_check_outer_slashes_are_ignored(struct fata_kv *kv)
{
    EXPECT(fata_kv_exists(kv, "/", 1) == FATA_KV_FOLDER);
    return walk(kv, "", 0, slashes);
}

/* A key with a byte less, a byte more, or a byte that is another. */
static const char *near(struct fata_kv *kv, const char *key, size_t length,
                        const struct fata_kv_value *value)
{
    static const char others[] = {'\0', '!', '0', '~', '\x7f', '\xff'};
    char other[MOST_KEY + 1];
    const struct fata_kv_value *got;
    for (size_t i = 0; i < sizeof(others); i++) {
        memcpy(other, key, length);
        other[length] = others[i];
        if (fata_kv_get(kv, other, length + 1, &got) == 0)
            EXPECT(got != value);
        other[length - 1] = others[i];
        if (key[length - 1] != others[i] &&
            fata_kv_get(kv, other, length, &got) == 0)
            EXPECT(got != value);
    }
    if (fata_kv_get(kv, key, length - 1, &got) == 0)
        EXPECT(got != value);
    return NULL;
}

const char *fata_kv_check_what_is_not_there_is_not_found(struct fata_kv *kv)
{
    static const char *const keys[] = {"no/such/thing", "..",      ".", "//",
                                       "/no//such",     "\xff\xff"};
    const struct fata_kv_value *got;
    struct fata_kv_entry entry;
    for (size_t i = 0; i < FATA_COUNT(keys); i++) {
        size_t place = 0, n = strlen(keys[i]);
        EXPECT(fata_kv_get(kv, keys[i], n, &got) == FATA_ENOENT);
        if (strcmp(keys[i], "//") == 0)
            continue; /* the folder of all, said clumsily */
        EXPECT(fata_kv_exists(kv, keys[i], n) == FATA_KV_NONE);
        EXPECT(fata_kv_list(kv, keys[i], n, &place, &entry) == FATA_ENOENT);
    }
    EXPECT(fata_kv_get(kv, "", 0, &got) == FATA_ENOENT);
    return walk(kv, "", 0, near);
}

static bool is_tag(const char *tag)
{
    size_t n = strlen(tag);
    return n > 2 && tag[0] == '"' && tag[n - 1] == '"' &&
           memchr(tag + 1, '"', n - 2) == NULL;
}

static const char *complete(struct fata_kv *kv, const char *key, size_t length,
                            const struct fata_kv_value *v)
{
    (void)kv;
    (void)key;
    (void)length;
    if (v == NULL)
        return NULL;
    EXPECT(v->data != NULL && (uintptr_t)v->data % 64 == 0);
    EXPECT(strchr(v->type, '/') != NULL);
    EXPECT(is_tag(v->etag));
    EXPECT((v->gzip != NULL) == (v->gzip_etag != NULL));
    if (v->gzip != NULL) {
        EXPECT(v->gzip_size < v->size);
        EXPECT(memcmp(v->gzip, "\x1f\x8b\x08", 3) == 0);
        EXPECT(is_tag(v->gzip_etag) && strcmp(v->etag, v->gzip_etag) != 0);
    }
    return NULL;
}

const char *fata_kv_check_values_are_complete(struct fata_kv *kv)
{
    return walk(kv, "", 0, complete);
}
