/* SPDX-License-Identifier: ISC */
/* Everything that describes a build lives in one memory pool until the process
 * ends: strings, lists, texts.  Also messages with a position, and paths.
 * (util.h has what owns and frees its memory.) */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include "util.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_FAILED = 1, EXIT_MISTAKE = 2 };

/* Zeroed memory from the pool; never NULL. */
void *pool_alloc(size_t size);
/* Returns `old` grown from `count` to hold one more item of `size` bytes, the
 * new one zeroed.  Capacity doubles. */
void *pool_grow(void *old, size_t count, size_t size);
char *pool_copy(const char *text, size_t size);
FATA_PRINTF(1, 2) char *format(const char *fmt, ...);
void pool_reset(void); /* frees all; for the fuzz harness */

struct buf {
    char *data; /* NUL-terminated once something was added */
    size_t size, capacity;
};
FATA_PRINTF(2, 3) void buf_add(struct buf *t, const char *fmt, ...);
void buf_bytes(struct buf *t, const char *data, size_t size);

/* A list of strings that can be handed to exec: item[count] is NULL. */
struct vec {
    const char **item;
    size_t count;
};
void push(struct vec *s, const char *text);
void push_all(struct vec *s, const char *const *list);
bool contains(const struct vec *s, const char *text);
bool push_once(struct vec *s, const char *text);
const char *join(const struct vec *s, const char *between);

/* Where something is written in a manifest; line and column count from 1. */
struct mark {
    const char *file;
    int line, column;
};

/* Prints `file:line:column: error: ...` and ends with EXIT_MISTAKE. */
FATA_NORETURN FATA_PRINTF(2, 3) void mistake(struct mark at, const char *fmt,
                                             ...);
/* Prints `fata: ...` and ends with `status`. */
FATA_NORETURN FATA_PRINTF(2, 3) void stop(int status, const char *fmt, ...);

/* When set, mistake() and stop() only call it; it does not return.  For the
 * fuzz harness. */
extern void (*stop_hook)(int status);

/* The name among `names` that is nearest to `text`, or NULL when none is near.
 */
const char *nearest(const char *text, const struct vec *names);
/* "; did you mean `x`?" or "; " followed by `otherwise`. */
const char *suggest(const char *text, const struct vec *names,
                    const char *otherwise);

/* The path as seen from the current folder where it lies below it. */
const char *shown_path(const char *path);
/* Joins; `name` stays as it is when absolute.  Removes `.` and `..`. */
char *path_of(const char *folder, const char *name);
const char *folder_of(const char *path);
const char *name_of(const char *path);
bool path_below(const char *path, const char *folder); /* or the same */
bool is_file(const char *path);
bool is_folder(const char *path);
/* Whole file into the pool, NUL-terminated; NULL with errno. */
char *slurp(const char *path, size_t *size);
void make_folders(const char *path); /* stops on error */
/* Writes only when the content differs (temporary file, rename). */
void write_changed(const char *path, const struct buf *t);

/* Runs and returns the first line of its standard output; NULL where it
 * fails. */
const char *first_line_of(const char *const *argv);
const char *host_arch(void);

#endif
