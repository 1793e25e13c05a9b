/* SPDX-License-Identifier: ISC */
/* What is written into the build folder. */
#ifndef TOOL_GEN_H
#define TOOL_GEN_H

#include "build.h"
#include "flavour.h"

/* Options that a whole run of the tool shares. */
struct session {
    struct registry registry;
    const char *project;   /* its folder */
    const char *build;     /* project/build */
    const char *lock_path; /* fata.lock */
    bool sanitize, debug, frozen, offline, verbose, use_clang;
    bool quiet;          /* away from a terminal: only what fails */
    bool keep_going;     /* build what can be built */
    const char *targets; /* -t, or NULL */
    int lock;            /* descriptor of build/.lock, or -1 */
};

/* The text of app.h and start.c of this build. */
const char *app_header(const struct build *b);
const char *app_start(const struct build *b);
/* True if whoever has the device understands its offloads. */
bool app_offloads(const struct build *b, const struct device *device);
const char *c_name(const char *name);   /* a-b becomes a_b */
const char *c_string(const char *text); /* quoted */

/* A path as ninja, which runs in the project's folder, sees it; the same as it
 * is written in build.ninja; a word of a command there. */
const char *seen(const struct session *s, const char *path);
const char *escaped(const char *path);
const char *shell_word(const char *word);
void add_words(struct buf *t, const struct vec *words);

/* Edges for what is made at build time, each once.  Both return the paths of
 * what is made there. */
struct maker {
    struct session *s;
    struct buf *out;
    struct vec *done; /* outputs that have an edge already */
};
/* For `generate`, in the folder, as ninja sees them. */
struct vec made_generated(struct maker *k, const struct manifest *m,
                          const char *folder);
/* For folders that go into the image: sources to compile. */
struct vec made_folders(struct maker *k, const struct build *b,
                        const char *folder);
/* For system calls that are allowed: the archive with their servers, or NULL.
 * flags  of the program's objects
 * calls  the C library's list */
const char *made_allowed(struct maker *k, const struct build *b,
                         const struct flavour *f, const struct vec *flags,
                         const char *calls);
/* Which manifest of the build allows the call; or NULL. */
const struct pair *allow_find(const struct build *b, const char *call,
                              const struct manifest **by);
/* The files whose change runs it again. */
struct vec generate_inputs(const struct manifest *m, const struct generate *g);

/* build.ninja, compile_commands.json and generated sources for these builds;
 * what has not changed is not written. */
void ninja_begin(struct session *s);
void ninja_add(struct session *s, struct build *b);
void ninja_end(struct session *s);
/* Where the image is; with its symbols. */
const char *image_path(const struct session *s, const struct build *b);
const char *image_debug_path(const struct session *s, const struct build *b);

/* The link of a build that was added: what goes into it, in order. */
#define ALLOW_OWNER "(allowed)" /* of the archive of allowed calls */
struct link_input {
    const char *path;
    const char *owner; /* name of its component, or of the program */
};
struct link {
    const struct link_input *input;
    size_t count;
    struct vec made;     /* those of the inputs that ninja makes */
    struct vec layers;   /* names of components whose layer is checked, */
    struct vec stamps;   /* and what ninja makes when they keep to it */
    const char *allowed; /* archive of allowed calls, or NULL */
    struct vec line;     /* compiler and options, without -o */
    struct vec tail;     /* inputs and the rest */
    const char *calls;   /* the C library's list of system calls, or "-" */
};
const struct link *ninja_link(const struct session *s, const struct build *b);

/* Runs ninja for these outputs (all when empty).  0, or 1 after messages. */
int ninja_run(struct session *s, const struct vec *outputs);
/* True when the output exists as build.ninja wants it. */
bool ninja_fresh(struct session *s, const char *output);

#endif
