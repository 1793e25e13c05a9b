#!/bin/sh
# SPDX-License-Identifier: ISC
# llhttp.sh FATA: prints the folder of llhttp's source, for builds of one's own;
# the tool fetches it if need be.
set -eu
cd "$(dirname "$0")/../../../.."
fata=$1
"$fata" build -t unix examples/http-hello >&2
cache=$("$fata" env | sed -n "s/^FATA_CACHE='\(.*\)'\$/\1/p")
ls -dt "$cache"/sources/llhttp-* | head -n 1
