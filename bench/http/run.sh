#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-http: examples/http-hello beside an epoll server of 40 lines
# (control.c) and nginx, under wrk with 50 connections that stay; server and
# client have a core each and one network namespace.  Needs root.
#   SECONDS_EACH=3 ROUNDS=5 SERVERS="control spt unix sockets nginx"   (sockets: the host's;
#   and uring: control.c on io_uring)
set -eu
cd "$(dirname "$0")/../.."
host=build/host
out=build/bench/http
seconds=${SECONDS_EACH:-3}
rounds=${ROUNDS:-5}
ns=fata-bench-$$
mac=02:00:00:00:00:02
mkdir -p $out
if ! command -v wrk >/dev/null; then
    echo "skip bench-http: wrk is not installed; apt-get install wrk"
    exit 0
fi
${CC:-cc} -O2 -Wall -Wextra -o $out/control bench/http/control.c
${CC:-cc} -O2 -Wall -Wextra -o $out/first bench/http/first.c
# The same on io_uring, for a kernel that has it and lets us (liburing-dev).
${CC:-cc} -O2 -Wall -Wextra -o $out/uring bench/http/uring.c -luring 2>/dev/null ||
    rm -f $out/uring
spt=$($host/fata build -t spt examples/http-hello 2>/dev/null | tail -n 1)
unix=$($host/fata build -t unix examples/http-hello 2>/dev/null | tail -n 1)

pid=
clean() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    ip netns del "$ns" 2>/dev/null || true
}
trap clean EXIT
trap 'exit 1' INT TERM
if ! ip netns add "$ns" 2>/dev/null; then
    echo "skip bench-http: network namespaces need root"
    exit 0
fi
ip -n "$ns" link set lo up
ip -n "$ns" tuntap add tap0 mode tap
ip -n "$ns" addr add 10.99.0.1/24 dev tap0
ip -n "$ns" link set tap0 up
# What a first reply takes does not depend on when the kernel asks for addresses.
ip -n "$ns" neigh add 10.99.0.2 lladdr $mac dev tap0

cat >$out/nginx.conf <<END
worker_processes 1;
daemon off;
pid $PWD/$out/nginx.pid;
error_log /dev/null;
events { worker_connections 512; }
http {
    access_log off;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:8082;
        location / { default_type text/plain; return 200 "Hello, World!"; }
    }
}
END

# command NAME: sets $address, $port and the words of the server.
server() {
    address=10.99.0.2 port=80
    case $1 in
    control) address=127.0.0.1 port=8081; words="$out/control $address $port" ;;
    uring) address=127.0.0.1 port=8084; words="$out/uring $address $port" ;;
    nginx) address=127.0.0.1 port=8082; words="$(command -v nginx) -c $PWD/$out/nginx.conf" ;;
    spt) words="$host/fata-spt --mem=2 --net:service=tap0 --net-mac:service=$mac $spt --ipv4=10.99.0.2/24 --logs=*:off" ;;
    sockets) address=127.0.0.1 port=8083; words="$unix --net:service=host --port=$port --logs=*:off" ;;
    unix) words="$unix --net:service=tap0 --ipv4=10.99.0.2/24 --logs=*:off" ;;
    esac
}

ticks() { # of the process and its children
    for p in $1 $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        sed 's/.*) //' /proc/"$p"/stat
    done | awk '{ n += $12 + $13 } END { print n }'
}

frames() { ip netns exec "$ns" cat /sys/class/net/tap0/statistics/"$1"_packets; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# One round: "rate, us of CPU a request, p50, p99 in us, frames in and out".
measure() (
    trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null' EXIT # of this subshell
    ip netns exec "$ns" taskset -c 0 $words >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        ip netns exec "$ns" curl -s -m 1 -o /dev/null "http://$address:$port/" && break
        sleep 0.05
    done
    ip netns exec "$ns" taskset -c 1 wrk -t1 -c50 -d1 "http://$address:$port/" >/dev/null
    before=$(ticks $pid)
    in=$(frames tx)
    back=$(frames rx)
    ip netns exec "$ns" taskset -c 1 wrk -t1 -c50 -d"$seconds" --latency \
        "http://$address:$port/" >$out/wrk
    after=$(ticks $pid)
    in=$(($(frames tx) - in))
    back=$(($(frames rx) - back))
    kill $pid
    wait $pid 2>/dev/null || true
    pid=
    awk -v ticks=$((after - before)) -v in_=$in -v out=$back -v hz="$(getconf CLK_TCK)" '
        function us(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1e3 : t * 1e6 }
        $1 == "50%" { p50 = us($2) }
        $1 == "99%" { p99 = us($2) }
        /requests in/ { n = $1 }
        /Socket errors|Non-2xx/ { bad = 1 }
        /^Requests\/sec/ { rate = $2 }
        END { if (bad || n == 0) rate = "ERRORS"
              print rate, ticks / hz * 1e6 / n, p50, p99, in_ / n, out / n }' $out/wrk
)

servers=${SERVERS:-control spt unix sockets$(command -v nginx >/dev/null && echo " nginx")}
: >$out/values
for _ in $(seq "$rounds"); do # in turn, so that all see the same noise
    for name in $servers; do
        server "$name"
        echo "$name $(measure)" >>$out/values
    done
done
of() { awk -v name="$1" -v n="$2" '$1 == name { print $n }' $out/values | median; }
for name in $servers; do
    echo "$name: $(of "$name" 2) requests/s, $(of "$name" 3) us of CPU a request," \
        "p50 $(of "$name" 4) us, p99 $(of "$name" 5) us, frames in and out a request" \
        "$(of "$name" 6) $(of "$name" 7)"
done
ratio() { echo "$1 $2" | awk '{ printf "%.2f", $1 / $2 }'; }
for name in $servers; do
    [ "$name" != control ] || continue
    echo "$name to control: requests/s $(ratio "$(of "$name" 2)" "$(of control 2)")," \
        "CPU a request $(ratio "$(of "$name" 3)" "$(of control 3)")," \
        "p99 to p50 $(ratio "$(of "$name" 5)" "$(of "$name" 4)")"
done

# From exec to the first reply.
for name in control spt; do
    server $name
    for _ in $(seq 25); do
        ip netns exec "$ns" $out/first $address $port $words 2>/dev/null
    done >$out/first.$name
    echo "$name: first reply $(median <$out/first.$name) ms after exec, at least" \
        "$(sort -n $out/first.$name | head -n 1)"
done

cp "$spt" $out/stripped
strip $out/stripped
echo "image: $(stat -c %s $out/stripped) bytes stripped"
