/* SPDX-License-Identifier: ISC */
/* What SQLite asks of an operating system, where there are no files: random
 * bytes and the time. Databases are `:memory:`, or shared by connections,
 * `file:/name?vfs=memdb` (SQLite's own memdb.c, which asks this file for
 * those two). A name of a file cannot be opened.
 *
 * Random bytes are the libc's getentropy(): in images component `random`. */
#define _DEFAULT_SOURCE 1
#include "sqlite3.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

static int cannot_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                       int flags, int *out_flags)
{
    (void)vfs, (void)name, (void)flags, (void)out_flags;
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}

static int nothing_to_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_IOERR_DELETE_NOENT;
}

static int nothing_there(sqlite3_vfs *vfs, const char *name, int flags,
                         int *result)
{
    (void)vfs, (void)name, (void)flags;
    *result = 0;
    return SQLITE_OK;
}

static int full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    if (strlen(name) >= (size_t)size)
        return SQLITE_CANTOPEN;
    strcpy(out, name);
    return SQLITE_OK;
}

/* Returns how many bytes it has written: all, or none. */
static int randomness(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    for (int done = 0; done < size; done += 256)
        if (getentropy(out + done,
                       size - done < 256 ? (size_t)(size - done) : 256) != 0)
            return 0;
    return size;
}

/* Who is busy cannot become ready while we wait here: nothing behind a call of
 * the libc suspends a fiber. SQLite counts these against its time-out. */
static int do_not_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

/* Milliseconds since noon of 24 November 4714 BC, Greenwich. */
static int current_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    static const sqlite3_int64 unix_epoch = 24405875 * (sqlite3_int64)8640000;
    struct timespec now;
    (void)vfs;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return SQLITE_ERROR;
    *out =
        unix_epoch + 1000 * (sqlite3_int64)now.tv_sec + now.tv_nsec / 1000000;
    return SQLITE_OK;
}

static int no_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs, (void)size, (void)out;
    return 0;
}

int sqlite3_os_init(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(sqlite3_file),
        .mxPathname = 512,
        .zName = "none",
        .xOpen = cannot_open,
        .xDelete = nothing_to_delete,
        .xAccess = nothing_there,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = do_not_sleep,
        .xGetLastError = no_error,
        .xCurrentTimeInt64 = current_time,
    };
    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void)
{
    return SQLITE_OK;
}
