#!/bin/sh
# SPDX-License-Identifier: ISC
# hello and the unit tests of async, base and bridge under valgrind; the tool
# reading a manifest.  Argument: the tool.
set -u
fata=$1
passed=0 failed=0
vg="valgrind -q --error-exitcode=99 --leak-check=no"

check() {
    name=$1
    shift
    if "$@" >build/check/valgrind.out 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name: status $?"
        tail -n 20 build/check/valgrind.out
        failed=$((failed + 1))
    fi
}

hello=$($fata build -t unix examples/hello 2>/dev/null | tail -n 1)
check "hello" $vg "$hello" --pause=1ms --rounds=2
# Panics are tested in forked children, which valgrind would report on.
$fata test -t unix async base device lib/bridge >build/check/valgrind.build 2>&1
dir=build/unix-$(uname -m)/tests
export FATA_SEED=1-100 # of the randomised tests
for t in "$dir"/async/* "$dir"/base/* "$dir"/bridge/*; do
    check "${t#build/}" $vg --trace-children=no --child-silent-after-fork=yes "$t"
done
check "fata describe" $vg "$fata" describe examples/hello
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
