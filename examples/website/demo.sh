#!/bin/sh
# SPDX-License-Identifier: ISC
# Boots the website on the best target here, without root, and says where it
# is.   demo.sh FATA [OPTION...]     Options go to `fata run`.
# PORT is the first port that is tried, 8080 if it is not set.
set -eu
fata=$1
shift
port=${PORT:-8080}
# Does somebody listen there?
taken() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
        grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:[0-9A-F]* 0A "
}
while taken "$port"; do
    port=$((port + 1))
done
exec "$fata" run -p "$port:80" "$@" "$(dirname "$0")" -- --url="http://127.0.0.1:$port/"
