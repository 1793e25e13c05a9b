#!/bin/sh
# SPDX-License-Identifier: ISC
# Tests of the hvt tender: run_hvt.sh TENDER
# Runs all twice: the tender itself, and one built here with ASan and UBSan.
# Prints a line for each case and a count.  CC chooses the compiler.
set -eu
tender=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
cc=${CC:-gcc}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
guests=$out/guests
mkdir "$guests"
cd "$here"
. ../../tests/have.sh

skip() {
    echo "skip hvt_test: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
[ "$(uname -m)" = x86_64 ] || skip "the test guests are for x86_64"
have_kvm || skip "/dev/kvm cannot be opened"

include="-I../../abi/include -I../../base/include"

guest() { # NAME SOURCE FLAGS
    name=$1
    source=$2
    shift 2
    # shellcheck disable=SC2086
    $cc -E -P "$@" -x c guest/guest.ld -o "$out/$name.ld"
    # shellcheck disable=SC2086
    $cc -std=c17 -Wall -Wextra -O1 -g -ffreestanding -fno-stack-protector \
        -fno-pic -fno-pie -fcf-protection=none -fno-omit-frame-pointer \
        -mgeneral-regs-only -fno-asynchronous-unwind-tables -nostdlib -static \
        -no-pie -Wl,-T,"$out/$name.ld" -Wl,--build-id=none \
        -Wl,-z,max-page-size=0x1000 $include "$@" "guest/$source.c" \
        -o "$guests/$name"
}

{
    guest hvt0 hvt
    guest hvt3 hvt -DFATA
    guest hvt3_1 hvt -DFATA -DNOTE_1
    guest hvt_device hvt_device -DFATA
    guest hvt_ring hvt_ring -DFATA
    guest hvt_ring_large hvt_ring -DFATA -DOFFLOAD
    guest hvt_ring0 hvt_ring
    guest plain plain
    # shellcheck disable=SC2086
    $cc -std=c17 -Wall -Wextra -Wshadow -D_GNU_SOURCE -O1 -g hvt_test.c \
        core_cases.c ring_cases.c cases.c run.c -o "$out/hvt_test"
    "$out/hvt_test" "$tender" "$guests" || echo "FAIL hvt_test: see above"
    # shellcheck disable=SC2046,SC2086
    $cc -std=c17 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined \
        -fno-sanitize-recover=all -fPIE -pie $include -I.. ../*.c ../hvt/*.c \
        -o "$out/fata-hvt" $(pkg-config --cflags --libs libseccomp)
    ASAN_OPTIONS=detect_leaks=0 "$out/hvt_test" "$out/fata-hvt" "$guests" \
        sanitized | sed 's/^\(ok\|FAIL\|skip\) /\1 asan-/'
} >"$out/log" 2>&1 || echo "FAIL run_hvt.sh: could not run all" >>"$out/log"
cat "$out/log"
passed=$(grep -c '^ok ' "$out/log") || true
failed=$(grep -c '^FAIL ' "$out/log") || true
skipped=$(grep -c '^skip ' "$out/log") || true
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
