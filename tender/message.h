/* SPDX-License-Identifier: ISC */
/* Why something failed: one line for the person who started the tender. */
#ifndef TENDER_MESSAGE_H
#define TENDER_MESSAGE_H

#include <fata/cc.h>

struct message {
    char text[320]; /* without a final newline */
};

/* Sets the text and returns -1, so that a check can end with
 * `return fail(why, ...)`. */
int fail(struct message *why, const char *format, ...) FATA_PRINTF(2, 3);

/* Prints `NAME: TEXT` on standard error as exactly one line. */
void message_print(const char *name, const struct message *why);

#endif
