#!/bin/sh
# SPDX-License-Identifier: ISC
# loops.sh FATA: the HTTP engine in a bare poll loop and in libuv's, plain C
# files in a build of their own, under sanitizers; curl asks.
set -u
cd "$(dirname "$0")/../../.." || exit 1
fata=$1
out=build/check/http_loops
mkdir -p "$out"
passed=0 failed=0 skipped=0
if ! command -v curl >/dev/null; then
    echo "skip loops: curl is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
llhttp=$(sh lib/http/engine/tests/llhttp.sh "$fata" 2>"$out/log") || exit 1

check() { # NAME IS SHOULD
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1: $2"
    fi
}

for loop in poll uv; do
    libs= flags=
    if [ $loop = uv ]; then
        if ! pkg-config --exists libuv; then
            echo "skip uv: libuv is not installed; apt-get install libuv1-dev"
            skipped=$((skipped + 1))
            continue
        fi
        libs=$(pkg-config --libs libuv)
        flags=$(pkg-config --cflags libuv)
    fi
    # shellcheck disable=SC2086 # lists of words
    if ! ${CC:-cc} -std=c17 -O1 -g -D_GNU_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all \
        -DLLHTTP_STRICT_MODE=1 -Ibase/include -Ilib/http/engine/include -isystem "$llhttp/include/llhttp" \
        $flags -o "$out/$loop" lib/http/tests/loop_$loop.c lib/http/engine/read.c lib/http/engine/head.c lib/http/engine/write.c \
        lib/http/engine/field.c lib/http/engine/text.c "$llhttp"/llhttp/*.c $libs >"$out/log" 2>&1; then
        check "$loop: builds" no yes
        cat "$out/log"
        continue
    fi
    rm -f "$out/input"
    mkfifo "$out/input"
    "$out/$loop" <"$out/input" >"$out/port" 2>"$out/errors" &
    pid=$!
    exec 3>"$out/input"
    for _ in $(seq 50); do
        [ -s "$out/port" ] && break
        sleep 0.1
    done
    url=http://127.0.0.1:$(cat "$out/port")
    head -c 100000 /dev/zero >"$out/body"
    check "$loop: two requests on a connection" \
        "$(curl -sS -m 5 "$url/a" "$url/b?c" 2>&1 | tr '\n' ' ')" "GET /a 0 GET /b 0 "
    check "$loop: a body" "$(curl -sS -m 5 --data-binary "@$out/body" "$url/" 2>&1)" "POST / 100000"
    check "$loop: chunks" \
        "$(curl -sS -m 5 -H 'Transfer-Encoding: chunked' --data-binary "@$out/body" "$url/" 2>&1)" "POST / 100000"
    check "$loop: 100" \
        "$(curl -sS -m 5 -H 'Expect: 100-continue' --data-binary "@$out/body" "$url/" 2>&1)" "POST / 100000"
    check "$loop: a bad request" \
        "$(curl -sS -m 5 -o /dev/null -w '%{http_code}' -H 'A : b' "$url/" 2>&1)" 400
    check "$loop: too much" \
        "$(curl -sS -m 5 -o /dev/null -w '%{http_code}' -H "A: $(head -c 5000 /dev/zero | tr '\0' a)" "$url/" 2>&1)" 431
    check "$loop: half a body" \
        "$(head -c 10 "$out/body" | curl -sS -m 9 -o /dev/null -w '%{http_code}' -H 'Content-Length: 20' \
            --data-binary @- "$url/" 2>&1)" 408
    exec 3>&-
    wait $pid
    check "$loop: ends, nothing is left" $? 0
    [ ! -s "$out/errors" ] || head -n 30 "$out/errors"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
