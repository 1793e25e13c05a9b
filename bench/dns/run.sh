#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-dns: what names cost - bytes of an image, and instructions of a
# lookup (callgrind, target unix, a dnsmasq on the other end of a TAP
# interface).  Needs root for the second.
set -eu
cd "$(dirname "$0")/../.."
fata=build/host/fata
if [ "${1:-}" != inside ]; then
    for image in bench/dns bench/dns/plain; do
        $fata build -t spt,unix $image >/dev/null 2>&1
    done
    for name in bench-plain bench-dns; do
        echo "$name for spt: $(stat -c %s build/spt-x86_64/$name) bytes," \
            "$(size build/spt-x86_64/$name | awk 'NR == 2 { print $1 + $2 }') without headers"
    done
    if ! unshare -n true 2>/dev/null; then
        echo "skip lookups: network namespaces need root"
        exit 0
    fi
    exec unshare -n sh "$0" inside
fi
ip link set lo up
ip tuntap add tap0 mode tap
ip addr add 10.99.0.1/24 dev tap0
ip link set tap0 up
dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root \
    --bind-interfaces --pid-file= --interface=tap0 --local-ttl=600 --log-facility=/dev/null \
    --host-record=bench.test,10.99.0.1,fd99::1 --local=/test/ &
server=$!
trap 'kill $server' EXIT
sleep 1

# instructions ROUNDS KEY...
instructions() {
    rounds=$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        build/unix-x86_64/bench-dns --net:service=tap0 --ipv4=10.99.0.2/24 --dhcp=false \
        --nameserver=10.99.0.1 --logs='*:off' --rounds="$rounds" "$@" 2>&1 |
        awk '/Collected/ { print $4 }'
}

# each NAME KEY...
each() {
    name=$1
    shift
    few=$(instructions 1000 "$@")
    more=$(instructions 3000 "$@")
    echo "$name: $(((more - few) / 2000)) instructions"
}
each "a lookup in the cache"
each "a lookup of both families at a server" --forget
for what in "" --forget; do
    begin=$(date +%s%N)
    build/unix-x86_64/bench-dns --net:service=tap0 --ipv4=10.99.0.2/24 --dhcp=false \
        --nameserver=10.99.0.1 --logs='*:off' --rounds=20000 $what
    end=$(date +%s%N)
    echo "20000 lookups${what:+ with $what}: $(((end - begin) / 1000000)) ms"
done
