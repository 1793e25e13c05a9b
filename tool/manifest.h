/* SPDX-License-Identifier: ISC */
/* A manifest (fata.yml) as structures.  Every value keeps where it is written.
 * What keys there are, is in schema.c; nothing here is specific to a build. */
#ifndef TOOL_MANIFEST_H
#define TOOL_MANIFEST_H

#include "text.h"

enum manifest_kind {
    KIND_COMPONENT = 1,
    KIND_UNIKERNEL = 2,
    KIND_TARGET = 4,
    KIND_ALL = 7,
};

struct word {
    const char *text; /* NULL: the key is not there */
    struct mark mark;
};

struct number {
    bool given;
    int64_t value;
    struct mark mark;
};

/* A list in the order of the file; given also when it is empty. */
struct words {
    struct word *item;
    size_t count;
    bool given;
    struct mark mark;
};

struct list {
    void *item; /* of a struct below */
    size_t count;
    bool given;
    struct mark mark;
};

struct pair {
    struct word name, value;
};

/* For lists of struct T: LIST_FOR(struct T, x, list) { ... } */
#define LIST_FOR(type, x, list)                                                \
    for (type *x = (list).item, *x##_end = x == NULL ? x : x + (list).count;   \
         x != x##_end; x++)

struct when {
    struct words target, flavour, arch;
};

struct require {
    struct words names; /* requirement.h */
    struct when when;
};

struct source {
    struct words files;
    struct words cflags;
    struct when when;
};

struct generate {
    struct words output, command, inputs;
};

struct test {
    struct word file;
    struct list requires; /* struct require */
    struct when when;
};

struct key {
    struct word name, type, initial, doc, set;
    struct number min, max;
};

struct arg {
    struct word name, device, offload, type, initial;
};

struct kind {
    struct word name, type, header, open, is, attach;
    struct list args; /* struct arg */
};

struct device {
    struct word name, kind, offload;
    struct list args; /* struct pair */
};

struct stop_signal {
    struct word name, once;
    struct number after; /* ns */
};

struct test_case {
    struct word name;
    struct words args;
    struct number memory; /* MiB */
    struct list block;    /* struct pair: size or file */
    struct list net;      /* struct pair */
    struct number status;
    struct words output;
    struct words client; /* a command */
    struct when when;
    struct number timeout; /* ns */
    struct stop_signal signal;
};

struct form {
    struct word debian, debian_binary, url;
    struct words files;
};

struct manifest {
    enum manifest_kind kind;
    struct word name; /* from whichever of the three was given */
    const char *path, *folder;

    struct word component, unikernel, target;
    struct word doc;
    struct list requires; /* struct require */
    struct words include;
    struct list sources; /* struct source */
    struct words cflags, defines;
    struct list generate; /* struct generate */
    struct words undefined, globals;
    struct list allow; /* struct pair: system call, reason */
    struct word provides;
    struct list tests; /* struct test */
    struct words paths;
    struct list keys; /* struct key */
    struct word version, licence;
    struct words licence_files;

    /* component */
    struct word init, init_if_used, main;
    struct list kinds; /* struct kind */

    /* component that is a port: `source` is given */
    struct word sha256;
    struct list source; /* struct form */
    struct list build;  /* struct words */
    struct words pkg_config;

    /* unikernel */
    struct list devices; /* struct device */
    struct {
        struct number size, count;
    } stacks;
    struct number memory; /* MiB */
    struct list cases;    /* struct test_case */

    /* target */
    struct word flavour, script, tender;
    struct words arch;
};

/* Reads and checks one file; a mistake ends the tool. */
struct manifest *manifest_read(const char *path);
/* The same, from memory; `path` only names it. */
struct manifest *manifest_parse(const char *path, const char *data,
                                size_t size);

/* Frees what a parse that did not return has left; for the fuzz harness. */
void manifest_release(void);

/* Texts of values; false where the text is none. */
bool parse_size(const char *text, uint64_t *bytes);
bool parse_duration(const char *text, int64_t *ns);
bool parse_integer(const char *text, int64_t *value);
bool parse_bool(const char *text, bool *value);
bool is_name(const char *text);       /* [a-z][a-z0-9_-]* */
bool is_identifier(const char *text); /* of C */

#endif
