#!/bin/sh
# SPDX-License-Identifier: ISC
# What ports cost: bytes of images that do not use them, builds, time; and
# whether two builds in two places are the same.   Argument: the tool.
set -u
fata=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
passed=0 failed=0 skipped=0
export LC_ALL=C
unset FATA_ROOT FATA_CC
targets=spt,hvt,unix
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    tail -n 40 "$dir/out" "$dir/err" | sed 's/^/    /'
    failed=$((failed + 1))
}
try() {
    name=$1 want=$2
    shift 2
    "$@" >"$dir/out" 2>"$dir/err"
    status=$?
    [ $status -eq "$want" ] && return 0
    bad "$name" "status $status, not $want"
    return 1
}
. "$root/tool/tests/make_port.sh"

project() { # FOLDER REQUIRES
    mkdir -p "$1"
    printf 'unikernel: p\nsources: [main.c, other.c]\nrequires: [%s]\n' "$2" >"$1/fata.yml"
    cat >"$1/main.c" <<'C'
#include <stdio.h>
#include "app.h"
#ifdef FOO
#include <foo.h>
#else
#define foo_version() "no foo"
#endif
int other(void);
int start(struct app *app)
{
    printf("%s %d\n", foo_version(), other());
    return app == NULL;
}
C
    echo 'int other(void); int other(void) { return 42; }' >"$1/other.c"
}
# What was fetched before, and nothing that was built; or the C library.
cache() {
    mkdir -p "$1"
    for part in archives pins; do
        if [ -d "$old/$part" ]; then cp -r "$old/$part" "$1"; fi
    done
    [ $# -eq 1 ] || { mkdir -p "$1/ports" && cp -r "$old"/ports/musl-"$(uname -m)"-image-* "$1/ports"; }
}
"$fata" build -t spt "$root/examples/hello" >/dev/null 2>&1 # has the C library made
old=$(cd "$root" && "$fata" env -t unix examples/hello | sed -n "s/^FATA_CACHE='\(.*\)'/\1/p")
images() { # FOLDER: their paths
    for t in spt hvt unix; do echo "$1/build/$t-$(uname -m)/p"; done
}

# --- once per CPU and flavour ---
export FATA_CACHE="$dir/one/cache"
cache "$FATA_CACHE" libc
project "$dir/one/p" 'run, foo'
make_port "$dir/foo" foo 1
cp -r "$dir/foo" "$dir/one/p/foo"
sed -i 's/^requires/defines: [FOO=1]\nrequires/' "$dir/one/p/fata.yml"
cd "$dir/one/p" || exit 1
n="a port is built once per CPU and flavour, not for each target"
try "$n" 0 "$fata" build -t $targets && {
    [ "$(grep -c '^fata: foo 1: building for .*-image$' "$dir/err")" = 1 ] &&
        [ "$(grep -c '^fata: foo 1: building for .*-host$' "$dir/err")" = 1 ] &&
        [ "$(grep -c '^fata: .*: building for' "$dir/err")" = 2 ] && ok "$n" || bad "$n" "not so"
}
n="in another program it is not built again"
project "$dir/one/q" 'run, bar, foo'
cp -r foo ../q/foo
sed -i "s|$dir/one/p/|$dir/one/q/|" ../q/foo/fata.yml
make_port ../q/bar bar 1
try "$n" 0 "$fata" build -t spt ../q && {
    grep -q 'bar 1: building' "$dir/err" && ! grep -q 'foo 1: building\|musl .*: building' "$dir/err" && ok "$n" || bad "$n" "it was"
}
n="nothing is done twice"
try "$n" 0 "$fata" build -t $targets && { [ ! -s "$dir/err" ] && ok "$n" || bad "$n" "something was"; }

# --- one file changes ---
n="after a change in one file, it alone is compiled, and linked"
sed -i 's/42/43/' other.c
begin=$(date +%s%N)
try "$n" 0 "$fata" build -t spt && {
    echo "after a change in one file: $((($(date +%s%N) - begin) / 1000000)) ms"
    [ "$(grep -c '^\[' "$dir/err")" = 2 ] && grep -q 'CC .*other.c.o' "$dir/err" && grep -q 'LINK .*/p$' "$dir/err" &&
        ok "$n" || bad "$n" "more than that"
}
sed -i 's/43/42/' other.c
"$fata" build -t $targets >/dev/null 2>&1

# --- two builds in two places ---
n="the same bytes in another folder, toolkit, cache"
mkdir -p "$dir/another/much/longer/place"
copy=$dir/another/toolkit
mkdir -p "$copy"
for part in abi async base device gdb lib libc platform ports fata.lock LICENSE; do
    cp -r "$root/$part" "$copy"
done
cp -r "$dir/one/p" "$dir/another/much/longer/place"
cd "$dir/another/much/longer/place/p" || exit 1
rm -rf build fata.lock compile_commands.json
(
    export FATA_ROOT="$copy" FATA_CACHE="$dir/another/cache"
    cache "$FATA_CACHE"
    sed -i "s|$dir/one/p/|$dir/another/much/longer/place/p/|" foo/fata.yml
    try "$n" 0 "$fata" build -t $targets
) && for t in spt hvt unix; do
    a=$dir/one/p/build/$t-$(uname -m)/p b=build/$t-$(uname -m)/p
    if cmp "$a" "$b" >"$dir/out" 2>&1; then ok "$n: $t"
    else
        strings -a "$b" | grep -m 5 "$dir" >>"$dir/out"
        bad "$n: $t" "they differ"
    fi
done
n="no image names a folder of the build"
for image in $(images .); do
    strings -a "$image" | grep -m 3 "$dir" >"$dir/out" && bad "$n" "$image" || ok "$n: $image"
done

# --- what is not used ---
export FATA_CACHE="$dir/one/cache"
n="a port that is required and not used is not one byte"
project "$dir/one/plain" run
cd "$dir/one/plain" || exit 1
try "$n" 0 "$fata" build -t $targets && for image in $(images .); do
    stat -c '%n %s' "$image"
done >"$dir/before"
cp -r "$dir/one/p/foo" .
sed -i 's/run\]/run, foo]/' fata.yml
try "$n" 0 "$fata" build -t $targets && for image in $(images .); do
    stat -c '%n %s' "$image"
done >"$dir/after"
if [ ! -s "$dir/after" ]; then bad "$n" "no images"
elif cmp -s "$dir/before" "$dir/after"; then ok "$n"
else
    cat "$dir/before" "$dir/after" >"$dir/out"
    bad "$n" sizes
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
