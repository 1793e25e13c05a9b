#!/bin/sh
# SPDX-License-Identifier: ISC
# Compiles client.c and runs it with the same words.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${CC:-cc} -O2 -Wall -Wextra -o "$folder/client" client.c
"$folder/client" "$@"
