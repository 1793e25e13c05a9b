#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-stack: the stack over a TAP interface, with and without its offloads,
# beside an ordinary process behind a veth pair, without and with its offloads,
# and the stack on the host's sockets in the process's place, in network
# namespaces of its own; and both in one namespace in turn, server and client on a
# core each.  Needs root, and ethtool.
#   SECONDS_EACH=3 ROUNDS=3 AMOUNT=1GiB TARGETS="spt unix" FLOOD=1
set -eu
cd "$(dirname "$0")/../.."
host=build/host
out=build/bench
seconds=${SECONDS_EACH:-3}
amount=${AMOUNT:-1GiB}
ns=fata-bench-$$
mkdir -p $out
${CC:-cc} -O2 -Wall -Wextra -o $out/client examples/echo/client.c
${CC:-cc} -O2 -Wall -Wextra -o $out/control bench/stack/control.c
${CC:-cc} -O2 -Wall -Wextra -o $out/flood tests/flood.c

pid=
clean() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    ip netns del "$ns" 2>/dev/null || true
    ip netns del "$ns-far" 2>/dev/null || true
}
trap clean EXIT
trap 'exit 1' INT TERM
if ! command -v ethtool >/dev/null; then
    echo "skip bench-stack: ethtool is not installed; apt-get install ethtool"
    exit 0
fi
if ! ip netns add "$ns" 2>/dev/null; then
    echo "skip bench-stack: network namespaces need root"
    exit 0
fi
ip netns add "$ns-far"
ip -n "$ns" link set lo up
ip -n "$ns" tuntap add tap0 mode tap
ip -n "$ns" addr add 10.99.0.1/24 dev tap0
ip -n "$ns" link set tap0 up
ip -n "$ns" link add near type veth peer name far netns "$ns-far"
ip -n "$ns" addr add 10.98.0.1/24 dev near
ip -n "$ns-far" addr add 10.98.0.2/24 dev far
ip -n "$ns" link set near up
ip -n "$ns-far" link set far up

# The kernel's TCP, on all sides, without the pacing of BBR, which is the default
# of some hosts: then that is what is measured (docs/performance.md).
for n in "$ns" "$ns-far"; do
    ip netns exec "$n" sysctl -q -w net.ipv4.tcp_congestion_control=reno
done

# $run: what the client and the server are started with.
run=
client() { ip netns exec "$ns" $run $out/client "$@"; }
# start NAMESPACE COMMAND...
start() {
    within=$1
    shift
    # No process between: $! is the server's.
    ip netns exec "$within" ${run:+taskset -c 1} "$@" &
    pid=$!
}
stop() {
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
}

cpu() { cut -d' ' -f1 "/proc/$pid/schedstat"; }

# measure NAME ADDRESS: the server is process $pid
measure() {
    client "$2" 7 check >/dev/null
    for round in $(seq "${ROUNDS:-3}"); do
        echo "$1: echo 64 B, 1 connection: $(client "$2" 7 load 1 "$seconds");" \
            "50: $(client "$2" 7 load 50 "$seconds");" \
            "in $(client "$2" 9 send "$amount");" \
            "out $(client "$2" 19 receive "$amount")"
    done
}

# pinned NAME ADDRESS: rate, and the server's processor time for each request, of
# the control and the image in turn.
pinned() {
    server=$pid
    start "$ns" $out/control
    for round in $(seq "$((${ROUNDS:-3} + 1))"); do
        one process "$pid" 10.98.0.1
        one "$1" "$server" "$2"
    done | sed 1,2d # they get warm
    stop
    pid=$server
}
one() { # NAME PID ADDRESS
    before=$(cut -d' ' -f1 "/proc/$2/schedstat")
    rate=$(client "$3" 7 load 50 "$seconds")
    after=$(cut -d' ' -f1 "/proc/$2/schedstat")
    awk -v name="$1" -v rate="${rate%% *}" -v s="$seconds" \
        -v ns=$((after - before)) 'BEGIN {
        printf "%s, a core each: 50 connections: %d round trips/s, %.0f ns of the server each\n",
            name, rate, ns / (rate * s) }'
}

# Clock calls of a server under load, in a second
clocks() {
    if ! command -v strace >/dev/null; then
        echo "skip $1, system calls: no strace"
        return
    fi
    client "$2" 7 load 50 3 >/dev/null &
    load=$!
    sleep 1
    timeout 1 strace -c -p "$pid" >$out/strace 2>&1 || true
    wait $load
    echo "$1, system calls in a second of load:" \
        "$(awk '$4 ~ /^[0-9]+$/ && $NF != "total" { printf "%s %d, ", $NF, $4 }' $out/strace)clock_gettime" \
        "$(grep -c clock_gettime $out/strace || true)"
}

# flooded NAME ADDRESS: the rate of 50 clients before and during SYN floods from a
# hundred addresses of the same network.
flooded() {
    for rate in 5000 20000; do
        for round in $(seq "${ROUNDS:-3}"); do
            quiet=$(client "$2" 7 load 50 "$seconds")
            ip netns exec "$ns" $out/flood "$2" 7 $((rate * (seconds + 1))) $rate \
                >/dev/null &
            flood=$!
            during=$(client "$2" 7 load 50 "$seconds")
            wait $flood
            echo "$1: $quiet; with $rate SYN/s: $during"
        done
    done
}

host_image=$($host/fata build -t unix bench/stack 2>/dev/null | tail -n 1)
for offload in off on; do
    # Without, frames are as large as the TAP's, and have their checksums.
    for end in "$ns near" "$ns-far far"; do
        ip netns exec ${end% *} ethtool -K ${end#* } tso $offload gso $offload \
            gro $offload tx $offload rx $offload >/dev/null
    done
    veth="veth, offloads $offload"
    start "$ns-far" $out/control
    measure "process, $veth" 10.98.0.2
    stop
    start "$ns-far" "$host_image" --net:service=host
    measure "unix, host sockets, $veth" 10.98.0.2
    stop
done
for target in ${TARGETS:-spt}; do
    image=$($host/fata build -t "$target" bench/stack 2>/dev/null | tail -n 1)
    for offload in "" --no-offload; do
        case $target in
        unix) set -- "$image" --net:service=tap0 $offload ;;
        spt) set -- "$host/fata-spt" --mem=64 $offload --net:service=tap0 "$image" ;;
        *) set -- "$host/fata-$target" --mem=64 --net:service=tap0 "$image" ;;
        esac
        name="$target, TAP${offload:+, }${offload#--}"
        set -- "$@" --ipv4=10.99.0.2/24 '--logs=*:off'
        start "$ns" "$@"
        measure "$name" 10.99.0.2
        [ -n "$offload" ] || [ "${FLOOD:-1}" = 0 ] || flooded "$name" 10.99.0.2
        stop
        run="taskset -c 0"
        start "$ns" "$@"
        pinned "$name" 10.99.0.2
        clocks "$name" 10.99.0.2
        stop
        run=
    done
done
