#!/bin/sh
# SPDX-License-Identifier: ISC
# The other end of this example's cases: Debian's iperf.
set -u
if ! command -v iperf >/dev/null; then
    echo "skip: iperf is not installed (package iperf)"
    exit 77
fi
out=$(mktemp)
trap 'rm -f "$out"' EXIT
case $1 in
sends)
    for _ in 1 2 3 4 5 6 7 8 9 10; do # until somebody listens
        iperf -c 10.99.0.2 -t 1 -P 2 >"$out" 2>&1
        grep -q '\[SUM\].*bits/sec' "$out" && break
        sleep 0.3
    done
    cat "$out"
    grep -q '\[SUM\].*bits/sec' "$out" && echo "peer: 2 connections"
    ;;
takes)
    iperf -s -t 4 >"$out" 2>&1
    cat "$out"
    grep -q 'bits/sec' "$out" && echo "peer: heard it"
    ;;
esac
