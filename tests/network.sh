#!/bin/sh
# SPDX-License-Identifier: ISC
# network.sh FATA: examples/echo in a network namespace: over a line that loses,
# delays and reorders frames; with addresses from DHCP and from a router
# (dnsmasq); with more half-open connections than it keeps; and asleep.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=$1
passed=0 failed=0 skipped=0
ns=fata-network-$$
work=$(mktemp -d)
image_pid= server_pid=

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
image=$($fata build -t spt examples/echo 2>"$work/log" | tail -n 1)
tender=$(dirname "$fata")/fata-spt

start() { # KEY...
    ip netns exec "$ns" "$tender" --mem=32 --net:service=tap0 "$image" "$@" \
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

# --- loss, delay, reordering ---

for line in "loss 3%" "delay 3ms 2ms" "delay 2ms reorder 25% 50%" \
    "duplicate 5% corrupt 1%"; do
    # shellcheck disable=SC2086
    if ! inside tc qdisc replace dev tap0 root netem $line 2>"$work/log"; then
        skip "line: $line" "$(head -n 1 "$work/log")"
        continue
    fi
    start --ipv4=10.99.0.2/24
    inside timeout 60 "$work/client" 10.99.0.2 7 check >"$work/log" 2>&1
    status=$?
    stop || status=1
    verdict "echo over a line with $line" $status
done
inside tc qdisc del dev tap0 root 2>/dev/null

# --- half-open connections ---

start --ipv4=10.99.0.2/24
inside "$work/client" 10.99.0.2 7 check >"$work/log" 2>&1
status=$?
inside "$work/flood" 10.99.0.2 7 2000 >>"$work/log" 2>&1 || status=1
inside timeout 30 "$work/client" 10.99.0.2 7 check >>"$work/log" 2>&1 ||
    status=1
stop || status=1
verdict "answers after 2000 half-open connections" $status

# --- asleep ---

start --ipv4=10.99.0.2/24
sleep 22 # three questions for a router in 9 s; 10 s later neighbours are at rest
before=$(awk '/^voluntary_ctxt/ { print $2 }' "/proc/$image_pid/status")
sleep 20
after=$(awk '/^voluntary_ctxt/ { print $2 }' "/proc/$image_pid/status")
echo "$((after - before)) wakes in 20 s" >"$work/log"
[ $((after - before)) -le 2 ] # of them one by a frame: the host asks for routers, too
status=$?
stop || status=1
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
