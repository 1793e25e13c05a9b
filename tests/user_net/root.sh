#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of user_net.sh: runs as root in a network and a mount namespace of its
# own.   root.sh FATA
set -u
fata=$1
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/user_net/lib.sh"
ip link set lo up
frames=$here/../lib/run/tests/frames

name="an interface made for a run"
run -t spt --net service=fatatap0,10.99.0.1/24 "$frames"
ip link show fatatap0 >>"$out" 2>&1 && echo "it is still there" >>"$out"
expect 0 "service: made fatatap0 for this run, this host is 10.99.0.1/24 there" \
    "ok a_fiber_receives_while_another_sends"
hasnt "it is still there"

name="an interface made for a run, on unix"
run -t unix --net service=fatatap0,10.99.0.1/24 "$frames"
expect 0 "ok a_fiber_receives_while_another_sends"

name="an interface without an address"
begin -t spt --net service=fatatap0 "$image"
wait_for "made fatatap0"
kill -TERM "$pid"
end
expect "$status" "without an address; add one: ip address add 10.0.0.1/24 dev fatatap0, or --net service=fatatap0,10.0.0.1/24"

name="a test's network is its own"
ip tuntap add fatatap1 mode tap
ip address add 10.99.0.1/24 dev fatatap1
ip link set fatatap1 up
"$fata" test -t unix "$here/../examples/echo" >"$out" 2>&1 </dev/null
status=$?
expect 0 "ok unix-x86_64 echo echoes to the host"
ip link del fatatap1

name="an address that is none"
run -t spt --net service=fatatap0,10.0.0.1 "$frames"
expect 1 "the address of this host's end is like 10.0.0.1/24"

name="an address for an interface that is there"
run -t spt --net service=lo,10.0.0.1/24 "$frames"
expect 1 "lo exists and has its address; leave out ,10.0.0.1/24"

# The name server of resolv.conf, though the worker opens no file by then.
name="names are asked where resolv.conf says"
echo "nameserver 127.0.0.1" >"$work/resolv.conf"
mount --bind "$work/resolv.conf" /etc/resolv.conf
start_peer echo 53
run -t spt --net service=user "$image" -- --to=10.0.2.3:53
expect 0 "10.0.2.3:53: hello"
stop_peer

test_capture
finish
