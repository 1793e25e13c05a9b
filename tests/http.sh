#!/bin/sh
# SPDX-License-Identifier: ISC
# http.sh FATA [TARGET]: lib/http/tests/server in a network namespace, on spt and
# unix: curl, bad requests, resets, slow and idle clients, its end; and its
# client against nginx and Python's http.server.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
fata=$1
passed=0 failed=0 skipped=0
ns=fata-http-$$
work=$(mktemp -d)
image_pid= nginx_pid=

finish() {
    [ -z "$image_pid" ] || kill "$image_pid" 2>/dev/null
    [ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null
    ip netns del "$ns" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

skip() { # NAME REASON
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

result() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

for need in python3 curl; do
    if ! command -v $need >/dev/null; then
        skip http "$need is not installed"
        result
    fi
done
if ! ip netns add "$ns" 2>"$work/log"; then
    skip http "no network namespace: $(head -n 1 "$work/log")"
    result
fi
inside() { ip netns exec "$ns" "$@"; }
if ! inside ip tuntap add tap0 mode tap 2>"$work/log"; then
    skip http "no TAP interface: $(head -n 1 "$work/log")"
    result
fi
inside ip link set lo up
inside ip addr add 10.99.0.1/24 dev tap0
inside ip link set tap0 up
inside sysctl -q -w net.ipv4.ip_local_port_range="1024 65535" 2>/dev/null

# start TARGET MEMORY KEY...
start() {
    target=$1 memory=$2
    shift 2
    image=$(sed -n "s/^$target //p" "$work/images")
    case $target in
    unix) set -- "$image" --net:service=tap0 "$@" ;;
    *) set -- "$root/$(dirname "$fata")/fata-$target" --mem="$memory" --net:service=tap0 "$image" "$@" ;;
    esac
    ip netns exec "$ns" "$@" --ipv4=10.99.0.2/24 >"$work/out" 2>&1 &
    image_pid=$!
    inside curl -s --retry 20 --retry-connrefused --retry-delay 0 -m 10 -o /dev/null \
        http://10.99.0.2/hello || cat "$work/out"
}

stop() { # NAME: the image must end with status 0
    kill "$image_pid"
    wait "$image_pid"
    stopped=$?
    image_pid=
    if [ $stopped -eq 0 ] && grep -q '^served' "$work/out"; then
        passed=$((passed + 1))
        echo "ok $1 ends"
    else
        failed=$((failed + 1))
        echo "FAIL $1 ends with status $stopped"
        sed 's/^/    /' "$work/out"
    fi
}

# parts TARGET PART...
parts() {
    target=$1
    shift
    (cd "$work" && ulimit -n 20000 && IMAGE_PID=$image_pid ip netns exec "$ns" python3 "$root/lib/http/tests/client.py" 10.99.0.2 "$@") \
        >"$work/parts" 2>&1
    sed "s/^\(ok\|FAIL\) /\1 $target /" "$work/parts"
    passed=$((passed + $(grep -c '^ok ' "$work/parts")))
    f=$(grep -c '^FAIL ' "$work/parts")
    [ "$(grep -c '^ok ' "$work/parts")" -gt 0 ] || [ "$f" -gt 0 ] || f=1
    failed=$((failed + f))
}

head -c 200000 /dev/urandom >"$work/page"
mkdir "$work/chunked"
cp "$work/page" "$work/chunked/page"
cat >"$work/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log stderr;
user root;
events { worker_connections 64; }
http {
    access_log off;
    server {
        listen 10.99.0.1:8080;
        keepalive_timeout 60;
        root $work;
        location /moved { return 302 /page; }
        location /twice { return 301 http://10.99.0.1:8080/moved; }
        location /loop { return 302 loop; }
        location /chunked/ { gzip off; ssi on; ssi_types *; }
    }
}
END

for target in ${2:-spt unix}; do
    image=$($fata build -t "$target" lib/http/tests/server 2>"$work/log" | tail -n 1)
    if ! [ -f "$image" ]; then
        cat "$work/log"
        failed=$((failed + 1))
        continue
    fi
    echo "$target $image" >>"$work/images"
    start "$target" 32
    parts "$target" curl_asks curl_sends curl_files curl_streams smuggling statuses bad_and_good websocket client_python
    if command -v nginx >/dev/null; then
        ip netns exec "$ns" nginx -c "$work/nginx.conf" >"$work/nginx" 2>&1 &
        nginx_pid=$!
        sleep 0.5
        parts "$target" client_nginx
        kill $nginx_pid
        wait $nginx_pid 2>/dev/null
        nginx_pid=
    else
        skip "$target client_nginx" "nginx is not installed"
    fi

    # A request under way gets its answer, a connection without one ends.
    ip netns exec "$ns" curl -s -m 9 "http://10.99.0.2/slow?ms=3000" >"$work/slow" &
    slow=$!
    sleep 1.5
    stop "$target: the server"
    wait $slow
    if grep -q 'Hello, World!' "$work/slow"; then
        passed=$((passed + 1))
        echo "ok $target: a request under way is answered before the end"
    else
        failed=$((failed + 1))
        echo "FAIL $target: a request under way is not answered before the end"
    fi

    start "$target" 32 --http-head-time=1s --http-idle=2s --http-body-time=1s --http-grace=200ms --http-debug
    parts "$target" slow_head fibers
    # A request under way for longer than the grace is cut off.
    ip netns exec "$ns" curl -s -m 9 "http://10.99.0.2/slow?ms=8000" >"$work/slow" &
    slow=$!
    sleep 1.5
    stop "$target: with short times"
    wait $slow
    if [ ! -s "$work/slow" ] && grep -q 'cut off connections=1' "$work/out"; then
        passed=$((passed + 1))
        echo "ok $target: the grace has an end"
    else
        failed=$((failed + 1))
        echo "FAIL $target: the grace has no end"
        cat "$work/out"
    fi
done

# The aim of the example: 220 KB.
if grep -q "^spt " "$work/images" 2>/dev/null; then
    cp "$($fata build -t spt examples/http-hello 2>"$work/log" | tail -n 1)" "$work/hello"
    strip "$work/hello"
    size=$(stat -c %s "$work/hello")
    if [ "$size" -le 220000 ]; then
        passed=$((passed + 1))
        echo "ok spt: http-hello has $size bytes"
    else
        failed=$((failed + 1))
        echo "FAIL spt: http-hello has $size bytes"
    fi
fi

if ! command -v wrk >/dev/null; then
    skip "spt crowd" "wrk is not installed"
elif grep -q "^spt " "$work/images" 2>/dev/null; then
    start spt 64 --connections=12000 --net-memory=48MiB --http-idle=10m --http-head-time=10m
    parts spt crowd
    stop "spt: with a crowd"
fi
result
