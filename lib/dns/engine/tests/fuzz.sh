#!/bin/sh
# SPDX-License-Identifier: ISC
# fuzz.sh FATA OUTPUT FLAG...: compiles the fuzz harness of DNS replies, by
# clang, with the c-ares that the tool has built with sanitizers.
set -eu
fata=$1 output=$2
shift 2
cd "$(dirname "$0")/../../../.."
"$fata" build -t unix --sanitize --cc=clang lib/dns/tests/lookups >&2
library=$(grep -o '[^ ]*/libc-ares\.a' build/build.ninja | head -n 1)
[ -n "$library" ]
mkdir -p "$(dirname "$output")"
exec "${CLANG:-clang}" -std=c17 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Wconversion \
    -fsanitize=address,undefined -fno-sanitize-recover=all "$@" -Wl,--gc-sections \
    -Ibase/include -Ilib/net/include -Ilib/dns/engine/include \
    -isystem "${library%/lib/*}/include" -o "$output" \
    lib/dns/engine/tests/fuzz_reply.c lib/dns/engine/*.c lib/net/address.c "$library"
