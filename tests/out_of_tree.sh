#!/bin/sh
# SPDX-License-Identifier: ISC
# A target and a program that lie elsewhere on the disk.  Argument: the tool.
set -u
fata=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r "$(dirname "$0")/out_of_tree/." "$dir"
cd "$dir/greeter" || exit 1
if ! "$fata" test -t plain >log 2>&1; then
    cat log
    exit 1
fi
grep -E 'passed, ' log | tail -n 1
