#!/bin/sh
# SPDX-License-Identifier: ISC
# docs/manifest.md has what the tool's own table says.   reference.sh FATA
# UPDATE=1 writes it.
set -u
fata=${1:?usage: reference.sh FATA}
page=$(cd "$(dirname "$0")" && pwd)/../../docs/manifest.md
new=$(mktemp) || exit 1
trap 'rm -f "$new"' EXIT INT TERM
{ sed '/^<!-- reference -->$/q' "$page" && echo && "$fata" __reference; } >"$new"
[ "${UPDATE:-}" ] && cat "$new" >"$page"
if cmp -s "$new" "$page"; then
    echo "ok manifest reference"
    echo "1 passed, 0 failed, 0 skipped"
else
    echo "FAIL manifest reference: docs/manifest.md is not what the tool says; UPDATE=1 $0 FATA"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
