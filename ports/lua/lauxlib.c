/* SPDX-License-Identifier: ISC */
/* The auxiliary library. luaL_loadfile() opens a file of bytecode a second
 * time, as a binary one, by freopen(), which needs dup3(); from the start of
 * the same file is the same where text is binary. */
#include "src/lprefix.h"
#include <stdio.h>

#define freopen(name, mode, file) (rewind(file), (file))
#include "src/lauxlib.c"
