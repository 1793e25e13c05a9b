# SPDX-License-Identifier: ISC
# evp_test with OpenSSL's frame for tests, and its files of vectors as data.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT (docs/ports.md).
set -eu

cd "$SRC"

compile()
{
    # shellcheck disable=SC2086 # words
    $CC $CFLAGS $CPPFLAGS -w -Iinclude -Iapps/include -I. \
        -Dmain=openssl_suite_main -DBIO_new_file=openssl_suite_open "$@"
}

n=0
for file in test/evp_test.c test/testutil/*.c apps/lib/opt.c "$PORT/open.c"; do
    n=$((n + 1))
    compile -c "$file" -o "suite-$n.o"
done

# For what this build of OpenSSL has.
without='aria|bf|camellia|cast5|des|idea|mdc2|md|rc2|rc4|rc5|ripemd|seed|sm2|sm3|sm4|whirlpool|dsa'
cd test/recipes/30-test_evp_data
for file in evp*.txt; do
    echo "$file" | grep -Eq "^evp[a-z]*_($without)(_[a-z0-9]*)?\.txt" ||
        echo "$file"
done >files
{
    echo '.section .data.rel.ro.vectors, "aw"'
    echo '.balign 8; .globl openssl_suite_vectors; openssl_suite_vectors:'
    sed 's/\(.*\)\.txt/.quad name_\1, text_\1/' files
    echo '.quad 0, 0'
    echo '.section .rodata.vectors, "a"'
    sed 's/\(.*\)\.txt/name_\1: .asciz "&"/' files
    sed 's/\(.*\)\.txt/text_\1: .incbin "&"; .byte 0/' files
    echo '.section .note.GNU-stack, "", %progbits'
} >vectors.s
# shellcheck disable=SC2086
$CC $CFLAGS -c vectors.s -o "$SRC/suite-vectors.o"

cd "$SRC"
mkdir -p "$OUT/lib" "$OUT/include"
"$AR" qcs "$OUT/lib/libopenssl-suite.a" suite-*.o
cp "$PORT/openssl_suite.h" "$OUT/include"
