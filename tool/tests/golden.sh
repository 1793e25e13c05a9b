#!/bin/sh
# SPDX-License-Identifier: ISC
# Golden tests: each mistake in a manifest is one message, status 2, and
# nothing is written.   golden.sh FATA [CASE...]   UPDATE=1 writes `expected`.
set -u
fata=$(realpath "${1:?usage: golden.sh FATA [CASE...]}")
shift
here=$(cd "$(dirname "$0")" && pwd)/golden
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cp -r "$here/root" "$work/root"
export FATA_ROOT="$work/root" LC_ALL=C
unset FATA_CC
passed=0 failed=0
[ $# -gt 0 ] || set -- $(cd "$here" && ls)
for name; do
    [ "$name" = root ] && continue
    rm -rf "$work/case"
    cp -r "$here/$name" "$work/case"
    rm -f "$work/case/expected" "$work/case/command"
    command="build -t unix"
    [ -f "$here/$name/command" ] && command=$(cat "$here/$name/command")
    before=$(cd "$work/case" && find . | sort)
    (cd "$work/case" && "$fata" $command >"$work/out" 2>"$work/raw")
    status=$?
    sed "s|$work/||g" "$work/raw" >"$work/err"
    after=$(cd "$work/case" && find . | sort)
    [ "${UPDATE:-}" ] && cp "$work/err" "$here/$name/expected"
    if [ $status -ne 2 ]; then
        why="status $status, not 2"
    elif [ "$before" != "$after" ]; then
        why="it wrote files"
    elif [ "$(wc -l <"$work/err")" -ne 1 ] || [ -s "$work/out" ]; then
        why="not one message"
    elif ! cmp -s "$work/err" "$here/$name/expected"; then
        why="another message"
    else
        echo "ok $name"
        passed=$((passed + 1))
        continue
    fi
    echo "FAIL $name: $why"
    sed 's/^/    /' "$work/err"
    failed=$((failed + 1))
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
