# SPDX-License-Identifier: ISC
# Compiles the library of 8-bit units as its NON-AUTOTOOLS-BUILD says: the
# generic headers, and fata.yml's defines.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT JOBS (docs/ports.md).
set -eu

cd "$SRC/src"
cp config.h.generic config.h
cp pcre2.h.generic pcre2.h
cp pcre2_chartables.c.dist pcre2_chartables.c

# Not: programs, files that others include.
ls pcre2_*.c pcre2posix.c | grep -v -e dftables -e fuzzsupport -e jit_match \
    -e jit_misc -e jit_test -e posix_test -e printint -e ucptables |
    xargs -P "$JOBS" -I FILE sh -c "$CC $CFLAGS $CPPFLAGS -I. -c FILE -o FILE.o"

mkdir -p "$OUT/lib" "$OUT/include"
"$AR" rcsD "$OUT/lib/libpcre2-8.a" pcre2*.o
cp pcre2.h pcre2posix.h "$OUT/include"
