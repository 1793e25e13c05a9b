#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-net: frames out of and into an hvt image through a TAP, by the ring
# and by hypercalls: time, exits and processor time per frame, of all processes.
# The peer is a program that floods the TAP; all in a network namespace.
set -eu
cd "$(dirname "$0")/../.."
host=build/host
frames=${FRAMES:-100000}
if [ "${IN_NAMESPACE:-}" = "" ]; then
    unshare -n true 2>/dev/null || {
        echo "bench-net: a network namespace needs root"
        exit 1
    }
    $host/fata build -t hvt bench/net >/dev/null
    ${CC:-cc} -O2 -Wall -Wextra -D_GNU_SOURCE -o build/flood bench/net/flood.c
    IN_NAMESPACE=1 exec unshare -n sh bench/net/run.sh
fi
ip tuntap add tap0 mode tap
ip link set tap0 up

# load NAME WORDS...: the median of five by the time taken.
load() {
    name=$1
    shift
    for _ in 1 2 3 4 5; do
        { time -p $host/fata-hvt --stats --mem=16 --net:service=tap0 "$@" \
            2>&1; } 2>&1 | awk '
            /^netload:/ { n = $3 + $5; us = $7 }
            /exits:/ { for (i = 1; i <= NF; i++)
                if ($i ~ /^(poll|net-write|net-read|puts)$/) e += $(i + 1) }
            /^(user|sys) / { cpu += $2 * 1000000 }
            END { printf "%d %.2f %.4f %.2f\n", us, us / n, e / n, cpu / n }'
    done | sort -n | awk -v name="$name" 'NR == 3 {
        printf "%-24s %6.2f us %8.4f exits %6.2f us of processor, per frame\n",
            name, $2, $3, $4 }'
}

image=build/hvt-x86_64/netload
for way in "" --no-ring; do
    by=${way:+calls}
    by=${by:-ring}
    load "out, $by" ${way:+$way} $image --out="$frames"
    build/flood tap0 &
    flood=$!
    load "in, $by" ${way:+$way} $image --out=0 --in="$frames"
    load "both, $by" ${way:+$way} $image --out="$frames" --in="$frames"
    kill $flood
    wait $flood 2>/dev/null || true
done
