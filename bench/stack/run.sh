#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-stack: the stack over a TAP interface, beside an ordinary process
# behind a veth pair without segmentation offload, and beside the stack on the host's sockets in the
# process's place; in network namespaces of its own.  Needs root.
#   SECONDS_EACH=3 ROUNDS=3 TARGETS="spt unix"
set -eu
cd "$(dirname "$0")/../.."
host=build/host
out=build/bench
seconds=${SECONDS_EACH:-3}
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
if ! ip netns add "$ns" 2>/dev/null; then
    echo "skip bench-stack: network namespaces need root"
    exit 0
fi
ip netns add "$ns-far"
ip -n "$ns" tuntap add tap0 mode tap
ip -n "$ns" addr add 10.99.0.1/24 dev tap0
ip -n "$ns" link set tap0 up
ip -n "$ns" link add near type veth peer name far netns "$ns-far"
ip -n "$ns" addr add 10.98.0.1/24 dev near
ip -n "$ns-far" addr add 10.98.0.2/24 dev far
ip -n "$ns" link set near up
ip -n "$ns-far" link set far up
# No segmentation on the control's side: frames as large as the TAP's.
ip -n "$ns" link set near gso_max_segs 1
ip -n "$ns-far" link set far gso_max_segs 1

client() { ip netns exec "$ns" $out/client "$@"; }

cpu() { cut -d' ' -f1 "/proc/$pid/schedstat"; }

# measure NAME ADDRESS: the server is process $pid
measure() {
    client "$2" 7 check >/dev/null
    for round in $(seq "${ROUNDS:-3}"); do
        one=$(client "$2" 7 load 1 "$seconds")
        begin=$(cpu)
        many=$(client "$2" 7 load 50 "$seconds")
        spent=$(awk "BEGIN { print int(($(cpu) - $begin) / (${many%% *} * $seconds)) }")
        echo "$1: echo 64 B, 1 connection: $one; 50: $many, $spent ns of the server's processor each;" \
            "in $(client "$2" 9 send "$seconds"); out $(client "$2" 19 receive "$seconds")"
    done
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

# In turn, as one is measured against the other.
image=$($host/fata build -t unix bench/stack 2>/dev/null | tail -n 1)
for round in $(seq "${ROUNDS:-3}"); do
    ip netns exec "$ns-far" $out/control &
    pid=$!
    ROUNDS=1 measure "process, veth" 10.98.0.2
    kill $pid
    ip netns exec "$ns-far" "$image" --net:service=host &
    pid=$!
    ROUNDS=1 measure "unix, host sockets, veth" 10.98.0.2
    kill $pid
    wait $pid || true
done
for target in ${TARGETS:-spt}; do
    image=$($host/fata build -t "$target" bench/stack 2>/dev/null | tail -n 1)
    case $target in
    unix) set -- "$image" --net:service=tap0 ;;
    *) set -- "$host/fata-$target" --mem=64 --net:service=tap0 "$image" ;;
    esac
    ip netns exec "$ns" "$@" --ipv4=10.99.0.2/24 &
    pid=$!
    measure "$target, TAP" 10.99.0.2
    flooded "$target, TAP" 10.99.0.2
    kill $pid
    wait $pid || true
done
pid=
