#!/bin/sh
# SPDX-License-Identifier: ISC
# examples/echo behind a forwarded port, without root and without a TAP: our TCP
# over the user-mode network.  Argument: the tool.
set -u
. tests/have.sh
fata=$1
out=build/check/user_echo
passed=0 failed=0 skipped=0
mkdir -p "$out"

targets="unix spt"
if have_kvm; then
    targets="$targets hvt"
else
    echo "skip echo on hvt: /dev/kvm cannot be opened"
    skipped=1
fi
if ! [ -x build/host/fata-net ]; then
    echo "skip echo behind a port: fata-net was not built, as libslirp-dev is missing"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
for target in $targets; do
    $fata build -t "$target" examples/echo >"$out/build" 2>&1
    $fata run -t "$target" -p 0:7 examples/echo >"$out/run" 2>&1 &
    run=$!
    for _ in $(seq 100); do
        grep -q 'echo on' "$out/run" && break
        sleep 0.1
    done
    port=$(sed -n 's/.*tcp 127\.0\.0\.1:\([0-9]*\) -> 7$/\1/p' "$out/run")
    (cd examples/echo && timeout 30 sh client.sh 127.0.0.1 "${port:-0}" check) >"$out/client" 2>&1
    client=$?
    kill -TERM $run
    wait $run
    status=$?
    if [ $client -eq 0 ] && [ $status -eq 0 ]; then
        echo "ok echo on $target"
        passed=$((passed + 1))
    else
        echo "FAIL echo on $target: client $client, image $status"
        cat "$out/run" "$out/client"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
