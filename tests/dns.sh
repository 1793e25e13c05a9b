#!/bin/sh
# SPDX-License-Identifier: ISC
# dns.sh FATA: the resolver against dnsmasq, in a network and a mount namespace
# of its own: on a TAP interface, then behind the user-mode network.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=$(realpath "${1:?usage: dns.sh FATA}")
image=lib/dns/tests/lookups
targets="unix spt"
passed=0 failed=0 skipped=0

skip() { # NAME REASON
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

result() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

if [ "${2:-}" != inside ]; then
    "$fata" build -t unix,spt,hvt $image >/dev/null || exit 1
    if ! command -v dnsmasq >/dev/null; then
        skip dns "dnsmasq is not installed (package dnsmasq-base)"
        result
    fi
    if ! unshare -mn true 2>/dev/null; then
        skip dns "not root: no network and mount namespace can be made"
        result
    fi
    exec unshare -mn sh "$0" "$fata" inside
fi

work=$(mktemp -d)
log=$work/queries
out=$work/out
servers=
finish() {
    for p in $servers; do kill "$p" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

mount -t sysfs sysfs /sys # the tool looks there for interfaces
ip link set lo up
if ! ip tuntap add tap0 mode tap 2>"$out"; then
    skip dns "no TAP interface: $(head -n 1 "$out")"
    result
fi
ip link set tap0 up
ip addr add 10.99.0.1/24 dev tap0
ip addr add fd99::1/64 dev tap0 nodad
ip addr add 10.99.1.1/32 dev lo

# serve LOG OPTION...: a dnsmasq in the background, with these names, that has
# nobody to ask.
serve() {
    where=$1
    shift
    : >"$where"
    dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
        --user=root --bind-interfaces --pid-file= --log-queries \
        --log-facility="$where" --local-ttl=60 --local=/test/ --bogus-priv \
        --host-record=both.test,10.99.0.1,fd99::1 \
        --host-record=four.test,10.99.0.1 --host-record=six.test,fd99::1 \
        --host-record=dead.test,10.99.0.1,fd99::dead \
        --host-record=short.test,10.99.0.1,fd99::1,1 \
        --cname=alias.test,both.test --cname=alias2.test,alias.test \
        --txt-record=text.test,hello,world --mx-host=mail.test,both.test,10 \
        --srv-host=_x._tcp.test,both.test,80,1,2 "$@" &
    server=$!
    servers="$servers $server"
    i=0
    until grep -q started "$where" || [ $i -ge 50 ]; do
        sleep 0.1
        i=$((i + 1))
    done
}

many= long=
for i in $(seq 100); do many="$many --host-record=many.test,10.1.0.$i"; done
for i in $(seq 30); do long="$long,$(printf '%050d' "$i")"; done
# shellcheck disable=SC2086
serve "$log" $many "--txt-record=long.test$long" --interface=tap0 --except-interface=lo \
    --dhcp-range=10.99.0.50,10.99.0.59,60s --leasefile-ro --enable-ra \
    --dhcp-range=fd99::,ra-only --dhcp-option=option6:dns-server,[fd99::1]
# One that is the authority of a zone, and so says how long a "no" is good for;
# it refuses all else.
serve "$work/authority" --listen-address=10.99.1.1 \
    --auth-server=ns.zone.test,10.99.1.1 --auth-zone=zone.test --auth-ttl=2 \
    --host-record=here.zone.test,10.99.0.1

# ask NAME WORD...: a run on $target in $network.
ask() {
    name="$target: $1"
    shift
    words=$*
    again
}

count() { cat "$log" "$work/authority" | grep -cE '(query|auth)\['; }

again() {
    before=$(count)
    # shellcheck disable=SC2086
    timeout 60 "$fata" run -t "$target" ${SANITIZE:+--sanitize} --net $network $image -- \
        --logs=dns:debug $words >"$out" 2>&1 </dev/null
    status=$?
    queries=$(($(count) - before))
}

# expect QUERIES LINE...: so many have reached the servers, and the output has
# these lines.  On a busy machine a reply can take the second after which the
# query is sent again; not twice in the same run.
expect() {
    want=$1
    shift
    [ "$queries" -eq "$want" ] || again
    [ "$status" -eq 0 ] || { bad "status $status"; return; }
    [ "$queries" -eq "$want" ] || { bad "$queries queries, not $want"; return; }
    for line; do
        if ! grep -qF -- "$line" "$out"; then
            bad "no \"$line\""
            return
        fi
    done
    echo "ok $name"
    passed=$((passed + 1))
}

if [ -w /dev/kvm ]; then
    targets="$targets hvt"
else
    skip "names on hvt" "no /dev/kvm"
fi
fixed="--ipv4=10.99.0.2/24 --ipv4-gateway=10.99.0.1 --ipv6=fd99::2/64"
network=service=tap0
for target in $targets; do
    with="$fixed --nameserver=10.99.0.1"
    # shellcheck disable=SC2086
    {
        ask "addresses" $with both.test four.test six.test
        expect 6 "both.test: 10.99.0.1 fd99::1" "four.test: 10.99.0.1" "six.test: fd99::1"
        ask "aliases" $with alias.test alias2.test
        expect 4 "alias.test: 10.99.0.1 fd99::1" "alias2.test: 10.99.0.1 fd99::1"
        ask "what is asked for is kept" $with both.test BOTH.test. both.test forget: both.test
        expect 4 "both.test: 10.99.0.1 fd99::1" "BOTH.test.: 10.99.0.1 fd99::1"
        ask "as long as it lives" $with short.test short.test sleep:1200 short.test
        expect 4 "short.test: 10.99.0.1 fd99::1"
        ask "many ask for one name" $with at:8:both.test
        expect 2 "both.test: 10.99.0.1 fd99::1"
        [ "$(grep -c '^both.test: 10' "$out")" -eq 8 ] || bad "not all were answered"
        ask "the one who asked first gives up" $fixed --nameserver=10.99.0.77,10.99.0.1 \
            leave:both.test
        expect 2 "given up: ETIMEDOUT" "both.test: 10.99.0.1 fd99::1"
        ask "no such name" $with no.test no.test
        expect 4 "no.test: ENOENT"
        ask "no such name, known for 2 seconds" $fixed --nameserver=10.99.1.1 \
            no.zone.test no.zone.test sleep:2200 no.zone.test
        expect 4 "no.zone.test: ENOENT"
        ask "no query" $with localhost x.localhost 10.0.0.7 fd00::7 a.invalid a.onion a..b
        expect 0 "localhost: 127.0.0.1 ::1" "x.localhost: 127.0.0.1 ::1" "10.0.0.7: 10.0.0.7" \
            "fd00::7: fd00::7" "a.invalid: ENOENT" "a.onion: ENOENT" "a..b: EINVAL"
        ask "other records" $with txt:text.test mx:mail.test srv:_x._tcp.test \
            name:10.99.0.1 name:10.99.0.9 txt:both.test
        expect 6 'txt:text.test: "helloworld"' "mx:mail.test: 10 0 0 both.test" \
            "srv:_x._tcp.test: 1 2 80 both.test" "name:10.99.0.9: ENOENT" "txt:both.test: ENOENT"
        ask "a long answer comes by TCP" $with many.test txt:long.test
        expect 5 "many.test: 10.1.0." '"000000000000000000' "found name=many.test queries=3"
        ask "servers over IPv6" $fixed --nameserver=fd99::1 sleep:2500 both.test
        expect 2 "both.test: fd99::1 10.99.0.1"
        ask "a server that is down" $fixed --nameserver=10.99.0.77,10.99.0.1 four.test six.test
        expect 4 "four.test: 10.99.0.1" "found name=four.test queries=4" \
            "found name=six.test queries=2"
        ask "a server that refuses" $fixed --nameserver=10.99.1.1,10.99.0.1 four.test
        expect 4 "four.test: 10.99.0.1" "found name=four.test queries=4"
        ask "no server answers" $fixed --nameserver=10.99.0.77 both.test
        expect 0 "both.test: ETIMEDOUT" "no answer name=both.test"
        ask "no server is known" $fixed both.test
        expect 0 "both.test: ENETDOWN" "no name server is known; give one with --nameserver=ADDRESS"
        # The image's IPv6 address is its own after a second.
        ask "connecting, IPv6 first" $with sleep:2500 tcp:both.test:53 tcp:four.test:53 \
            tcp:10.99.0.1:53
        expect 4 "tcp:both.test:53: fd99::1" "tcp:four.test:53: 10.99.0.1" \
            "tcp:10.99.0.1:53: 10.99.0.1"
        ask "connecting where IPv6 is dead" $with sleep:2500 tcp:dead.test:53
        expect 2 "tcp:dead.test:53: 10.99.0.1 after a while"
        ask "connecting to what is not there" $with sleep:2500 tcp:both.test:54 tcp:no.test:53
        expect 4 "tcp:both.test:54: ECONNREFUSED" "tcp:no.test:53: ENOENT"
        ask "connecting without IPv6" --ipv4=10.99.0.2/24 --nameserver=10.99.0.1 tcp:both.test:53
        expect 2 "tcp:both.test:53: 10.99.0.1"
        ask "connecting where no stack is free" $with sleep:2500 full: tcp:four.test:53 \
            tcp:dead.test:53
        expect 4 "tcp:four.test:53: 10.99.0.1" "tcp:dead.test:53: 10.99.0.1 late"
        ask "the server that DHCP tells" both.test
        expect 2 "both.test: " "10.99.0.1"
        ask "the server that a router tells" --dhcp=false both.test
        expect 2 "both.test: fd99::1 10.99.0.1"
    }
done

# --- behind the user-mode network, which forwards to what resolv.conf says ---

for p in $servers; do
    kill "$p"
    wait "$p" 2>/dev/null
done
servers=
if ! [ -x "$(dirname "$fata")/fata-net" ]; then
    skip "user-mode network" "fata-net was not built; apt-get install libslirp-dev"
    result
fi
# shellcheck disable=SC2086
serve "$log" --listen-address=127.0.0.1 $many --host-record=here.test,127.0.0.1
: >"$work/authority"
echo "nameserver 127.0.0.1" >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf
network=service=user
for target in $targets; do
    ask "behind the user-mode network" both.test no.test
    expect 4 "both.test: 10.99.0.1 fd99::1" "no.test: ENOENT"
done
result
