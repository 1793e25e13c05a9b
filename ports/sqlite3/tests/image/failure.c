/* SPDX-License-Identifier: ISC */
/* Memory that ends, at each allocation and for good; databases that are
 * damaged. */
#include "ask.h"
#include <fata/test.h>
#include <stdlib.h>
#include <string.h>

#define IS(db, sql, answer) (strcmp(ask(db, sql), answer) == 0)

static const char work[] =
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX tb ON t(b);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
    " i < 120) INSERT INTO t SELECT i, printf('%0*d', i, i) FROM n;"
    "BEGIN; DELETE FROM t WHERE a % 3 = 0; SAVEPOINT s; UPDATE t SET b = b ||"
    " 'x'; ROLLBACK TO s; COMMIT;"
    "SELECT count(*), group_concat(substr(b, 1, 1), '') OVER (ORDER BY b)"
    " FROM t GROUP BY a % 2 ORDER BY 2;"
    "SELECT count(*) FROM t x JOIN t y ON x.b = y.b WHERE x.a IN"
    " (SELECT value FROM json_each('[1,2,3,4]'))";

/* --- the Nth allocation fails ------------------------------------------------
 */

static sqlite3_mem_methods real;
static long until; /* allocations before the one that fails; < 0: none */
static bool hit;

static bool fails(void)
{
    bool now = until == 0;
    hit = hit || now;
    until -= until >= 0;
    return now;
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *failing_realloc(void *p, int size)
{
    return fails() ? NULL : real.xRealloc(p, size);
}

FATA_TEST(each_allocation_fails_once)
{
    fata_check_int(sqlite3_shutdown(), ==, SQLITE_OK);
    fata_check_int(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), ==,
                   SQLITE_OK);
    sqlite3_mem_methods failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    fata_check_int(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), ==,
                   SQLITE_OK);

    long failures = 0, refused = 0;
    for (long nth = 0;; nth++) {
        sqlite3 *db;
        hit = false;
        until = nth;
        int err = sqlite3_open(":memory:", &db);
        if (err == SQLITE_OK)
            err = sqlite3_exec(db, work, NULL, NULL, NULL);
        until = -1;
        failures += hit;
        refused += err != SQLITE_OK;
        /* Some allocations are not needed: those of caches. */
        fata_check(err == SQLITE_OK || (err == SQLITE_NOMEM && hit));
        /* Whatever failed, the database is whole and goes on. */
        if (db != NULL && sqlite3_errcode(db) != SQLITE_MISUSE && nth > 50) {
            (void)ask(db, "ROLLBACK");
            fata_check(IS(db, "PRAGMA integrity_check", "ok\n"));
            fata_check(IS(db,
                          "CREATE TABLE z(x); INSERT INTO z VALUES(1);"
                          "SELECT x FROM z",
                          "1\n"));
        }
        fata_check_int(sqlite3_close(db), ==, SQLITE_OK);
        if (!hit)
            break;
    }
    fata_check(failures > 500 && refused > 400);
    fata_check_int(sqlite3_shutdown(), ==, SQLITE_OK);
    fata_check_int(sqlite3_memory_used(), ==, 0);
    fata_check_int(sqlite3_config(SQLITE_CONFIG_MALLOC, &real), ==, SQLITE_OK);
}

/* --- memory is full ----------------------------------------------------------
 */

FATA_TEST(a_full_heap_is_an_error_that_one_recovers_from)
{
    sqlite3 *db = fresh();
    /* In images it is the heap that ends; a process of the host would take
     * what the machine has. */
    if (FATA_FLAVOUR_HOST)
        sqlite3_hard_heap_limit64(8 << 20);
    fata_check(IS(db, "CREATE TABLE t(x); INSERT INTO t VALUES('kept')", ""));
    fata_check(IS(db, "BEGIN", ""));
    int err = SQLITE_OK;
    long rows = 0;
    while (err == SQLITE_OK && rows < 1000000) {
        err = sqlite3_exec(db, "INSERT INTO t VALUES(randomblob(5000))", NULL,
                           NULL, NULL);
        rows += err == SQLITE_OK;
    }
    fata_check_int(err, ==, SQLITE_NOMEM);
    fata_check(rows > 1000);
    if (!sqlite3_get_autocommit(db))
        fata_check(IS(db, "ROLLBACK", ""));
    fata_check(IS(db, "SELECT x FROM t; PRAGMA integrity_check", "kept\nok\n"));
    fata_check(IS(db,
                  "INSERT INTO t VALUES(zeroblob(2000000));"
                  "SELECT sum(length(x)) FROM t",
                  "2000004\n"));
    sqlite3_close(db);
    sqlite3_hard_heap_limit64(0);
}

/* --- damage ------------------------------------------------------------------
 */

static uint32_t seed = 1;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

FATA_TEST(damaged_databases_are_errors)
{
    sqlite3 *db = fresh();
    sqlite3_int64 size;
    fata_check(IS(db, "PRAGMA page_size = 1024", ""));
    fata_check_int(sqlite3_exec(db, work, NULL, NULL, NULL), ==, SQLITE_OK);
    fata_check(IS(db,
                  "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID;"
                  "INSERT INTO w SELECT b, a FROM t; CREATE VIEW o AS"
                  " SELECT * FROM w; INSERT INTO t(b) VALUES"
                  "(zeroblob(5000))",
                  ""));
    unsigned char *whole = sqlite3_serialize(db, "main", &size, 0);
    fata_check(whole != NULL && size > 20000);
    sqlite3_close(db);

    int corrupt = 0, good = 0;
    for (int round = 0; round < 600; round++) {
        sqlite3_int64 n = size;
        unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)size);
        fata_check(copy != NULL);
        memcpy(copy, whole, (size_t)size);
        if (round % 10 == 9)
            n = 1 + chance((uint32_t)size);
        else if (round > 0)
            for (uint32_t flips = 1 + chance(8); flips > 0; flips--)
                /* Every other time where it hurts most, in the first page. */
                copy[chance(round % 2 == 0 ? 1024 : (uint32_t)size)] ^=
                    (unsigned char)(1u << chance(8));
        db = fresh();
        int err = sqlite3_deserialize(db, "main", copy, n, size,
                                      SQLITE_DESERIALIZE_FREEONCLOSE |
                                          SQLITE_DESERIALIZE_RESIZEABLE);
        fata_check_int(err, ==, SQLITE_OK);
        bool ok = IS(db, "PRAGMA integrity_check", "ok\n");
        static const char *const sql[] = {
            "SELECT count(*), sum(a), max(b) FROM t",
            "SELECT * FROM t ORDER BY b",
            "SELECT * FROM o",
            "INSERT INTO t(b) SELECT b FROM t LIMIT 50",
            "DELETE FROM w WHERE v % 2",
            "UPDATE t SET b = zeroblob(3000)",
            "VACUUM"};
        for (size_t i = 0; i < FATA_COUNT(sql); i++) {
            err = sqlite3_exec(db, sql[i], NULL, NULL, NULL);
            corrupt += err == SQLITE_CORRUPT || err == SQLITE_NOTADB;
            fata_check(round != 0 || err == SQLITE_OK);
            fata_check(err != SQLITE_INTERNAL && err != SQLITE_MISUSE);
        }
        good += ok;
        fata_check(round != 0 || ok);
        fata_check_int(sqlite3_close(db), ==, SQLITE_OK);
    }
    fata_check(corrupt > 300 && good > 10 && good < 400);
    sqlite3_free(whole);
}
