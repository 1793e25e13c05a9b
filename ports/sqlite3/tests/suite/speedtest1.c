/* SPDX-License-Identifier: ISC */
/* speedtest1.c as a function; there is no file of an earlier run to remove. */
#include <unistd.h>

#define unlink(name) ((void)(name))
#define main         sqlite3_speedtest
#include "test/speedtest1.c"
