#!/bin/sh
# SPDX-License-Identifier: ISC
# network.sh FATA: examples/echo in a network namespace: with and without
# offloads; over a line that loses, delays and reorders frames; with more
# connections than usual; with addresses from DHCP and from a router
# (dnsmasq); with more half-open connections than it keeps; and asleep.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=$1
passed=0 failed=0 skipped=0
ns=fata-network-$$
work=$(mktemp -d)
image_pid= server_pid= asleep_pid=

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "FAIL $1"
        failed=$((failed + 1))
        sed 's/^/    /' "$work/log"
    fi
}

skip() { # NAME REASON
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

finish() {
    [ -z "$image_pid" ] || kill "$image_pid" 2>/dev/null
    [ -z "$asleep_pid" ] || kill "$asleep_pid" 2>/dev/null
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null
    ip netns del "$ns" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

result() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

if ! ip netns add "$ns" 2>"$work/log"; then
    skip network "no network namespace: $(head -n 1 "$work/log")"
    result
fi
inside() { ip netns exec "$ns" "$@"; }
if ! inside ip tuntap add tap0 mode tap 2>"$work/log"; then
    skip network "no TAP interface: $(head -n 1 "$work/log")"
    result
fi
inside ip addr add 10.99.0.1/24 dev tap0
inside ip link set tap0 up
${CC:-cc} -O2 -Wall -Wextra -o "$work/client" examples/echo/client.c || exit 1
${CC:-cc} -O2 -Wall -Wextra -o "$work/flood" tests/flood.c || exit 1
${CC:-cc} -O2 -Wall -Wextra -o "$work/line" tests/line.c || exit 1
image=$($fata build -t spt examples/echo 2>"$work/log" | tail -n 1)
tender=$(dirname "$fata")/fata-spt

option=
start() { # KEY...
    ip netns exec "$ns" "$tender" --mem=32 $option --net:service=tap0 "$image" "$@" \
        >"$work/out" 2>&1 &
    image_pid=$!
}

# Returns the image's status; functions share their caller's variables.
stop() {
    kill "$image_pid" 2>/dev/null
    wait "$image_pid"
    stopped=$?
    image_pid=
    cat "$work/out" >>"$work/log"
    return $stopped
}

# Its verdict is at the end.
unshare -n sh tests/asleep.sh "$tender" "$image" >"$work/asleep" 2>&1 &
asleep_pid=$!

# --- offloads ---

count() { inside cat "/sys/class/net/tap0/statistics/$1"; }
# average BYTES PACKETS: bytes of a frame since the counters named $way said so
average() { echo $((($(count ${way}_bytes) - $1) / ($(count ${way}_packets) - $2 + 1))); }
inside ip addr add fd98::1/64 dev tap0 nodad
# What the first leaves on the interface is of no concern to the second.
for option in "" --no-offload; do
    for address in 10.99.0.2 fd98::2; do
        rx="$(count rx_bytes) $(count rx_packets)"
        tx="$(count tx_bytes) $(count tx_packets)"
        start --ipv4=10.99.0.2/24 --ipv6=fd98::2/64
        inside timeout 30 "$work/client" $address 7 check >"$work/log" 2>&1
        status=$?
        for way in rx tx; do
            # shellcheck disable=SC2046
            size=$(average $([ $way = rx ] && echo $rx || echo $tx))
            echo "frames ($way) have $size bytes on the average" >>"$work/log"
            case $option in
            "") [ "$size" -gt 1600 ] || status=1 ;;
            *) [ "$size" -le 1514 ] || status=1 ;;
            esac
        done
        stop || status=1
        verdict "echo to $address ${option:-with offloads}" $status
    done
done
option=

# --- loss, delay, reordering ---

# with_line WORD...: the image behind tests/line.c, `line` its process
with_line() {
    ip netns exec "$ns" "$work/line" "$@" tap0 "$tender" --mem=32 \
        --net:service=@9 "$image" --ipv4=10.99.0.2/24 >"$work/out" 2>&1 &
    image_pid=$!
}

for line in "loss=3" "delay=3 jitter=2" "delay=2 jitter=20" \
    "twice=5 damage=1" "delay=1 jitter=5 loss=1 twice=1 damage=1"; do
    # shellcheck disable=SC2086
    with_line $line
    inside timeout 60 "$work/client" 10.99.0.2 7 check 4 >"$work/log" 2>&1
    status=$?
    stop || status=1
    verdict "echo over a line with $line" $status
done

# Nothing for two seconds, in the middle of it, both ways.
with_line delay=5
inside timeout 60 "$work/client" 10.99.0.2 7 check >"$work/log" 2>&1 &
client_pid=$!
sleep 0.4
kill -USR1 "$image_pid"
sleep 2
kill -0 "$client_pid" 2>/dev/null
status=$? # it had not ended before
kill -USR1 "$image_pid"
wait "$client_pid" || status=1
stop || status=1
verdict "echo over a line that is cut and mended" $status

# --- the interface of the host goes down, and comes back ---

start --ipv4=10.99.0.2/24
inside timeout 20 "$work/client" 10.99.0.2 7 check 4 >"$work/log" 2>&1
status=$?
inside ip link set tap0 down
inside timeout 20 "$work/client" 10.99.0.2 7 check 4 >>"$work/log" 2>&1 && status=1
inside ip link set tap0 up
inside timeout 20 "$work/client" 10.99.0.2 7 check 4 >>"$work/log" 2>&1 || status=1
stop || status=1
verdict "echo after the interface was down" $status

# --- a flood of pings ---

start --ipv4=10.99.0.2/24
inside "$work/client" 10.99.0.2 7 check 8 >"$work/log" 2>&1 # it is there
inside timeout 60 ping -q -f -c 20000 -s 1000 10.99.0.2 >>"$work/log" 2>&1
status=$?
stop || status=1
grep -q ' 0% packet loss' "$work/log" || status=1
verdict "20000 pings in a flood are answered" $status

# --- many connections ---

ip netns exec "$ns" "$tender" --mem=64 --net:service=tap0 "$image" \
    --ipv4=10.99.0.2/24 --connections=10000 --net-memory=16MiB >"$work/out" 2>&1 &
image_pid=$!
inside timeout 120 "$work/client" 10.99.0.2 7 idle 10000 >"$work/log" 2>&1
status=$?
stop || status=1
verdict "10000 idle connections in 64 MiB" $status

soak=$($fata build -t spt lib/net/tests/soak 2>"$work/log" | tail -n 1)
${CC:-cc} -O2 -Wall -Wextra -o "$work/soak" lib/net/tests/soak/client.c || exit 1
ip netns exec "$ns" "$tender" --mem=32 --net:service=tap0 "$soak" \
    --ipv4=10.99.0.2/24 >"$work/out" 2>&1 &
image_pid=$!
inside timeout 200 "$work/soak" 10.99.0.2 100000 >"$work/log" 2>&1
status=$?
stop || status=1
verdict "nothing is left of 100000 connections" $status

# --- half-open connections ---

start --ipv4=10.99.0.2/24
inside "$work/client" 10.99.0.2 7 check >"$work/log" 2>&1
status=$?
inside "$work/flood" 10.99.0.2 7 2000 >>"$work/log" 2>&1 || status=1
inside timeout 30 "$work/client" 10.99.0.2 7 check >>"$work/log" 2>&1 ||
    status=1
stop || status=1
verdict "answers after 2000 half-open connections" $status

wait $asleep_pid
status=$?
asleep_pid=
cp "$work/asleep" "$work/log"
verdict "an idle image sleeps" $status

# --- DHCP and routers ---

if ! command -v dnsmasq >/dev/null; then
    skip "DHCP and SLAAC" "dnsmasq is not installed (package dnsmasq-base)"
    result
fi
inside ip addr add fd99::1/64 dev tap0 nodad
ip netns exec "$ns" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 \
    --interface=tap0 --bind-interfaces --leasefile-ro --user=root \
    --pid-file="$work/dnsmasq.pid" --dhcp-range=10.99.0.50,10.99.0.50,60s \
    --enable-ra --dhcp-range=fd99::,ra-only >"$work/dnsmasq" 2>&1 &
server_pid=$!
start
inside timeout 20 "$work/client" 10.99.0.50 7 check >"$work/log" 2>&1
status=$?
verdict "DHCP gives an address" $status
# SLAAC: RFC 4291 appendix A on the interface's address, which ARP knows.
mac=$(inside ip neigh show dev tap0 | sed -n 's/^10\..*lladdr \([^ ]*\).*/\1/p')
address=$(echo "$mac" | awk -F: '{
    printf "fd99::%02x%s:%sff:fe%s:%s%s\n", xor2("0x" $1), $2, $3, $4, $5, $6 }
    function xor2(text,   n) { n = hex(text); return n - (int(n / 2) % 2) * 4 + 2 }
    function hex(text,   i, n) { n = 0
        for (i = 3; i <= length(text); i++)
            n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
        return n }')
inside timeout 20 "$work/client" "$address" 7 check >"$work/log" 2>&1
status=$?
cat "$work/dnsmasq" >>"$work/log"
stop || status=1
verdict "a router's prefix makes an IPv6 address" $status
result
