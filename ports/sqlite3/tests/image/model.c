/* SPDX-License-Identifier: ISC */
/* Some thousand changes by chance, and an array that is told the same. */
#include "ask.h"
#include <fata/test.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 2000

static int model[KEYS], before[KEYS], outer[KEYS]; /* 0: no row */
static uint32_t seed = 7;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

static int step(sqlite3_stmt *s, int a, int b)
{
    sqlite3_bind_int(s, 1, a);
    if (sqlite3_bind_parameter_count(s) > 1)
        sqlite3_bind_int(s, 2, b);
    int err = sqlite3_step(s);
    sqlite3_reset(s);
    return err;
}

/* The table and its index say what the array says. */
static void agree(sqlite3 *db)
{
    sqlite3_stmt *s;
    int64_t rows = 0, sum = 0;
    char sql[200], answer[100];
    for (int i = 0; i < KEYS; i++) {
        rows += model[i] != 0;
        sum += (int64_t)model[i] * (i + 1);
    }
    snprintf(answer, sizeof(answer), "%lld|%lld\n", (long long)rows,
             (long long)sum);
    fata_check(strcmp(ask(db, "SELECT count(*), coalesce(sum(v * (k + 1)), 0)"
                              " FROM t"),
                      answer) == 0);
    /* Once through the index, once without. */
    for (int low = 1; low < 1000; low += 333) {
        snprintf(sql, sizeof(sql),
                 "SELECT (SELECT count(*) FROM t INDEXED BY tv WHERE v >= %d"
                 " AND v < %d) - (SELECT count(*) FROM t NOT INDEXED WHERE"
                 " v >= %d AND v < %d)",
                 low, low + 333, low, low + 333);
        fata_check(strcmp(ask(db, sql), "0\n") == 0);
    }
    fata_check_int(
        sqlite3_prepare_v2(db, "SELECT k, v FROM t ORDER BY k", -1, &s, NULL),
        ==, SQLITE_OK);
    int next = 0;
    while (sqlite3_step(s) == SQLITE_ROW) {
        int key = sqlite3_column_int(s, 0);
        while (next < key)
            fata_check_int(model[next++], ==, 0);
        fata_check_int(sqlite3_column_int(s, 1), ==, model[key]);
        next = key + 1;
    }
    while (next < KEYS)
        fata_check_int(model[next++], ==, 0);
    sqlite3_finalize(s);
}

FATA_TEST(a_model_agrees)
{
    static const char *const sql[] = {
        "INSERT OR REPLACE INTO t VALUES(?1, ?2, zeroblob(?2 % 900))",
        "UPDATE t SET v = ?2 WHERE k = ?1",
        "DELETE FROM t WHERE k = ?1",
        "DELETE FROM t WHERE v = ?1",
    };
    sqlite3_stmt *s[FATA_COUNT(sql)];
    sqlite3 *db = fresh();
    int depth = 0; /* 1: in a transaction, 2: with a savepoint */
    fata_check(*ask(db, "CREATE TABLE t(k INTEGER PRIMARY KEY, v INT, pad);"
                        "CREATE INDEX tv ON t(v)") == '\0');
    for (size_t i = 0; i < FATA_COUNT(sql); i++)
        fata_check_int(sqlite3_prepare_v2(db, sql[i], -1, &s[i], NULL), ==,
                       SQLITE_OK);
    for (int n = 0; n < 20000; n++) {
        int key = (int)chance(KEYS), value = 1 + (int)chance(999);
        uint32_t what = chance(1000);
        if (what < 500) {
            fata_check_int(step(s[0], key, value), ==, SQLITE_DONE);
            model[key] = value;
        } else if (what < 750) {
            fata_check_int(step(s[1], key, value), ==, SQLITE_DONE);
            model[key] = model[key] != 0 ? value : 0;
        } else if (what < 950) {
            fata_check_int(step(s[2], key, 0), ==, SQLITE_DONE);
            model[key] = 0;
        } else if (what < 970) {
            fata_check_int(step(s[3], value, 0), ==, SQLITE_DONE);
            for (int i = 0; i < KEYS; i++)
                if (model[i] == value)
                    model[i] = 0;
        } else if (what < 985 && depth < 2) {
            fata_check(*ask(db, depth == 0 ? "BEGIN" : "SAVEPOINT s") == '\0');
            memcpy(depth++ == 0 ? outer : before, model, sizeof(model));
        } else if (depth > 0) {
            bool keep = chance(2) == 0;
            depth--;
            fata_check(*ask(db, depth == 0 ? (keep ? "COMMIT" : "ROLLBACK")
                                : keep     ? "RELEASE s"
                                       : "ROLLBACK TO s; RELEASE s") == '\0');
            if (!keep)
                memcpy(model, depth == 0 ? outer : before, sizeof(model));
        }
        if (n % 2500 == 0) {
            agree(db);
            if (fata_test_failed())
                return;
        }
    }
    agree(db);
    fata_check(strcmp(ask(db, "PRAGMA integrity_check"), "ok\n") == 0);
    for (size_t i = 0; i < FATA_COUNT(sql); i++)
        sqlite3_finalize(s[i]);
    fata_check_int(sqlite3_close(db), ==, SQLITE_OK);
}
