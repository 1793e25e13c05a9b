/* SPDX-License-Identifier: ISC */
/* SQLite's speedtest1, small: 32 kinds of work on one database, with a hash of
 * all results. */
#include <fata/test.h>
#include <stddef.h>

int sqlite3_speedtest(int argc, char **argv);

FATA_TEST(speedtest1)
{
    static char name[] = "speedtest1", memdb[] = "--memdb", size[] = "--size",
                five[] = "5", verify[] = "--verify",
                *argv[] = {name, memdb, size, five, verify, NULL};
    fata_check_int(sqlite3_speedtest(5, argv), ==, 0);
}
