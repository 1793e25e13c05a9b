#!/bin/sh
# SPDX-License-Identifier: ISC
# Targets and programs that lie elsewhere on the disk; one target has a broken
# source of entropy.  Argument: the tool.
set -u
fata=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r "$(dirname "$0")/out_of_tree/." "$dir"
cd "$dir" || exit 1
passed=0 failed=0
for words in "plain greeter" "plain dice" "stuck dice"; do
    if (cd "${words#* }" && "$fata" test -t "${words% *}") >log 2>&1; then
        echo "ok ${words#* } on ${words% *}"
        passed=$((passed + 1))
    else
        echo "FAIL ${words#* } on ${words% *}"
        cat log
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
