#!/bin/sh
# SPDX-License-Identifier: ISC
# make install into a fresh folder; then the five-minute run with what was
# installed, somewhere else on the disk, without the repository's tool.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

check() {
    name=$1
    shift
    if "$@" >"$dir/log" 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name"
        cat "$dir/log"
        failed=$((failed + 1))
    fi
}

greets() {
    "$@" | grep -q 'Ada'
}

check "make install" make -C "$here" install PREFIX="$dir/prefix"
unset FATA_ROOT
PATH=$dir/prefix/bin:$PATH
export PATH
cd "$dir" || exit 1
check "man pages" test -f "$dir/prefix/share/man/man1/fata.1" -a \
    -f "$dir/prefix/share/man/man1/fata-spt.1"
check "gdb's commands" test -f "$dir/prefix/share/fata/gdb/fata.py"
runs_plain() {
    printf '#include <stdio.h>\nint main(int n, char **w) { return printf("%%s Ada\\n", w[n - 1]) < 0; }\n' >plain.c
    x86_64-fata-cc --fata-target=spt -O2 plain.c -o plain && fata-spt plain hello | grep -q 'hello Ada'
}
moved() {
    mv "$dir/prefix" "$dir/elsewhere" && PATH=$dir/elsewhere/bin:$PATH runs_plain &&
        mv "$dir/elsewhere" "$dir/prefix"
}
check "x86_64-fata-cc" runs_plain
check "x86_64-fata-cc, moved as with DESTDIR" moved
check "fata new" fata new greeter
cd greeter || exit 1
check "fata run -t spt" greets fata run -t spt -- --name=Ada
check "fata run -t unix" greets fata run -t unix -- --name=Ada
check "fata test" fata test -t unix,spt
check "nothing outside the project but the cache" test ! -e "$dir/prefix/share/fata/build"
nothing_left() {
    make -C "$here" uninstall PREFIX="$dir/prefix" && test -z "$(find "$dir/prefix" -type f -print)"
}
check "make uninstall" nothing_left
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
