#!/bin/sh
# SPDX-License-Identifier: ISC
# fuzz.sh FATA OUTPUT FLAG...: compiles the fuzz harness of DNS replies, by
# clang, with the c-ares that the tool has built with sanitizers for a program
# that has nothing else.
set -eu
fata=$(realpath "$1") output=$2
shift 2
cd "$(dirname "$0")/../../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'unikernel: parsers\nsources: [main.c]\nrequires: [run, c-ares]\n' >"$work/fata.yml"
printf '#include "app.h"\nint start(struct app *app) { (void)app; return 0; }\n' >"$work/main.c"
"$fata" build -t unix --sanitize --cc=clang "$work" >&2
library=$(grep -o '[^ ]*/libc-ares\.a' "$work/build/build.ninja" | head -n 1)
[ -n "$library" ]
mkdir -p "$(dirname "$output")"
"${CLANG:-clang}" -std=c17 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Wconversion \
    -fsanitize=address,undefined -fno-sanitize-recover=all "$@" -Wl,--gc-sections \
    -Ibase/include -Ilib/net/include -Ilib/dns/engine/include \
    -isystem "${library%/lib/*}/include" -o "$output" \
    lib/dns/engine/tests/fuzz_reply.c lib/dns/engine/*.c lib/net/address.c "$library"
