# SPDX-License-Identifier: ISC
# Compiles all of libsodium, with config.h for what its configure would find.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT JOBS (docs/ports.md).
set -eu

cd "$SRC/src/libsodium"
sed -e 's/@VERSION@/1.0.18/' -e 's/@SODIUM_LIBRARY_VERSION_MAJOR@/10/' \
    -e 's/@SODIUM_LIBRARY_VERSION_MINOR@/3/' -e '/@SODIUM_LIBRARY_MINIMAL_DEF@/d' \
    include/sodium/version.h.in >include/sodium/version.h

# compile FLAG...: the files that standard input names.
compile() {
    xargs -P "$JOBS" -I FILE sh -c "$CC $CFLAGS $CPPFLAGS $* -w -Iinclude \
        -Iinclude/sodium -include $PORT/config.h -c FILE -o FILE.o"
}

# Not: a generator of its own beside the image's.  What is for certain CPUs is
# empty on another one.  gcc is told by pragmas what they have, clang is not.
find . -name '*.c' -o -name '*.S' | grep -v randombytes_internal_random |
    LC_ALL=C sort >files
if [ "$ARCH" = x86_64 ]; then
    grep -vE 'aesni|ssse3|sse41|avx' files | compile
    grep aesni files | compile -mssse3 -mavx -maes -mpclmul
    grep ssse3 files | compile -mssse3
    grep sse41 files | compile -msse4.1
    grep avx2 files | compile -mavx2
    grep avx512f files | compile -mavx2 -mavx512f
else
    compile <files
fi

mkdir -p "$OUT/lib" "$OUT/include"
find . -name '*.o' | LC_ALL=C sort | xargs "$AR" rcsD "$OUT/lib/libsodium.a"
cp -R include/sodium.h include/sodium "$OUT/include"
rm -r "$OUT/include/sodium/private" "$OUT"/include/sodium/*.in
