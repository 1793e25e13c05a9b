#!/bin/sh
# SPDX-License-Identifier: ISC
# The unix tests of async and libc, and hello, under valgrind; the tool reading
# a manifest.  Argument: the tool.
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
for t in async/tests/fiber async/tests/scope async/tests/channel async/tests/timer; do
    image=$($fata build -t unix "$t.c" 2>/dev/null | tail -n 1)
    if [ -x "$image" ]; then
        check "$t" $vg --sim-hints=lax-ioctls "$image"
    fi
done
check "fata describe" $vg "$fata" describe examples/hello
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
