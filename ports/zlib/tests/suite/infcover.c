/* SPDX-License-Identifier: ISC */
/* infcover.c: each branch of inflate, and memory that ends. */
#include "zlib.h"

/* It passes what lies one byte before the version, too. */
static const char version[] = "?" ZLIB_VERSION;
#undef ZLIB_VERSION
#define ZLIB_VERSION (version + 1)

#define main zlib_infcover
#include "test/infcover.c"
