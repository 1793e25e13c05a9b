#!/bin/sh
# SPDX-License-Identifier: ISC
# The user-mode network from end to end, with the image tests/user_net/image on
# each target, and TAP interfaces made for a run.   user_net.sh FATA
# As root it gives up all capabilities first: an ordinary user has none.
set -u
fata=$(realpath "${1:?usage: user_net.sh FATA}")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/have.sh"
if [ "$(id -u)" = 0 ] && [ -z "${USER_NET_BARE:-}" ]; then
    # What needs privilege, in a network of its own: from there nothing can be
    # fetched.
    for room in user_net/image ../lib/run/tests/frames ../examples/echo; do
        "$fata" build -t unix,spt "$here/$room" >/dev/null || exit 1
    done
    if command -v unshare >/dev/null && unshare -mn true 2>/dev/null; then
        said=$(unshare -mn sh "$here/user_net/root.sh" "$fata")
        echo "$said" | sed '$d'
        USER_NET_ROOT=$(echo "$said" | tail -n 1)
        export USER_NET_ROOT
    fi
    USER_NET_BARE=1
    export USER_NET_BARE
    exec setpriv --bounding-set=-all --inh-caps=-all sh "$0" "$fata"
fi
. "$here/user_net/lib.sh"
if [ -n "${USER_NET_ROOT:-}" ]; then # N passed, N failed
    passed=${USER_NET_ROOT%% *}
    failed=${USER_NET_ROOT#*passed, }
    failed=${failed%% *}
else
    skip "interfaces, names" "not root, or no network namespace"
fi

if ! [ -x "$(dirname "$fata")/fata-net" ]; then
    echo "skip user-mode network: fata-net was not built; apt-get install libslirp-dev"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

targets="unix spt"
if have_kvm && [ -x "$(dirname "$fata")/fata-hvt" ]; then
    targets="$targets hvt"
else
    skip "user-mode network on hvt" "no /dev/kvm"
fi

for t in $targets; do
    name="$t: DHCP, ARP, echo, as a user"
    run -t "$t" --net service=user "$image"
    expect 0 "address 10.0.2.15 of 10.0.2.2, names 10.0.2.3" "gateway answers ARP" \
        "gateway answers echo" "fata: service: user network, 10.0.2.15 by DHCP"

    name="$t: a forwarded port"
    begin -t "$t" -p 0:7/udp "$image" -- --serve
    wait_for "serving"
    port=$(sed -n 's/.*udp 127.0.0.1:\([0-9]*\) -> 7.*/\1/p' "$out")
    "$work/peer" ask 127.0.0.1 "$port" "hello $t" >"$work/answer" 2>&1
    echo "  the answer: $(cat "$work/answer")" >>"$out"
    kill -TERM "$pid"
    end
    expect 0 "the answer: hello $t"

    name="$t: a network that is gone stops the image"
    begin -t "$t" --net service=user "$image" -- --serve
    wait_for "serving"
    kill -KILL "$(worker)"
    end
    expect 1 "the user-mode network ended (signal 9); the image is told to stop"

    name="$t: the worker ends with the image"
    begin -t "$t" --net service=user "$image" -- --serve
    wait_for "serving"
    w=$(worker)
    kill -TERM "$pid"
    end
    ! [ -e "/proc/$w" ] || echo "worker $w is still there" >>"$out"
    expect 0
    hasnt "worker $w is still there"

    name="$t: a full queue does not block the image"
    begin -t "$t" --net service=user "$image" -- --flood=20000
    wait_for "waiting"
    w=$(worker)
    kill -STOP "$w"
    kill -TERM "$pid"
    wait_for "flood:"
    kill -CONT "$w"
    end
    expect 0 "flood: some sent, some refused"
done

# By descriptor, without the tool; the other end has gone.
for t in unix spt; do
    name="$t: a socket without another end is a link that is down"
    path=$("$fata" build -t "$t" "$image" 2>"$out" | tail -n 1)
    set -- "$path" --net:service=@9
    [ "$t" = unix ] || set -- "$(dirname "$fata")/fata-spt" --mem=32 --net:service=@9 "$path"
    "$work/peer" gone "$@" >"$out" 2>&1
    status=$?
    expect 1 "link is down"
done

name="unix: a descriptor that is none"
"$("$fata" build -t unix "$image" 2>"$out" | tail -n 1)" --net:service=@99 >"$out" 2>&1
status=$?
expect 1 "cannot open device service: no such device"

# --- what the image may not reach ---

start_peer echo 0

name="the host's loopback is out of reach"
run -t spt --net service=user "$image" -- --to=10.0.2.2:"$port"
expect 0 "10.0.2.2:$port: nothing" "fata-net: 3 frames dropped of the image"
name="nor by its own address"
run -t spt --net service=user "$image" -- --to=127.0.0.1:"$port"
expect 0 "127.0.0.1:$port: nothing" "fata-net: 3 frames dropped of the image"
name="unless asked for"
run -t spt --net service=user,host "$image" -- --to=10.0.2.2:"$port"
expect 0 "10.0.2.2:$port: hello"
stop_peer

# --- mistakes ---

start_peer hold 0
for proto in tcp udp; do
    name="a $proto port in use is told before the image starts"
    run -t spt -p "$port:7/$proto" "$image"
    expect 1 "-p $port:7/$proto: Address already in use; choose another port"
    hasnt "gateway"
done
stop_peer

mistake() { # TEXT MESSAGE
    name="-p $1"
    run -t spt -p "$1" "$image"
    expect 2 "fata-net: -p $1: $2"
    hasnt "gateway"
}
mistake 80 "the form is [ADDRESS:]HOST:GUEST[/udp]"
mistake 8080:80/sctp "the form is"
mistake 65536:80 "the host's port is a number from 0 to 65535"
mistake 8080:0 "the image's port is a number from 1 to 65535"
mistake -1:80 "the host's port"
mistake localhost:8080:80 "before the ports stands an address of this host"

name="an address that is not this host's"
run -t spt -p 192.0.2.1:0:80 "$image"
expect 1 "-p 192.0.2.1:0:80: Cannot assign requested address; the address must be one of this host"
name="a privileged port"
if [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ]; then
    run -t spt -p 1:80 "$image"
    expect 1 "-p 1:80: Permission denied; choose a port from 1024"
else
    skip "$name" "this host has none"
fi
name="all addresses"
run -t spt -p 0.0.0.0:0:80 "$image"
expect 0 "http://0.0.0.0:"
name="an IPv6 address of the host"
if [ -e /proc/net/if_inet6 ] && [ -s /proc/net/if_inet6 ]; then
    run -t spt -p '[::1]:0:80' "$image"
    expect 0 "http://[::1]:"
else
    skip "$name" "this host has no IPv6"
fi
name="no net device"
run -t spt -p 8080:80 "$here/../examples/hello"
expect 1 "-p 8080:80: \`hello\` has no net device; leave it out"
name="no network given"
run -t spt "$image"
expect 1 "net device \`service\` is not attached; add --net service=user, or -p 8080:80"
name="an interface that cannot be made"
run -t spt --net service=fatatap9,10.1.0.1/24 "$image"
expect 1 "there is no network interface fatatap9" \
    "type: sudo ip tuntap add fatatap9 mode tap user \$USER && sudo ip address add 10.1.0.1/24 dev fatatap9"

name="no worker"
mkdir "$work/bin" "$work/root"
cp "$fata" "$work/bin/fata"
for room in abi async base device lib libc platform ports fata.lock; do
    cp -r "$here/../$room" "$work/root"
done
# Neither beside the tool nor in the toolkit's build; the program elsewhere.
cp -r "$image" "$work/image"
(cd "$work/image" && FATA_ROOT=$work/root "$work/bin/fata" run -t unix -p 0:7/udp) \
    >"$out" 2>&1 </dev/null
status=$?
expect 1 "the program fata-net, which was not built; type: apt-get install libslirp-dev"

# --- capture ---

[ -n "${USER_NET_ROOT:-}" ] || test_capture
name="--pcap without the user-mode network"
run -t spt --pcap "$work/frames.pcap" "$here/../examples/hello"
expect 1 "--pcap: \`hello\` has no net device"
finish
