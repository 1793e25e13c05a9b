/* SPDX-License-Identifier: ISC */
/* The library os, without files and processes: os.remove() and os.rename() find
 * nothing, os.tmpname() has no name for you, os.execute() no shell. */
#include "src/lprefix.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int refuse(int error)
{
    errno = error;
    return -1;
}

#define remove(name)             refuse(ENOENT)
#define rename(from, to)         (((void)(to)), refuse(ENOENT))
#define system(command)          ((command) == NULL ? 0 : refuse(ENOSYS))
#define LUA_TMPNAMBUFSIZE        1
#define lua_tmpnam(name, failed) ((void)(name), (failed) = 1)
#include "src/loslib.c"
