#!/bin/sh
# SPDX-License-Identifier: ISC
# Fibers in libuv's loop, plain and under ASan: the way of a program with a
# build of its own.
set -u
out=build/check/uv
mkdir -p "$out"
if ! pkg-config --exists libuv; then
    echo "skip uv: libuv is not installed; apt-get install libuv1-dev"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
passed=0 failed=0
for sanitize in "" "-fsanitize=address,undefined -fno-sanitize-recover=all"; do
    # shellcheck disable=SC2046,SC2086 # lists of words
    if ${CC:-cc} -std=c17 -O2 -g -Wall -Wextra -D_GNU_SOURCE $sanitize \
        -Iasync/include -Ibase/include -Iplatform/arch/include -Ilib/bridge/include \
        $(pkg-config --cflags libuv) -o "$out/uv" \
        lib/bridge/tests/uv.c lib/bridge/uv.c async/*.c base/*.c \
        $(pkg-config --libs libuv) && timeout 60 "$out/uv" >"$out/log" 2>&1; then
        echo "ok uv $sanitize"
        passed=$((passed + 1))
    else
        echo "FAIL uv $sanitize"
        tail -n 30 "$out/log"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
