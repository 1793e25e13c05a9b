#!/bin/sh
# SPDX-License-Identifier: ISC
# The network ring of hvt under load, in a network namespace of its own: each
# frame gets through, and hardly any costs an exit.  And the conformance suite
# on plain calls, which `fata test` runs on the ring.  Argument: the tool.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=$1
. tests/have.sh
tender=$(dirname "$fata")/fata-hvt
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

skip() {
    echo "skip net_ring: $*"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

ok() {
    echo "ok $1"
    passed=$((passed + 1))
}

fail() {
    echo "FAIL $1: $2"
    sed 's/^/    /' "$dir/out"
    failed=$((failed + 1))
}

[ "$(uname -m)" = x86_64 ] || skip "hvt images are for x86_64"
have_kvm || skip "/dev/kvm cannot be opened"
[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
if [ "${IN_NAMESPACE:-}" = "" ]; then
    unshare -n true 2>/dev/null || skip "a network namespace needs root"
    for program in bench/net device/tests/net; do
        $fata build -t hvt $program >/dev/null 2>&1 || {
            $fata build -t hvt $program
            exit 1
        }
    done
    ${CC:-cc} -O2 -D_GNU_SOURCE -o build/flood bench/net/flood.c || exit 1
    IN_NAMESPACE=1 unshare -n sh tests/net_ring.sh "$fata"
    exit
fi

ip tuntap add tap0 mode tap && ip addr add 10.99.0.1/24 dev tap0 &&
    ip link set tap0 up || skip "no TAP interface"

# run NAME TEXT WORDS...
run() {
    name=$1 text=$2
    shift 2
    timeout -s KILL 60 "$tender" --stats --mem=16 --net:service=tap0 "$@" \
        >"$dir/out" 2>&1
    status=$?
    if [ $status -ne 0 ]; then
        fail "$name" "status $status"
    elif ! grep -q "$text" "$dir/out"; then
        fail "$name" "does not print $text"
    else
        ok "$name"
    fi
}

# At most one exit for ten frames.
exits() {
    if awk '/exits per frame/ { n = $NF } END { exit !(n != "" && n <= 0.1) }' \
        "$dir/out"; then
        ok "$1: exits"
    else
        fail "$1: exits" "more than 0.1 per frame"
    fi
}

images=build/hvt-x86_64
run "out" "frames out 100000 " $images/netload --out=100000
exits "out"
run "out, eight a request" "frames out 20000 " $images/netload --out=20000 --batch=8
exits "out, eight a request"
build/flood tap0 &
flood=$!
run "in" "fata: net: ring" $images/netload --out=0 --in=50000
exits "in"
run "both ways" "netload: out 50000 in" $images/netload --out=50000 --in=50000
exits "both ways"
kill $flood
wait $flood 2>/dev/null
run "conformance on plain calls" ", 0 failed" --no-ring $images/netconformance
run "plain calls are told" "fata: net: hypercalls" --no-ring $images/netconformance
run "quiet" "6 passed" $images/netconformance --solo5:quiet
if grep -q "fata: net" "$dir/out"; then
    fail "quiet says nothing" "it does"
else
    ok "quiet says nothing"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
