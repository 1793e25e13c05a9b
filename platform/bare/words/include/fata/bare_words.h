/* SPDX-License-Identifier: ISC */
/* The command line of an image without an operating system. */
#ifndef FATA_BARE_WORDS_H
#define FATA_BARE_WORDS_H

#include <stdbool.h>

/* Splits `line` in place at blanks into at most `max` words.  "..." keeps
 * blanks, backslash takes the next character as it is, in and out of quotes.
 * Leading words `--solo5:...` are dropped, as upstream's bindings do; they
 * set fata_bare_quiet.
 * Returns the number of words, or FATA_E2BIG (more than `max`) or FATA_EINVAL
 * (a quote that is not closed). */
int fata_bare_split(char *line, char **words, int max);

/* `--solo5:quiet`, `:error` or `:warn` was given: the platform says nothing of
 * what it has chosen. */
extern bool fata_bare_quiet;

#endif
