#!/bin/sh
# SPDX-License-Identifier: ISC
# asleep.sh TENDER IMAGE: in a network namespace of its own, whose host says
# nothing: how often an image that does nothing wakes in a minute; succeeds if
# at most twice.
set -eu
tender=$1 image=$2
ip tuntap add tap0 mode tap
echo 1 >/proc/sys/net/ipv6/conf/tap0/disable_ipv6
ip link set tap0 up
"$tender" --mem=32 --net:service=tap0 "$image" --ipv4=10.99.0.2/24 &
pid=$!
trap 'kill $pid' EXIT
wakes() { awk '/^voluntary_ctxt/ { print $2 }' "/proc/$pid/status"; }
sleep 22 # three questions for a router in 9 s; 10 s later neighbours are at rest
before=$(wakes)
sleep 60
after=$(wakes)
echo "$((after - before)) wakes in a minute"
[ $((after - before)) -le 2 ]
