/* SPDX-License-Identifier: ISC */
/* SQL in, text out. */
#ifndef ASK_H
#define ASK_H

#include <sqlite3.h>

/* Runs statements.  Returns their rows, "1|a\n2|NULL\n", or "error: ..."; the
 * text is good until the next call. */
const char *ask(sqlite3 *db, const char *sql);

/* A new, empty database in memory; a failed check if there is none. */
sqlite3 *fresh(void);

#endif
