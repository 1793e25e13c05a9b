#!/bin/sh
# SPDX-License-Identifier: ISC
# fata size: every byte of the file is counted, once.   Argument: the tool.
set -u
fata=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 skipped=0
export LC_ALL=C
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

# What stands in the column, and the rests, add up to the size of the file.
adds_up() {
    n="the bytes of $2 for $1 add up"
    try "$n" 0 "$fata" size -t "$1" "$root/examples/$2" || return
    size=$(stat -c %s "$root/build/$1-$(uname -m)/$2")
    sed 's/,\([0-9]\)/\1/g' "$dir/out" | awk -v size="$size" -v name="$2" '
        /^$/ { table = 0 }
        table && $1 == "the" { file = $3; next }
        table && NF == 6 { sum += $5; if ($2 + $3 + $4 != $5) bad = 1; if ($1 == name) seen = 1; next }
        table { sum += $NF }
        $1 == "component" { table = 1 }
        END { exit !(sum == size && file == size && seen && !bad) }' &&
        ok "$n" || bad "$n" "not $size"
}
adds_up spt hello
adds_up spt website
adds_up unix hello
adds_up hvt echo

n="sizes of functions are those of nm"
try "$n" 0 "$fata" size -t spt "$root/examples/hello" && {
    want=$(nm -S "$root/build/spt-$(uname -m)/hello.debug" | awk '$4 == "printf_core" { print $2 }')
    got=$(sed 's/,\([0-9]\)/\1/g' "$dir/out" | awk '$3 == "printf_core" { print $1, $4, $5 }')
    [ "$got" = "$((0x$want)) musl, libc.a(vfprintf.o)" ] && ok "$n" || bad "$n" "$got, not $want"
}

mkdir "$dir/p" && cd "$dir/p" || exit 1
printf 'unikernel: p\nsources: [main.c]\nrequires: [run]\n' >fata.yml
cat >main.c <<'C'
#include "app.h"
char zeros[50000];
const char ones[30000] = {1};
int start(struct app *app)
{
    return zeros[app->argc] + ones[app->argc];
}
C
n="constants are in the file, zeros are not"
try "$n" 0 "$fata" size -t spt && {
    sed 's/,\([0-9]\)/\1/g' "$dir/out" | awk '
        $1 == "p" && NF == 6 { good = $3 >= 30000 && $3 < 40000 && $6 >= 50000 && $6 < 60000 }
        $1 == 30000 && $2 == "rodata" && $3 == "ones" { named = 1 }
        END { exit !(good && named) }' && ok "$n" || bad "$n" output
}
n="what is required and not used is not one byte"
before=$(head -n 1 "$dir/out")
mkdir part && printf 'component: part\nsources: [part.c]\n' >part/fata.yml
echo 'int part[1000] = {1}; int part_get(void); int part_get(void) { return part[3]; }' >part/part.c
sed -i 's/\[run\]/[run, part]/' fata.yml
try "$n" 0 "$fata" size -t spt && { [ "$(head -n 1 "$dir/out")" = "$before" ] && ok "$n" || bad "$n" "not $before"; }
n="nothing is left beside the image"
[ "$(ls build/spt-*/ | tr '\n' ' ')" = "p p.debug " ] && ok "$n" || bad "$n" "$(ls build/spt-*/)"

n="a treemap"
try "$n" 0 "$fata" size -t spt --svg "$dir/p.svg" && {
    grep -q '<title>ones: rodata 30,000 bytes' "$dir/p.svg" && grep -q prefers-color-scheme "$dir/p.svg" &&
        ok "$n" || bad "$n" "no field for ones"
}
n="the treemap is XML, and its fields lie inside"
if command -v python3 >/dev/null; then
    try "$n" 0 python3 - "$dir/p.svg" <<'P' && ok "$n"
import sys, xml.etree.ElementTree as tree
svg = tree.parse(sys.argv[1]).getroot()
w, h = map(float, svg.get("viewBox").split()[2:])
fields = [r for r in svg.iter("{http://www.w3.org/2000/svg}rect")]
assert len(fields) > 20
for r in fields:
    x, y = float(r.get("x", 0)), float(r.get("y", 0))
    assert x >= 0 and y >= 0 and x + float(r.get("width")) <= w + .2 and y + float(r.get("height")) <= h + .2
P
else
    echo "skip $n: no python3"
    skipped=$((skipped + 1))
fi
n="one picture is of one target"
try "$n" 2 "$fata" size -t spt,unix --svg "$dir/no.svg" && [ ! -e "$dir/no.svg" ] && ok "$n"
n="a picture that cannot be written"
try "$n" 1 "$fata" size -t spt --svg "$dir/none/p.svg" && { grep -q 'cannot write' "$dir/err" && ok "$n" || bad "$n" text; }
n="what is required and not used, with its init-if-used, takes nothing"
cp -R "$root/examples/hello" "$dir/unused"
cp "$root/fata.lock" "$dir/unused"
sed -i 's/^requires: .*/requires: [run, random, nghttp2]/' "$dir/unused/fata.yml"
try "$n" 0 "$fata" build -t spt "$dir/unused" && {
    size=$(stat -c %s "$dir/unused/build/spt-$(uname -m)/hello")
    [ "$size" -eq "$(stat -c %s "$root/build/spt-$(uname -m)/hello")" ] && ok "$n" || bad "$n" "$size"
}
n="what does not compile"
echo mistake >>main.c
try "$n" 1 "$fata" size -t spt && ok "$n"
n="a component is no image"
try "$n" 2 "$fata" size part && ok "$n"

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
