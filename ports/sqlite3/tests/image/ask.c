/* SPDX-License-Identifier: ISC */
#include "ask.h"
#include <fata/test.h>
#include <stdio.h>
#include <string.h>

static char text[4096];
static size_t length;

static int add(void *arg, int columns, char **value, char **name)
{
    (void)arg, (void)name;
    for (int i = 0; i < columns; i++)
        if (length < sizeof(text))
            length += (size_t)snprintf(text + length, sizeof(text) - length,
                                       "%s%c", value[i] ? value[i] : "NULL",
                                       i + 1 < columns ? '|' : '\n');
    return 0;
}

const char *ask(sqlite3 *db, const char *sql)
{
    length = 0;
    text[0] = '\0';
    if (sqlite3_exec(db, sql, add, NULL, NULL) != SQLITE_OK)
        snprintf(text, sizeof(text), "error: %s", sqlite3_errmsg(db));
    return text;
}

sqlite3 *fresh(void)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        fata_test_fail("fresh", "sqlite3_open");
    return db;
}
