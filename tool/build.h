/* SPDX-License-Identifier: ISC */
/* A build: one program for one target, all questions answered - which
 * components, in which order, who provides what, how devices are wired. */
#ifndef TOOL_BUILD_H
#define TOOL_BUILD_H

#include "registry.h"

struct target {
    const struct manifest *manifest;
    const char *name; /* with the CPU: spt-x86_64 */
    const char *arch, *flavour;
    bool sanitize;
};

/* What becomes an image: a unikernel, or a test file made one. */
struct program {
    const struct manifest *manifest;
    const char *id;                /* its path below build/<target>/ */
    const struct manifest *tested; /* component whose test it is, or NULL */
    const char *label;             /* test file or name, for messages */
    bool runner;                   /* prints the lines of component `test` */
};

struct unit {
    const struct manifest *manifest;
    struct unit **need; /* what it requires, interfaces resolved */
    size_t need_count;
    struct vec include; /* folders whose headers it may include, own first */
    struct vec port_include; /* those of ports among them */
    int state;               /* of the depth-first walk */
};

struct wired_arg {
    const struct arg *arg;
    const struct device *device; /* or NULL: */
    const char *text;            /* as written */
    const char *value;           /* as C */
    /* Of type folder: what goes into the image. */
    const char *symbol; /* as C; NULL: none */
    const char *from;   /* its path; NULL: `generate` makes it */
    struct mark mark;
};

struct wired {
    const struct device *device;
    const struct kind *kind;
    const struct manifest *offered_by;
    const char *is; /* interface */
    struct wired_arg *arg;
    size_t arg_count;
    int state;
};

struct build {
    const struct program *program;
    const struct target *target;
    struct unit **unit; /* dependencies first, the program last */
    size_t unit_count;
    struct wired *device; /* in the order of opening */
    size_t device_count;
    const struct key **key; /* the program's, then the components' */
    size_t key_count;
    struct vec init;         /* hooks in dependency order */
    struct vec init_if_used; /* those of them that may be left out */
    const char *main;        /* or NULL */
    bool not_built;          /* session_build could not make its image */
};

/* True when the build satisfies it; an absent condition is satisfied. */
bool when_matches(const struct when *when, const struct target *target);

/* All conditions of the manifest name targets that exist. */
void conditions_check(const struct registry *r, const struct manifest *m);

/* All of that; a mistake ends the tool. */
struct build *build_resolve(struct registry *registry,
                            const struct program *program,
                            const struct target *target);
void build_wire(struct registry *registry, struct build *b);

/* Finds a target by its name, with or without CPU. */
struct target *target_find(struct registry *registry, const char *name,
                           bool sanitize);
/* A list "a,b" of them. */
struct target **target_list(struct registry *registry, const char *names,
                            bool sanitize, size_t *count);

struct program *program_of_unikernel(const struct manifest *m);
/* `item` is one of the tests of `m`. */
struct program *program_of_test(struct registry *registry,
                                const struct manifest *m,
                                const struct test *item);

/* The POSIX text of a time zone name; a POSIX text passes.  NULL: unknown. */
const char *timezone_text(const char *name);

#endif
