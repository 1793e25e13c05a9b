/* SPDX-License-Identifier: ISC */
/* The log: one line a record, with time (UTC), level, source and text.
 *
 *     static FATA_LOG_SOURCE(tcp, "tcp", "connections");
 *
 *     fata_log_info(&tcp, "reset peer=%s after=%u", peer, bytes);
 *
 *     2026-11-22T23:28:05.123Z info tcp: reset peer=10.0.0.7:4711 after=512
 *
 * A text is what happened, then key=value pairs; values that come from outside
 * go through FATA_LOG_QUOTE.  What is not printable ASCII is escaped (\n,
 * \x1b), so that nobody forges a line; a long line is cut and ends in "...".
 * The key --logs=*:info,tcp:debug says how much each source logs.
 * Context: the main loop's thread, in fibers, jobs, timers or completions, not
 * inside a sink; nothing here suspends.  Allocation: none. */
#ifndef FATA_LOG_H
#define FATA_LOG_H

#include <fata/cc.h>
#include <fata/time.h>
#include <stddef.h>
#include <stdint.h>

enum fata_log_level {
    FATA_LOG_OFF,     /* of a source: it says nothing */
    FATA_LOG_ERROR,   /* something does not work, and somebody must act */
    FATA_LOG_WARNING, /* somebody should look at it */
    FATA_LOG_INFO,    /* what happens once or rarely: an address, a start */
    FATA_LOG_DEBUG,   /* what happens for each connection or request */
};

enum {
    FATA_LOG_LINE = 400,     /* bytes of a line, its newline included */
    FATA_LOG_QUOTED = 80,    /* bytes of a quoted value, its NUL included */
    FATA_LOG_BURST = 100,    /* lines that a source may write at once ... */
    FATA_LOG_PER_SECOND = 10 /* ... and that come back in a second */
};

/* All fields but `level` are private. */
struct fata_log_source {
    const char *name;
    const char *doc;
    enum fata_log_level level; /* what is more detailed is not written */
    fata_time_t full;          /* when the whole burst is there again */
    uint64_t left_out;         /* lines, since the last that was written */
};

/* Defines a source, at file scope; `static` before it where one file uses it.
 * It is in --logs=help wherever its object is linked.
 * source_name, source_doc  literals; the name has no ':' and no ',' */
#define FATA_LOG_SOURCE(variable, source_name, source_doc)                     \
    struct fata_log_source variable = {.name = source_name,                    \
                                       .doc = source_doc,                      \
                                       .level = FATA_LOG_INFO};                \
    static struct fata_log_source *const variable##_registered FATA_USED       \
        FATA_SECTION("fata_log_sources") = &variable

/* Writes a record; where the level is off nothing is evaluated but `source`.
 * A source that writes more than it may (above) loses lines; the next one that
 * is written follows a line that counts them. */
#define fata_log_error(source, ...)                                            \
    fata_log(source, FATA_LOG_ERROR, __VA_ARGS__)
#define fata_log_warning(source, ...)                                          \
    fata_log(source, FATA_LOG_WARNING, __VA_ARGS__)
#define fata_log_info(source, ...) fata_log(source, FATA_LOG_INFO, __VA_ARGS__)
#define fata_log_debug(source, ...)                                            \
    fata_log(source, FATA_LOG_DEBUG, __VA_ARGS__)

#define fata_log(source, at, ...)                                              \
    do {                                                                       \
        struct fata_log_source *fata__source = (source);                       \
        if (FATA_UNLIKELY(fata__source->level >= (at)))                        \
            fata_log_write(fata__source, (at), __VA_ARGS__);                   \
    } while (0)

/* The same whatever the source's level is. */
void fata_log_write(struct fata_log_source *source, enum fata_log_level level,
                    const char *format, ...) FATA_PRINTF(3, 4);

/* A value of a pair, for %s: `text` as it is where it is plain; else in quotes,
 * with ", \ and what is not printable escaped.  Cut, with "...", where it is
 * long.  NULL is (null).  Valid until the enclosing block ends. */
#define FATA_LOG_QUOTE(text) fata_log_quote((char[FATA_LOG_QUOTED]){0}, (text))
const char *fata_log_quote(char buffer[FATA_LOG_QUOTED], const char *text);

/* Where lines go: line borrowed until return, `size` bytes with the newline, no
 * NUL.  Must not log. */
typedef void fata_log_sink(const char *line, size_t size, void *arg);

/* Sends lines to `sink` from now on; NULL: to the console, as at first. */
void fata_log_redirect(fata_log_sink *sink, void *arg);

/* How many lines were left out so far, of all sources. */
uint64_t fata_log_left_out(void);

#endif
