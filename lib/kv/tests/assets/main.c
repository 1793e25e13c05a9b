/* SPDX-License-Identifier: ISC */
/* Runs the suite on a folder of the source and on one that was generated, and
 * looks for what is in them. */
#include <fata/kv_suite.h>
#include <string.h>
#include "app.h"

static struct app *app(void)
{
    return fata_test_app;
}

static struct fata_kv *assets(void)
{
    return app()->assets;
}

static struct fata_kv *made(void)
{
    return app()->made;
}

FATA_KV_SUITE(assets, assets)
FATA_KV_SUITE(made, made)

static const struct fata_kv_value *value(struct fata_kv *kv, const char *key)
{
    static const struct fata_kv_value none = {.data = "",
                                              .type = "",
                                              .etag = ""};
    const struct fata_kv_value *v = &none;
    if (fata_kv_get(kv, key, strlen(key), &v) != 0)
        fata_test_fail(key, "not found");
    return v;
}

FATA_TEST(contents_are_those_of_the_files)
{
    const struct fata_kv_value *v = value(assets(), "css/site.css");
    fata_check_int(v->size, ==, 19);
    fata_check(memcmp(v->data, "body { margin: 0 }\n", 19) == 0);
    v = value(assets(), "a/b/c/d.bin");
    fata_check_int(v->size, ==, 256);
    for (int i = 0; i < 256; i++)
        fata_check_int(((const unsigned char *)v->data)[i], ==, i);
    fata_check_int(value(assets(), "empty.txt")->size, ==, 0);
}

FATA_TEST(types_are_those_of_the_names)
{
    fata_check(strcmp(value(assets(), "index.html")->type,
                      "text/html; charset=utf-8") == 0);
    fata_check(strcmp(value(assets(), "css/site.css")->type,
                      "text/css; charset=utf-8") == 0);
    fata_check(strcmp(value(assets(), "a/b/c/d.bin")->type,
                      "application/octet-stream") == 0);
}

FATA_TEST(tags_are_those_of_the_contents)
{
    const struct fata_kv_value *v = value(assets(), "index.html");
    fata_check(strcmp(v->etag, value(made(), "deep/copy.html")->etag) == 0);
    fata_check(strcmp(v->etag, value(assets(), "empty.txt")->etag) != 0);
    /* The first half of its SHA-256. */
    fata_check(strcmp(value(assets(), "empty.txt")->etag,
                      "\"e3b0c44298fc1c149afbf4c8996fb924\"") == 0);
}

FATA_TEST(what_packs_well_is_packed)
{
    fata_check(value(assets(), "index.html")->gzip != NULL);
    fata_check(value(assets(), "index.html")->gzip_size < 400);
    fata_check(value(assets(), "css/site.css")->gzip == NULL);
    fata_check(value(assets(), "a/b/c/d.bin")->gzip == NULL);
}

FATA_TEST(a_folder_is_what_is_below_its_slash)
{
    struct fata_kv_entry entry;
    size_t place = 0;
    fata_check_int(fata_kv_list(assets(), "css", 3, &place, &entry), ==, 1);
    fata_check(entry.length == 8 && memcmp(entry.name, "site.css", 8) == 0);
    fata_check_int(fata_kv_list(assets(), "css", 3, &place, &entry), ==, 0);
    fata_check_int(fata_kv_exists(assets(), "cs", 2), ==, FATA_KV_NONE);
}

FATA_TEST(hidden_files_stay_at_home)
{
    fata_check_int(fata_kv_exists(assets(), ".well-known/", 12), ==,
                   FATA_KV_FOLDER);
    fata_check_int(fata_kv_exists(assets(), ".hidden", 7), ==, FATA_KV_NONE);
}

FATA_TEST(a_generated_folder_is_whole)
{
    struct fata_kv_entry entry;
    size_t place = 0, values = 0, folders = 0;
    while (fata_kv_list(made(), "", 0, &place, &entry) > 0) {
        values += entry.value != NULL;
        folders += entry.value == NULL;
    }
    fata_check_int(values, ==, 300);
    fata_check_int(folders, ==, 1);
}
