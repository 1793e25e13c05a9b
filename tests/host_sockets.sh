#!/bin/sh
# SPDX-License-Identifier: ISC
# examples/echo on sockets of the host, as `fata run -t unix` attaches it when
# nothing else is said.  Argument: the tool.
set -u
fata=$1
out=build/check/host_sockets
port=17008
limit=1024 # descriptors
passed=0 failed=0 skipped=0
mkdir -p "$out"
${CC:-cc} -O2 -Wall -Wextra -o "$out/client" examples/echo/client.c || exit 1
$fata build -t unix examples/echo >"$out/build" 2>&1

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "FAIL $1"
        sed 's/^/    /' "$out/run" "$out/client.log"
        failed=$((failed + 1))
    fi
}

# served NAME TEXT ADDRESS WHAT... -- KEY...: the client's words WHAT against an
# image with these keys, which then stops on SIGTERM and has said TEXT.
served() {
    name=$1 text=$2 address=$3
    shift 3
    what=
    while [ "$1" != -- ]; do
        what="$what $1"
        shift
    done
    (ulimit -n $limit && exec "$fata" run -t unix examples/echo "$@" --port=$port) \
        >"$out/run" 2>&1 &
    pid=$!
    # shellcheck disable=SC2086
    timeout 30 "$out/client" "$address" $port $what >"$out/client.log" 2>&1
    client=$?
    kill -TERM $pid
    wait $pid
    status=$?
    echo "client $client, image $status" >>"$out/client.log"
    [ $client -eq 0 ] && [ $status -eq 0 ] && grep -q "$text" "$out/run"
    verdict "$name" $?
}

served "echo, IPv4" "echo on" 127.0.0.1 check --
if grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
    served "echo, IPv6" "echo on" ::1 check --
else
    echo "skip echo, IPv6: this host has none"
    skipped=$((skipped + 1))
fi
served "more connections than --connections" "not accepted: connections=8" \
    127.0.0.1 check -- --connections=8
# 50 at once.
limit=24
served "more connections than descriptors" \
    'not accepted: connections=[0-9]* error="Too many open files"' \
    127.0.0.1 check --
limit=1024

# ends NAME STATUS TEXT WORD...: a run that ends by itself.
ends() {
    name=$1 want=$2 text=$3
    shift 3
    timeout 30 "$@" >"$out/run" 2>&1
    status=$?
    echo "status $status" >"$out/client.log"
    [ $status -eq "$want" ] && grep -q -e "$text" "$out/run"
    verdict "$name" $?
}

ends "only unix has them" 1 "host's sockets are for target unix; write --net service=user" \
    "$fata" run -t spt --net service=host examples/echo
if [ "$(id -u)" = 0 ]; then
    low="setpriv --bounding-set=-all --inh-caps=-all"
else
    low=
fi
if [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 7 ]; then
    # shellcheck disable=SC2086
    ends "a port that needs privilege" 1 "error net: not permitted to this user port=7" \
        $low "$fata" run -t unix examples/echo
else
    echo "skip a port that needs privilege: none does here"
    skipped=$((skipped + 1))
fi
$fata run -t unix examples/echo -- --port=$port >"$out/first" 2>&1 &
pid=$!
timeout 30 "$out/client" 127.0.0.1 $port check >/dev/null
ends "a port that is taken" 1 "in use" "$fata" run -t unix examples/echo -- --port=$port
kill -TERM $pid
wait $pid

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
