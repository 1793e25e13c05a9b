# SPDX-License-Identifier: ISC
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT (docs/ports.md).
set -eu

cd "$SRC/src"
cp config.h.generic config.h
cp pcre2.h.generic pcre2.h
$CC $CFLAGS $CPPFLAGS -w -I. -I"$PORT/include" -c "$PORT/suite.c" -o suite.o
cd ../testdata
$CC $CFLAGS -I"$PORT/include" -c "$PORT/data.c" -o data.o
mkdir -p "$OUT/lib"
"$AR" rcsD "$OUT/lib/libpcre2-suite.a" ../src/suite.o data.o
