/* SPDX-License-Identifier: ISC */
/* example.c but for its gzip files: there are none in images. */
#define NO_GZCOMPRESS 1
#define main          zlib_example
#include "test/example.c"
