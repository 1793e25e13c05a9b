/* SPDX-License-Identifier: ISC */
/* A repository that is nowhere but in memory: objects get the ids that git
 * gives them, histories are walked, texts compared, a pack is written. */
#include "app.h"

#include <git2.h>
#include <git2/sys/commit_graph.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <string.h>

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x)) {                                                            \
            const git_error *e = git_error_last();                             \
            printf("line %d: %s (%s)\n", __LINE__, #x,                         \
                   e != NULL ? e->message : "no error");                       \
            failures++;                                                        \
        }                                                                      \
    } while (0)

static int failures;

static bool is(const git_oid *id, const char *text)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof(hex), id);
    if (strcmp(hex, text) != 0)
        printf("%s, not %s\n", hex, text);
    return strcmp(hex, text) == 0;
}

/* The ids are those that git prints: `git hash-object`, and of the last commit
 * `git mktree` and `git commit-tree` with the same names and times. */
static void hashes(void)
{
    git_oid id;
    CHECK(git_odb_hash(&id, "", 0, GIT_OBJECT_BLOB) == 0);
    CHECK(is(&id, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
    CHECK(git_odb_hash(&id, "hello\n", 6, GIT_OBJECT_BLOB) == 0);
    CHECK(is(&id, "ce013625030ba8dba906f756967f9e9ca394464a"));
    CHECK(git_odb_hash(&id, "", 0, GIT_OBJECT_TREE) == 0);
    CHECK(is(&id, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"));
}

static void commits(git_repository *r, git_oid *last)
{
    git_signature *who;
    git_commit *parent = NULL;
    CHECK(git_signature_new(&who, "Ada", "ada@example.org", 1000000000, 60) ==
          0);
    for (int i = 0; i < 20; i++) {
        char text[64];
        git_oid blob, tree_id;
        git_treebuilder *b;
        git_tree *tree;
        int n = snprintf(text, sizeof(text), "version %d\n", i);
        const git_commit *parents[] = {parent};
        CHECK(git_blob_create_from_buffer(&blob, r, text, (size_t)n) == 0);
        CHECK(git_treebuilder_new(&b, r, NULL) == 0);
        CHECK(git_treebuilder_insert(NULL, b, "file", &blob,
                                     GIT_FILEMODE_BLOB) == 0);
        CHECK(git_treebuilder_write(&tree_id, b) == 0);
        git_treebuilder_free(b);
        CHECK(git_tree_lookup(&tree, r, &tree_id) == 0);
        CHECK(git_commit_create(last, r, NULL, who, who, NULL, text, tree,
                                parent != NULL ? 1 : 0, parents) == 0);
        git_tree_free(tree);
        git_commit_free(parent);
        CHECK(git_commit_lookup(&parent, r, last) == 0);
    }
    git_commit_free(parent);
    git_signature_free(who);
}

static void walks(git_repository *r, const git_oid *last)
{
    git_revwalk *w;
    git_oid id;
    int count = 0;
    CHECK(git_revwalk_new(&w, r) == 0);
    CHECK(git_revwalk_push(w, last) == 0);
    while (git_revwalk_next(&id, w) == 0)
        count++;
    CHECK(count == 20);
    git_revwalk_free(w);
}

static int keep_line(const git_diff_delta *d, const git_diff_hunk *h,
                     const git_diff_line *line, void *payload)
{
    char *out = payload;
    size_t n = strlen(out);
    (void)d, (void)h;
    snprintf(out + n, 200 - n, "%c%.*s", line->origin, (int)line->content_len,
             line->content);
    return 0;
}

static void compares(void)
{
    static const char old[] = "one\ntwo\nthree\n", new[] = "one\n2\nthree\n";
    char out[200] = "";
    git_diff_options options;
    CHECK(git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) == 0);
    CHECK(git_diff_buffers(old, sizeof(old) - 1, NULL, new, sizeof(new) - 1,
                           NULL, &options, NULL, NULL, NULL, keep_line,
                           out) == 0);
    CHECK(strcmp(out, " one\n-two\n+2\n three\n") == 0);
}

static void packs(git_repository *r, const git_oid *last)
{
    git_packbuilder *b;
    git_buf pack = {0};
    git_revwalk *w;
    CHECK(git_packbuilder_new(&b, r) == 0);
    CHECK(git_revwalk_new(&w, r) == 0);
    CHECK(git_revwalk_push(w, last) == 0);
    CHECK(git_packbuilder_insert_walk(b, w) == 0);
    CHECK(git_packbuilder_object_count(b) == 60);
    CHECK(git_packbuilder_write_buf(&pack, b) == 0);
    /* Signature, version 2, 60 objects. */
    CHECK(pack.size > 32 && memcmp(pack.ptr, "PACK\0\0\0\2\0\0\0\74", 12) == 0);
    git_buf_dispose(&pack);
    git_revwalk_free(w);
    git_packbuilder_free(b);
}

int start(struct app *app)
{
    git_odb *odb;
    git_odb_backend *memory;
    git_repository *r;
    git_oid last;
    (void)app;
    CHECK(git_libgit2_init() == 1);
    hashes();
    CHECK(git_odb_new(&odb) == 0);
    CHECK(git_mempack_new(&memory) == 0);
    CHECK(git_odb_add_backend(odb, memory, 999) == 0);
    CHECK(git_repository_wrap_odb(&r, odb) == 0);
    commits(r, &last);
    CHECK(is(&last, "6bdae8f0fcc89c5f574f8842ea9f31fbbcadcc91"));
    walks(r, &last);
    compares();
    packs(r, &last);
    git_repository_free(r);
    git_odb_free(odb);
    git_libgit2_shutdown();
    printf("libgit2 %s, %d failed\n", LIBGIT2_VERSION, failures);
    return failures != 0;
}
