#!/bin/sh
# SPDX-License-Identifier: ISC
# Our images under a tender that does not know the Fata note, as upstream's do
# not: the note's name is changed in a copy of the image.  Argument: the tool.
set -u
fata=$1
tender=$(dirname "$fata")/fata-spt
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

ok() {
    echo "ok $1"
    passed=$((passed + 1))
}

fail() {
    echo "FAIL $1: $2"
    sed 's/^/    /' "$dir/out"
    failed=$((failed + 1))
}

# plain IMAGE: makes $dir/image without the note.
plain() {
    LC_ALL=C sed 's/Fata\x00\x00\x00\x00/Xata\x00\x00\x00\x00/' "$1" >"$dir/image"
    ! cmp -s "$1" "$dir/image"
}

# run NAME STATUS TEXT WORDS...: the image ends so and prints that.
run() {
    name=$1 expected=$2 text=$3
    shift 3
    timeout 20 "$tender" --mem=8 "$dir/image" "$@" >"$dir/out" 2>&1
    status=$?
    if [ $status -ne "$expected" ]; then
        fail "$name" "status $status, not $expected"
    elif [ -n "$text" ] && ! grep -q "$text" "$dir/out"; then
        fail "$name" "does not print $text"
    else
        ok "$name"
    fi
}

image=$($fata build -t spt examples/hello 2>/dev/null | tail -n 1)
if plain "$image"; then
    ok "the image has the note"
else
    : >"$dir/out"
    fail "the image has the note" "the copy is the same"
fi
run "hello" 0 "Hola, Ada!" --name=Ada --pause=1ms
run "upstream's words are dropped" 0 "Hola, Ada!" --solo5:quiet --name=Ada --pause=1ms

# Without the note SIGTERM is not an event: it kills (128 + 15).
"$tender" "$dir/image" --pause=1h >"$dir/out" 2>&1 &
pid=$!
sleep 0.5
kill -TERM $pid
wait $pid
status=$?
if [ $status -eq 143 ]; then
    ok "SIGTERM kills"
else
    fail "SIGTERM kills" "status $status"
fi

image=$($fata build -t spt libc/tests/ends 2>/dev/null | tail -n 1)
plain "$image"
run "a panic is told" 255 "panic at main.c: on purpose" --how=panic
run "exit status" 7 "" --how=return

for t in async/fiber async/scope async/channel platform/complete; do
    image=build/spt-$(uname -m)/tests/$t
    [ -f "$image" ] || $fata test -t spt async platform >/dev/null 2>&1
    plain "$image"
    run "unit tests $t" 0 ", 0 failed"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
