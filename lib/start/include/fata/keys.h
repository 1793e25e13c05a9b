/* SPDX-License-Identifier: ISC */
/* Keys: typed boot arguments, `--name=value`.  The table is generated from the
 * manifests; this is its parser.  Pure: no I/O, no allocation. */
#ifndef FATA_KEYS_H
#define FATA_KEYS_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stdint.h>

enum fata_key_type {
    FATA_KEY_STRING,   /* const char * */
    FATA_KEY_INT,      /* int64_t: decimal or 0x..., within min..max */
    FATA_KEY_BOOL,     /* bool: true, false, yes, no, 1, 0; `--name` is true */
    FATA_KEY_DURATION, /* fata_time_t: 10ns, 5us, 20ms, 1.5s, 2m, 1h */
    FATA_KEY_SIZE,     /* uint64_t bytes: 512, 64KiB, 1MiB, 2GiB */
    FATA_KEY_TIMEZONE, /* const char *: a POSIX TZ string */
};

struct fata_key {
    const char *name;
    const char *doc;
    enum fata_key_type type;
    const char *text;             /* default, or NULL: the key is required */
    int64_t min, max;             /* FATA_KEY_INT only; inclusive */
    void *value;                  /* where the parsed value goes, or NULL */
    int (*set)(const char *text); /* component keys: called by start-up with
                                     the final text, or NULL */
};

/* Parses argv[1..*argc-1].  Words of the form --name or --name=value are keys;
 * words without leading dashes, and all words after a lone `--`, are left in
 * argv for the program (argv[0] stays), *argc is set to match.
 *
 * keys      borrowed; `value` targets are written, defaults first
 * final     returned: final[i] is the text that key i ended with (`count`
 *           entries); points into argv or the table
 * message   on error, one line of what is wrong and what to do, at most
 *           `size` bytes with the NUL
 * Returns 0, or FATA_EINVAL; then nothing in argv or *argc has changed. */
FATA_NODISCARD int fata_keys_parse(const struct fata_key *keys, size_t count,
                                   const char **final, int *argc, char **argv,
                                   char *message, size_t size);

/* Checks `text` against the key's type and stores the value in key->value if
 * that is not NULL.  Returns 0 or FATA_EINVAL. */
FATA_NODISCARD int fata_key_store(const struct fata_key *key, const char *text);

#endif
