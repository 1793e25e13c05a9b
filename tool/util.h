/* SPDX-License-Identifier: ISC */
/* Small helpers of the host tool: messages, memory, strings, paths, files,
 * commands, hashes.  Memory is the tool's own: running out of it ends the
 * program.  Functions that fail because of the outside world return -1 (or
 * NULL) with errno set and print nothing, unless they say otherwise. */
#ifndef FATA_TOOL_UTIL_H
#define FATA_TOOL_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <fata/cc.h>

/* Messages: one line on standard error, "fata: TEXT", "fata: warning: TEXT". */
FATA_PRINTF(1, 2) void msg_error(const char *format, ...);
FATA_PRINTF(1, 2) void msg_warn(const char *format, ...);
FATA_PRINTF(1, 2) void msg_note(const char *format, ...);
/* The message as msg_error, then exit(status). */
FATA_NORETURN FATA_PRINTF(2, 3) void die(int status, const char *format, ...);

/* Memory: never NULL; free() releases. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
FATA_PRINTF(1, 2) char *xformat(const char *format, ...);

/* A growing text, always ended by a NUL that `len` does not count (data is
 * NULL while nothing was added).  Starts as {0}. */
struct text {
    char *data;
    size_t len;
    size_t room;
};

void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const void *bytes, size_t len);
FATA_PRINTF(2, 3) void text_addf(struct text *t, const char *format, ...);
/* The text itself ("" if none), given to the caller; `t` is empty again. */
char *text_take(struct text *t);
void text_cut(struct text *t, size_t len); /* back to what it was */
void text_free(struct text *t);

/* A list of strings of its own; item[count] is NULL (item is NULL while the
 * list is empty: use strings_list).  Starts as {0}. */
struct strings {
    char **item;
    size_t count;
    size_t room;
};

void strings_add(struct strings *v, const char *s);
void strings_add_n(struct strings *v, const char *s, size_t len);
FATA_PRINTF(2, 3) void strings_addf(struct strings *v, const char *format, ...);
/* Adds copies of a NULL-terminated list; NULL adds nothing. */
void strings_add_all(struct strings *v, const char *const *list);
/* Adds the parts of `s` between characters of `separators`; no empty ones. */
void strings_add_split(struct strings *v, const char *s,
                       const char *separators);
bool strings_have(const struct strings *v, const char *s);
void strings_sort(struct strings *v);
/* NULL-terminated, never NULL; owned by `v`, valid until it changes. */
const char *const *strings_list(const struct strings *v);
void strings_free(struct strings *v);

bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);

/* Paths.  The results are new memory. */
char *path_join(const char *dir, const char *name); /* absolute name: itself */
char *path_dir(const char *path);                   /* "." if it has none */
const char *path_base(const char *path);            /* points into `path` */
char *path_absolute(const char *path);              /* . and .. removed */
bool path_exists(const char *path);
bool path_is_dir(const char *path);
/* Where a program is in $PATH, or NULL. */
char *path_program(const char *name);

/* Files. */
int make_dirs(const char *path); /* like mkdir -p */
/* Removes a file or a folder with all below it (follows no links); a path
 * that does not exist is success. */
int remove_tree(const char *path);
/* Whole file with a NUL behind it, or NULL.  len may be NULL. */
char *read_file(const char *path, size_t *len);
/* Writes a neighbour file, then renames it into place. */
int write_file(const char *path, const void *data, size_t len);
/* The same, but leaves an equal file untouched: 1 written, 0 was equal. */
int write_file_if_changed(const char *path, const void *data, size_t len);
/* Names in a folder, sorted, without "." and "..". */
int list_dir(const char *path, struct strings *names);
/* Regular files below a folder, relative paths, sorted. */
int list_tree(const char *path, struct strings *files);
/* Takes an exclusive lock on a file (made if absent), waiting for it; the
 * descriptor holds it until closed.  `waiting`, if not NULL, is printed as a
 * note when another process holds it. */
int lock_file(const char *path, const char *waiting);

/* Runs a program and waits. */
struct command {
    const char *const *argv; /* argv[0] is looked up in $PATH */
    const char *cwd;         /* NULL: stay */
    const char *const *env;  /* NAME=VALUE over ours, "NAME" removes; or NULL */
    const char *log;         /* output and errors are appended here; or NULL */
    const char *output;      /* output is written to this new file; or NULL */
    struct text *capture;    /* output is added here; or NULL */
    struct text *errors;     /* errors are added here (may be == capture) */
    bool keep_stdin;         /* else /dev/null */
};

/* Its exit status, 128 + signal, or 127 if it could not be started. */
int command_run(const struct command *c);

/* SHA-256, as 64 hexadecimal digits and a NUL. */
#define SHA256_TEXT 65
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t len);
/* A string and its NUL, so that a sequence of them is unambiguous; NULL is
 * different from "". */
void hash_add_text(struct hash *h, const char *s);
void hash_add_list(struct hash *h, const char *const *list);
void hash_end(struct hash *h, char out[SHA256_TEXT]); /* frees h */
void sha256_bytes(const void *data, size_t len, char out[SHA256_TEXT]);
int sha256_file(const char *path, char out[SHA256_TEXT]);

/* Where sources and built ports are kept: $FATA_CACHE, $XDG_CACHE_HOME/fata,
 * ~/.cache/fata.  Absolute; not created. */
char *cache_dir(void);
/* Adds the programs that packages.sh unpacked there, for want of root, to
 * $PATH behind the machine's own (and their libraries to $LD_LIBRARY_PATH). */
void use_private_programs(void);

#endif
