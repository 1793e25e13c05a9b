/* SPDX-License-Identifier: ISC */
/* The contract of fata/kv.h as tests of a store that has something in it:
 *
 *     static struct fata_kv *store(void);
 *     FATA_KV_SUITE(assets, store)
 *
 * makes a FATA_TEST of each promise. */
#ifndef FATA_KV_SUITE_H
#define FATA_KV_SUITE_H

#include <fata/kv.h>
#include <fata/test.h>

/* Each checks one promise.  Returns NULL, or what does not hold. */
const char *fata_kv_check_what_is_listed_is_found(struct fata_kv *kv);
const char *fata_kv_check_a_list_has_each_name_once(struct fata_kv *kv);
const char *fata_kv_check_outer_slashes_are_ignored(struct fata_kv *kv);
const char *fata_kv_check_what_is_not_there_is_not_found(struct fata_kv *kv);
const char *fata_kv_check_values_are_complete(struct fata_kv *kv);

#define FATA_KV_TEST(kind, store, name)                                        \
    FATA_TEST(kind##_##name)                                                   \
    {                                                                          \
        const char *broken = fata_kv_check_##name(store());                    \
        if (broken != NULL)                                                    \
            fata_test_fail(#name, broken);                                     \
    }

#define FATA_KV_SUITE(kind, store)                                             \
    FATA_KV_TEST(kind, store, what_is_listed_is_found)                         \
    FATA_KV_TEST(kind, store, a_list_has_each_name_once)                       \
    FATA_KV_TEST(kind, store, outer_slashes_are_ignored)                       \
    FATA_KV_TEST(kind, store, what_is_not_there_is_not_found)                  \
    FATA_KV_TEST(kind, store, values_are_complete)

#endif
