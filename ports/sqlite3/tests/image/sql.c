/* SPDX-License-Identifier: ISC */
/* SQL of many kinds, with answers that were worked out by hand. */
#include "ask.h"
#include <fata/test.h>
#include <sqlite3_fts5.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define check_answer(db, sql, answer)                                          \
    do {                                                                       \
        if (strcmp(ask(db, sql), answer) != 0) {                               \
            fata_test_fail(sql, ask(db, sql));                                 \
            return;                                                            \
        }                                                                      \
    } while (0)

FATA_TEST(it_is_the_library_that_was_asked_for)
{
    fata_check(strcmp(sqlite3_libversion(), SQLITE_VERSION) == 0);
    fata_check_int(sqlite3_threadsafe(), ==, 0);
    fata_check(sqlite3_compileoption_used("TEMP_STORE=3"));
    fata_check(sqlite3_compileoption_used("OMIT_WAL"));
}

FATA_TEST(tables_joins_groups)
{
    sqlite3 *db = fresh();
    check_answer(
        db,
        "CREATE TABLE ship(id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
        "CREATE TABLE crew(ship INT REFERENCES ship, name TEXT,"
        " pay REAL CHECK (pay >= 0));"
        "CREATE INDEX crew_ship ON crew(ship);"
        "INSERT INTO ship(name) VALUES('Fata'),('Morgana'),('empty');"
        "INSERT INTO crew VALUES(1,'Ada',3.5),(1,'Bo',2),(2,'Cy',1.25)",
        "");
    check_answer(db,
                 "SELECT s.name, count(c.name), total(c.pay) FROM ship s"
                 " LEFT JOIN crew c ON c.ship = s.id GROUP BY s.id"
                 " ORDER BY s.id",
                 "Fata|2|5.5\nMorgana|1|1.25\nempty|0|0.0\n");
    check_answer(
        db, "SELECT name FROM ship WHERE id NOT IN (SELECT ship FROM crew)",
        "empty\n");
    fata_check(strstr(ask(db, "EXPLAIN QUERY PLAN SELECT * FROM crew"
                              " WHERE ship = 2"),
                      "USING INDEX crew_ship") != NULL);
    check_answer(db, "INSERT INTO ship(name) VALUES('Fata')",
                 "error: UNIQUE constraint failed: ship.name");
    check_answer(db, "UPDATE crew SET pay = -1",
                 "error: CHECK constraint failed: pay >= 0");
    check_answer(db, "PRAGMA foreign_keys = on; DELETE FROM ship WHERE id = 1",
                 "error: FOREIGN KEY constraint failed");
    check_answer(db, "SELEKT 1", "error: near \"SELEKT\": syntax error");
    check_answer(db,
                 "INSERT INTO ship VALUES(3,'full') ON CONFLICT(id)"
                 " DO UPDATE SET name = excluded.name RETURNING id, name",
                 "3|full\n");
    check_answer(db, "PRAGMA integrity_check; PRAGMA foreign_key_check",
                 "ok\n");
    fata_check_int(sqlite3_close(db), ==, SQLITE_OK);
}

FATA_TEST(transactions_and_savepoints)
{
    sqlite3 *db = fresh();
    check_answer(db,
                 "CREATE TABLE t(x); INSERT INTO t VALUES(1);"
                 "BEGIN; INSERT INTO t VALUES(2); ROLLBACK;"
                 "SELECT group_concat(x) FROM t",
                 "1\n");
    check_answer(db,
                 "BEGIN; INSERT INTO t VALUES(3); SAVEPOINT a;"
                 "INSERT INTO t VALUES(4); SAVEPOINT b; DELETE FROM t;"
                 "ROLLBACK TO b; INSERT INTO t VALUES(5); ROLLBACK TO a;"
                 "INSERT INTO t VALUES(6); COMMIT;"
                 "SELECT group_concat(x) FROM t",
                 "1,3,6\n");
    /* A statement that fails in its middle takes back its beginning. */
    check_answer(db,
                 "CREATE UNIQUE INDEX u ON t(x);"
                 "UPDATE t SET x = 7",
                 "error: UNIQUE constraint failed: t.x");
    check_answer(db, "SELECT group_concat(x) FROM t", "1,3,6\n");
    check_answer(db,
                 "BEGIN; WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL"
                 " SELECT i+1 FROM n WHERE i < 20000) INSERT INTO t SELECT i"
                 " FROM n; CREATE TABLE gone(y); ROLLBACK;"
                 "SELECT count(*) FROM t; PRAGMA integrity_check",
                 "3\nok\n");
    check_answer(db, "VACUUM; PRAGMA journal_mode", "memory\n");
    sqlite3_close(db);
}

FATA_TEST(windows_recursion_triggers_views)
{
    sqlite3 *db = fresh();
    check_answer(db,
                 "CREATE TABLE m(day INT, n INT);"
                 "INSERT INTO m VALUES(1,5),(2,7),(3,1),(4,9);"
                 "SELECT day, sum(n) OVER (ORDER BY day ROWS 1 PRECEDING),"
                 " rank() OVER (ORDER BY n DESC), lag(n) OVER (ORDER BY day)"
                 " FROM m ORDER BY day",
                 "1|5|3|NULL\n2|12|2|5\n3|8|4|7\n4|10|1|1\n");
    check_answer(db,
                 "WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b,"
                 " a + b FROM f LIMIT 80) SELECT max(a) FROM f",
                 "14472334024676221\n"); /* the 79th Fibonacci number */
    check_answer(db,
                 "CREATE TABLE log(was); CREATE VIEW big AS SELECT * FROM m"
                 " WHERE n > 4; CREATE TRIGGER gone AFTER DELETE ON m BEGIN"
                 " INSERT INTO log VALUES(old.day); END;"
                 "DELETE FROM m WHERE day IN (SELECT day FROM big);"
                 "SELECT group_concat(was) FROM log; SELECT count(*) FROM m",
                 "1,2,4\n1\n");
    check_answer(db,
                 "SELECT printf('%.3f %s', sqrt(2), hex(upper('aé')));"
                 "SELECT round(exp(1), 6), 7 / 2, -7 % 3, 1e308 * 10",
                 "1.414 41C3A9\n2.718282|3|-1|Inf\n");
    sqlite3_close(db);
}

FATA_TEST(json)
{
    sqlite3 *db = fresh();
    check_answer(db,
                 "SELECT json_extract('{\"a\":[1,{\"b\":\"x\"}]}', '$.a[1].b'),"
                 " '[3,4]' ->> 1, json_valid('{')",
                 "x|4|0\n");
    check_answer(db,
                 "SELECT json_group_array(value * 2) FROM json_each('[1,2,3]')",
                 "[2,4,6]\n");
    check_answer(db, "SELECT json_set('{\"a\":1}', '$.b', json('[true]'))",
                 "{\"a\":1,\"b\":[true]}\n");
    check_answer(db, "SELECT json('[1,')", "error: malformed JSON");
    sqlite3_close(db);
}

FATA_TEST(full_text)
{
    sqlite3 *db = fresh();
    fata_check(strncmp(ask(db, "CREATE VIRTUAL TABLE t USING fts5(x)"),
                       "error: no such module", 21) == 0);
    fata_check_int(sqlite3Fts5Init(db), ==, SQLITE_OK);
    check_answer(db,
                 "CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'porter');"
                 "INSERT INTO t VALUES('fibers wait for devices'),"
                 "('a device has a driver'), ('pages and stacks'),"
                 "('Devices, devices, devices')",
                 "");
    check_answer(db, "SELECT rowid FROM t('device') ORDER BY rank",
                 "4\n1\n2\n");
    check_answer(db,
                 "SELECT highlight(t, 0, '<', '>') FROM t('wait AND fiber')",
                 "<fibers> <wait> for devices\n");
    check_answer(db,
                 "DELETE FROM t WHERE rowid = 4;"
                 "SELECT count(*) FROM t('dev*');"
                 "INSERT INTO t(t) VALUES('integrity-check')",
                 "2\n");
    sqlite3_close(db);
}

FATA_TEST(random_bytes_and_the_time)
{
    sqlite3 *db = fresh();
    char first[40], now[40];
    strcpy(first, ask(db, "SELECT hex(randomblob(16))"));
    fata_check_int(strlen(first), ==, 33);
    fata_check(strcmp(first, ask(db, "SELECT hex(randomblob(16))")) != 0);
    time_t before = time(NULL);
    strcpy(now, ask(db, "SELECT strftime('%s', 'now')"));
    fata_check(atoll(now) >= before && atoll(now) <= time(NULL));
    /* The zone is the case's: Europe/Paris, the second before it leaves winter
     * and the one after. */
    check_answer(db,
                 "SELECT datetime(1774745999, 'unixepoch', 'localtime'),"
                 " datetime(1774746000, 'unixepoch', 'localtime'),"
                 " datetime('2026-07-01 12:00', 'utc')",
                 "2026-03-29 01:59:59|2026-03-29 03:00:00|"
                 "2026-07-01 10:00:00\n");
    sqlite3_close(db);
}

FATA_TEST(there_are_no_files)
{
    sqlite3 *db;
    fata_check_int(sqlite3_open("/tmp/a.db", &db), ==, SQLITE_CANTOPEN);
    fata_check_int(sqlite3_close(db), ==, SQLITE_OK);
    db = fresh();
    check_answer(db, "ATTACH 'b.db' AS b",
                 "error: unable to open database: b.db");
    check_answer(db, "ATTACH ':memory:' AS b; CREATE TABLE b.t(x)", "");
    sqlite3_close(db);
}

FATA_TEST(two_connections_share_one_database)
{
    sqlite3 *a, *b;
    fata_check_int(sqlite3_open("file:/shared?vfs=memdb", &a), ==, SQLITE_OK);
    fata_check_int(sqlite3_open("file:/shared?vfs=memdb", &b), ==, SQLITE_OK);
    check_answer(a, "CREATE TABLE t(x); INSERT INTO t VALUES(1)", "");
    check_answer(b, "SELECT x FROM t", "1\n");
    check_answer(a, "BEGIN IMMEDIATE; INSERT INTO t VALUES(2)", "");
    fata_check_int(sqlite3_busy_timeout(b, 100), ==, SQLITE_OK);
    check_answer(b, "INSERT INTO t VALUES(3)", "error: database is locked");
    check_answer(a, "ROLLBACK", "");
    check_answer(b, "INSERT INTO t VALUES(3); SELECT group_concat(x) FROM t",
                 "1,3\n");
    sqlite3_close(a);
    sqlite3_close(b);
}

static void twice(sqlite3_context *context, int count, sqlite3_value **value)
{
    (void)count;
    sqlite3_result_int64(context, 2 * sqlite3_value_int64(value[0]));
}

FATA_TEST(functions_blobs_backup)
{
    sqlite3 *db = fresh(), *copy = fresh();
    sqlite3_blob *blob;
    char byte = 0;
    fata_check_int(sqlite3_create_function(db, "twice", 1, SQLITE_UTF8, NULL,
                                           twice, NULL, NULL),
                   ==, SQLITE_OK);
    check_answer(db, "SELECT twice(21)", "42\n");
    check_answer(
        db, "CREATE TABLE t(b); INSERT INTO t VALUES(zeroblob(100000))", "");
    fata_check_int(sqlite3_blob_open(db, "main", "t", "b", 1, 1, &blob), ==,
                   SQLITE_OK);
    fata_check_int(sqlite3_blob_write(blob, "x", 1, 99999), ==, SQLITE_OK);
    fata_check_int(sqlite3_blob_write(blob, "x", 1, 100000), ==, SQLITE_ERROR);
    fata_check_int(sqlite3_blob_read(blob, &byte, 1, 99999), ==, SQLITE_OK);
    fata_check_int(byte, ==, 'x');
    fata_check_int(sqlite3_blob_close(blob), ==, SQLITE_OK);

    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", db, "main");
    fata_check(backup != NULL);
    fata_check_int(sqlite3_backup_step(backup, 3), ==, SQLITE_OK);
    fata_check_int(sqlite3_backup_step(backup, -1), ==, SQLITE_DONE);
    fata_check_int(sqlite3_backup_finish(backup), ==, SQLITE_OK);
    check_answer(copy, "SELECT length(b), hex(substr(b, -2)) FROM t",
                 "100000|0078\n");
    sqlite3_close(db);
    sqlite3_close(copy);
}
