# SPDX-License-Identifier: ISC
# Compiles all of libsodium, with config.h for what its configure would find.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT JOBS (docs/ports.md).
set -eu

cd "$SRC/src/libsodium"
sed -e 's/@VERSION@/1.0.18/' -e 's/@SODIUM_LIBRARY_VERSION_MAJOR@/10/' \
    -e 's/@SODIUM_LIBRARY_VERSION_MINOR@/3/' -e '/@SODIUM_LIBRARY_MINIMAL_DEF@/d' \
    include/sodium/version.h.in >include/sodium/version.h

# Not: a generator of its own beside the image's. The assembly is empty where
# the CPU is another.
find . -name '*.c' -o -name '*.S' | grep -v randombytes_internal_random | LC_ALL=C sort |
    xargs -P "$JOBS" -I FILE sh -c "$CC $CFLAGS $CPPFLAGS -w -Iinclude \
        -Iinclude/sodium -include $PORT/config.h -c FILE -o FILE.o"

mkdir -p "$OUT/lib" "$OUT/include"
find . -name '*.o' | LC_ALL=C sort | xargs "$AR" rcsD "$OUT/lib/libsodium.a"
cp -R include/sodium.h include/sodium "$OUT/include"
rm -r "$OUT/include/sodium/private" "$OUT"/include/sodium/*.in
