#!/bin/sh
# SPDX-License-Identifier: ISC
# llhttp.sh FATA: prints the folder of llhttp's source, for builds of one's own;
# the tool fetches it if need be, for a program that is not built.
set -eu
fata=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'unikernel: source\nsources: [main.c]\nrequires: [run]\n' >fata.yml
echo 'int start(void *app) { return app != 0; }' >main.c
"$fata" add llhttp >&2
cache=$("$fata" env -t unix | sed -n "s/^FATA_CACHE='\(.*\)'\$/\1/p")
ls -dt "$cache"/sources/llhttp-* | head -n 1
