/* SPDX-License-Identifier: ISC */
/* FTS5, which is in the image of who calls this:
 *
 *     err = sqlite3Fts5Init(db);
 *
 * after each sqlite3_open(), or once, before the first, by
 *
 *     err = sqlite3_auto_extension((void (*)(void))sqlite3Fts5Init); */
#ifndef SQLITE3_FTS5_H
#define SQLITE3_FTS5_H

#include <sqlite3.h>

int sqlite3Fts5Init(sqlite3 *db);

#endif
