#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-async: the scheduler beside a floor written by hand and the peers
# that can be had.  bench.h says what is measured.  Every command is run RUNS
# times in turn, so that all see the same machine, and the medians are printed;
# then the instructions per operation of what is written in C (valgrind).
#   RUNS=5  ONLY='W1 W2'  PEERS='floor fata'    narrow it down
#   run.sh check: whether ours build without warnings and run, shortly
set -u
cd "$(dirname "$0")/../.." || exit 1
src=bench/async
out=$PWD/build/bench/async
runs=${RUNS:-5}
only=${ONLY:-W1 W2 W3 W3y W4 W4c W5a W5b W5c W6t W6p W6f W6k W7 W8}
peers=${PEERS:-floor call fata libuv go lwt node}
requests=60000 count=
cc=${CC:-cc}
# As in images (tool/flavour.c).
flags="-std=c17 -D_GNU_SOURCE -O2 -g -ffunction-sections -fdata-sections
    -fno-omit-frame-pointer -fstack-protector-strong -fcf-protection=none
    -fno-pie -no-pie -Wl,--gc-sections -Wall -Wextra -Wshadow -Wcast-qual
    -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla"
if [ "${1:-}" = check ]; then
    out=$out/check runs=1 peers="floor call fata" requests=2000 count=1000
    flags="$flags -Werror"
fi
mkdir -p "$out"
: >"$out/commands"
: >"$out/values"
: >"$out/errors"

case $(uname -m) in
x86_64) ;;
*)
    echo "skip bench-async: the floor is written for x86_64"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
    ;;
esac

# The packages of a peer; false, and says so, where they cannot be had.
get() {
    name=$1
    shift
    if ! sh tool/packages.sh "$@" >"$out/log" 2>&1; then
        echo "without $name, which needs:$(tail -n 1 "$out/log")"
        return 1
    fi
    # Where packages.sh unpacks without root.
    env=${FATA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/fata}/host/env.sh
    [ ! -e "$env" ] || . "$env"
}
unbuilt=0 skipped=0
# Runs a command that builds; false, and says so, where that fails.
build() {
    name=$1
    shift
    "$@" >"$out/log" 2>&1 && return
    echo "without $name: does not build: $(grep -m 1 -i error "$out/log" || tail -n 1 "$out/log")"
    unbuilt=$((unbuilt + 1))
    return 1
}
# io_uring is used where it can be had.
uring() { # peer program source...
    program=$2 peer=$1
    shift 2
    if get "$peer with io_uring" liburing-dev; then
        compile "$program" "$@" -luring &&
            add "$peer-uring" "$out/$program" W8
    else
        skipped=$((skipped + 1))
    fi
}
compile() {
    compiled=$1
    shift
    build "$compiled" $cc $flags ${FATA_HOST_CPPFLAGS:-} -o "$out/$compiled" "$@" \
        ${FATA_HOST_LDFLAGS:-}
}
# Notes what to run: peer, program, workloads.
add() {
    peer=$1 program=$2
    shift 2
    for w; do
        case " $only " in
        *" $w "*) echo "$peer $w $program" >>"$out/commands" ;;
        esac
    done
}
wanted() {
    case " $peers " in *" $1 "*) ;; *) return 1 ;; esac
}

compile load $src/load.c || exit 1

if wanted floor; then
    compile floor_switch -DFLOOR_INLINE=1 $src/floor.c $src/floor_switch.c &&
        add floor "$out/floor_switch" W1 W2 W3 W3y W7
    compile floor_timer -DFLOOR_INLINE=1 $src/floor.c $src/floor_timer.c &&
        add floor "$out/floor_timer" W5a W5b W5c W6t W6f
    compile floor_promise $src/floor_promise.c &&
        add floor "$out/floor_promise" W4 W4c
    compile floor_epoll $src/floor_epoll.c && add floor "$out/floor_epoll" W8
    uring floor floor_uring $src/floor_uring.c
fi
if wanted call; then
    compile floor_call -DFLOOR_INLINE=0 $src/floor.c $src/floor_switch.c &&
        add call "$out/floor_call" W1 W2 W3 W3y W7
fi
if wanted fata; then
    async="$src/fata/world.c $(echo async/*.c) base/error.c
        -Ibase/include -Iasync/include -Iplatform/arch/include"
    compile fata_switch $src/fata/switch.c $async &&
        add fata "$out/fata_switch" W1 W2 W3 W3y W7
    compile fata_timer $src/fata/timer.c $async &&
        add fata "$out/fata_timer" W5a W5b W5c W6t W6f W6k
    compile fata_promise $src/fata/promise.c $async &&
        add fata "$out/fata_promise" W4 W4c W6p
    compile fata_echo $src/fata/echo.c $async && add fata "$out/fata_echo" W8
    uring fata fata_echo_uring $src/fata/echo_uring.c $async
fi
if wanted libuv && get libuv libuv1-dev; then
    compile uv $src/peers/uv.c -luv && add libuv "$out/uv" W5a W5b W5c W6t
    compile uv_echo $src/peers/echo_uv.c -luv && add libuv "$out/uv_echo" W8
fi
if wanted go && get Go golang-go; then
    build Go sh -c "cd $src/peers/go && GOCACHE=$out/go-cache go build -o $out/go ." &&
        add go "$out/go" W1 W2 W3 W3y W5a W5b W5c W6t W6f W7 &&
        add go "$out/go W8" W8
fi
if wanted lwt && get Lwt ocaml-nox ocaml-findlib liblwt-ocaml-dev; then
    mkdir -p "$out/lwt.d"
    cp $src/peers/lwt/bench.ml "$out/lwt.d"
    build Lwt ocamlfind ocamlopt -thread -package lwt.unix,threads.posix -linkpkg \
        -o "$out/lwt" "$out/lwt.d/bench.ml" &&
        add lwt "$out/lwt" W1 W2 W3 W3y W4 W4c W5a W5b W5c W6t W7
fi
if wanted node && get Node nodejs; then
    add node "node $src/peers/node.js" W5a
fi

# One core: the second where there is one; the load of W8 has the first.
core=$(($(nproc) > 1))
measure() { # workload program
    case $1 in
    W8) "$out/load" $requests $2 ;;
    *) taskset -c $core $2 "$1" $count ;;
    esac || echo "bench-async: $2 $1 failed" >&2
}
run=1
while [ "$run" -le "$runs" ]; do
    while read -r peer w program; do
        case $run$w in
        1W*) ;;
        *W6*) continue ;; # bytes do not vary
        esac
        measure "$w" "$program" </dev/null 2>>"$out/errors" | sed "s/^/$peer /" >>"$out/values"
    done <"$out/commands"
    run=$((run + 1))
done
cat "$out/errors" >&2

if [ -n "$count" ]; then
    passed=0 failed=$unbuilt
    while read -r peer w program; do
        if grep -q "^$peer $w " "$out/values"; then
            passed=$((passed + 1))
        elif why=$(grep "^io_uring_queue_init_params: " "$out/errors"); then
            echo "skip $program: $why"
            skipped=$((skipped + 1))
        else
            echo "FAIL $program $w"
            failed=$((failed + 1))
        fi
    done <"$out/commands"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
    exit
fi

table() { # values: peer workload value
    sort -k1,1 -k2,2 -k3,3g "$1" | awk -v peers="floor call floor-uring fata fata-uring libuv go lwt node" '
        function flush(    m) {
            m = v[int((n + 1) / 2)]
            if (n && m ~ /\./)
                m = sprintf(m < 10 ? "%.2f" : m < 100 ? "%.1f" : "%.0f", m)
            if (n) cell[peer, w] = m
            n = 0
        }
        { if ($1 != peer || $2 != w) flush(); peer = $1; w = $2; v[++n] = $3
          seen[peer] = 1; rows[w] = 1 }
        END {
            flush()
            count = split(peers, p, " ")
            line = sprintf("%-8s", "")
            for (i = 1; i <= count; i++) if (p[i] in seen) line = line sprintf("%12s", p[i])
            print line
            all = "W1 W2 W3 W3y W4 W4c W5a W5a-end W5b W5c W6t W6p W6f W6k W7 W8 W8-user W8-wall"
            rowcount = split(all, r, " ")
            for (j = 1; j <= rowcount; j++) {
                if (!(r[j] in rows)) continue
                line = sprintf("%-8s", r[j])
                for (i = 1; i <= count; i++) if (p[i] in seen)
                    line = line sprintf("%12s", ((p[i], r[j]) in cell) ? cell[p[i], r[j]] : "")
                print line
            }
        }'
}

echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), $($cc --version | head -n 1)"
echo "CPU ns per operation (W5a-end: s; W6: bytes), medians of $runs runs in turn;"
echo "call: the floor with a context switch that is a function; -uring: with io_uring"
table "$out/values"

# Instructions: the difference of two counts, so that what comes before and
# after drops out.
if ! get "instruction counts" valgrind; then
    exit 0
fi
instructions() { # program workload count
    case $2 in
    W8) "$out/load" "$3" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" ;;
    *) valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" "$3" ;;
    esac 2>&1 >/dev/null | awk '/Collected/ { print $NF }'
}
: >"$out/counts"
while read -r peer w program; do
    case $peer$w in
    go* | lwt* | node* | *W6* | *-uring*) continue ;;
    *W8) count=3000 ;;
    *) count=20000 ;;
    esac
    instructions "$program" "$w" $count </dev/null >"$out/count1" &
    instructions "$program" "$w" $((2 * count)) </dev/null >"$out/count2"
    wait $!
    read -r a <"$out/count1" && read -r b <"$out/count2" &&
        echo "$peer $w $(((b - a + count / 2) / count))" >>"$out/counts"
done <"$out/commands"
echo
echo "instructions in user mode per operation, by callgrind"
table "$out/counts"
