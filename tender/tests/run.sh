#!/bin/sh
# SPDX-License-Identifier: ISC
# Tests of the tender: run.sh TENDER
# Builds host tests with sanitizers and guests, runs all, prints a line for each
# case and a count.  CC chooses the compiler.
set -eu
tender=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
cc=${CC:-gcc}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
guests=$out/guests
mkdir "$guests"
cd "$here"

warn="-std=c17 -Wall -Wextra -Wshadow -Wcast-qual -Wwrite-strings
 -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla"
include="-I../../abi/include -I../../base/include"

host() { # OUTPUT SOURCES
    output=$1
    shift
    # shellcheck disable=SC2086
    $cc $warn -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined \
        -fno-sanitize-recover=all $include "$@" -o "$out/$output"
}

guest() { # NAME FLAGS
    name=$1
    shift
    # shellcheck disable=SC2086
    $cc -E -P "$@" -x c guest/guest.ld -o "$out/$name.ld"
    # shellcheck disable=SC2086
    $cc -std=c17 -Wall -Wextra -O1 -g -ffreestanding -fno-stack-protector \
        -fno-pic -fno-pie -fcf-protection=none -fno-omit-frame-pointer \
        -fno-asynchronous-unwind-tables -nostdlib -static -no-pie \
        -Wl,-T,"$out/$name.ld" -Wl,--build-id=none \
        -Wl,-z,max-page-size=0x1000 $include "guest/$name.c" \
        -o "$guests/$name"
}

machine=$(uname -m)
host image_test image_test.c ../image.c ../note.c ../message.c &
host options_test options_test.c ../options.c ../message.c
host fuzz_image -DREPLAY fuzz_image.c ../image.c ../note.c ../message.c
host net_test net_test.c ../net/forward.c ../net/frame.c ../message.c
gdb="../hvt/gdb/rsp.c ../hvt/gdb/registers.c"
# shellcheck disable=SC2086
host gdb_test gdb_test.c $gdb
# shellcheck disable=SC2086
host fuzz_gdb -DREPLAY fuzz_gdb.c $gdb
host fuzz_ring -DREPLAY fuzz_ring.c ../hvt/ring.c ../hvt/frame.c \
    ../hvt/memory.c ../message.c
# shellcheck disable=SC2086
$cc $warn -D_GNU_SOURCE -O1 -g spt_test.c spt_hostile.c cases.c run.c \
    -o "$out/spt_test"
# shellcheck disable=SC2086
$cc $warn -D_GNU_SOURCE -O1 -g $include ${FATA_HOST_CPPFLAGS:-} \
    ${FATA_HOST_LDFLAGS:-} net_filter_test.c ../net/filter.c \
    ../net/files.c ../message.c -o "$out/net_filter_test" -lseccomp
wait

{
    "$out/image_test" || echo "FAIL image_test: see above"
    "$out/options_test" || echo "FAIL options_test: see above"
    "$out/fuzz_image" corpus/* || echo "FAIL fuzz_image: a replay failed"
    "$out/net_test" || echo "FAIL net_test: see above"
    "$out/net_filter_test" || echo "FAIL net_filter_test: see above"
    "$out/gdb_test" || echo "FAIL gdb_test: see above"
    "$out/fuzz_gdb" corpus_gdb/* || echo "FAIL fuzz_gdb: a replay failed"
    "$out/fuzz_ring" corpus_ring/* || echo "FAIL fuzz_ring: a replay failed"
    if [ "$machine" = x86_64 ]; then
        guest plain
        guest device
        guest fata -DFATA
        guest offload -DFATA
        "$out/image_test" write "$guests"
        "$out/spt_test" "$tender" "$guests" || echo "FAIL spt_test: see above"
    else
        echo "skip spt_test: the test guests are for x86_64"
    fi
} >"$out/log" 2>&1 || echo "FAIL run.sh: could not run everything" >>"$out/log"
cat "$out/log"
passed=$(grep -c '^ok ' "$out/log") || true
failed=$(grep -c '^FAIL ' "$out/log") || true
skipped=$(grep -c '^skip ' "$out/log") || true
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
