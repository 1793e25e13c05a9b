# SPDX-License-Identifier: ISC
# What the scripts of these tests share; `fata` and `here` are set.
work=$(mktemp -d) || exit 1
out=$work/out
image=$here/user_net/image
passed=0 failed=0 skipped=0 status=0 pid=
unset FATA_CC
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O1 -Wall -Wextra -o "$work/peer" "$here/user_net/peer.c" || exit 1

bad() {
    echo "FAIL $name: $1"
    sed 's/^/    /' "$out"
    failed=$((failed + 1))
}
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }

run() { timeout 100 "$fata" run "$@" >"$out" 2>&1 </dev/null; status=$?; }
# A run in the background; `end` waits for it.
begin() {
    : >"$out"
    "$fata" run "$@" >"$out" 2>&1 </dev/null &
    pid=$!
}
end() { wait "$pid"; status=$?; }
# Until the output has a text; after ten seconds what follows fails.
wait_for() {
    i=0
    until grep -qF -- "$1" "$out" || [ $i -ge 100 ]; do
        sleep 0.1
        i=$((i + 1))
    done
}
# start_peer COMMAND PORT: in the background until stop_peer; sets `port`.
start_peer() {
    rm -f "$work/port"
    "$work/peer" "$@" >"$work/port" &
    peer_pid=$!
    i=0
    until [ -s "$work/port" ] || [ $i -ge 100 ]; do
        sleep 0.1
        i=$((i + 1))
    done
    port=$(cat "$work/port")
}
stop_peer() {
    kill "$peer_pid"
    wait "$peer_pid" 2>/dev/null
}
# The process id of the worker of the run in the background.
worker() {
    for child in $(cat "/proc/$pid/task/$pid/children"); do
        [ "$(cat "/proc/$child/comm")" = fata-net ] && echo "$child"
    done
}
# expect STATUS TEXT...: of the run that has ended
expect() {
    want=$1
    shift
    if [ "$status" -ne "$want" ]; then
        bad "status $status, not $want"
        return
    fi
    for text; do
        if ! grep -qF -- "$text" "$out"; then
            bad "no \"$text\""
            return
        fi
    done
    echo "ok $name"
    passed=$((passed + 1))
}
hasnt() { ! grep -qF -- "$1" "$out" || bad "there is \"$1\""; }
# tcpdump wants to change its user, which root without capabilities cannot.
test_capture() {
    name="--pcap"
    run -t spt --net service=user --pcap "$work/frames.pcap" "$image"
    reader=
    if command -v tshark >/dev/null; then
        reader="tshark -n"
    elif command -v tcpdump >/dev/null; then
        reader="tcpdump -n"
        [ "$(id -u)" != 0 ] || reader="$reader -Z root"
    fi
    if [ -z "$reader" ]; then
        skip "$name" "neither tshark nor tcpdump is installed"
        return
    fi
    $reader -r "$work/frames.pcap" >>"$out" 2>&1
    expect 0 10.0.2.15 DHCP ICMP
}
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}
