#!/bin/sh
# SPDX-License-Identifier: ISC
# All tests, step by step; `check.sh fast` runs the quick ones.  Each step ends
# its output with "N passed, N failed, N skipped"; so does this script, with the
# sums.  A step that fails without counting counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=build/host/fata
logs=build/check
mkdir -p "$logs"
: >"$logs/counts" # of each step: passed, failed, skipped

# Sets `cpu` to the seconds of processor time that this shell's children took.
cpu_time() {
    times >"$logs/times.$1"
    cpu=$(tail -n 1 "$logs/times.$1" | tr 'ms' '  ' | awk '{ printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }')
}

lane=main
# step NAME COMMAND...
step() {
    name=$1
    shift
    log=$logs/$(echo "$name" | tr ' /,' '___').log
    begin=$(date +%s)
    cpu_time $lane
    cpu_before=$cpu
    "$@" >"$log" 2>&1 </dev/null
    status=$?
    line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" |
        tail -n 1)
    p=0 f=0 s=0
    if [ -n "$line" ]; then
        p=$(echo "$line" | sed 's/ passed.*//')
        f=$(echo "$line" | sed 's/.*passed, //; s/ failed.*//')
        s=$(echo "$line" | sed -n 's/.*failed, //; s/ skipped//p')
        : "${s:=0}"
    elif [ $status -eq 0 ]; then
        p=1
    fi
    if [ $status -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    echo "$p $f $s" >>"$logs/counts"
    cpu_time $lane
    echo "$name: $p passed, $f failed, $s skipped ($(($(date +%s) - begin)) s, of a CPU $((cpu - cpu_before)) s)"
    grep -aE '^skip ' "$log" | sed 's/^/  /'
    if [ "$f" -ne 0 ]; then
        grep -aE '^FAIL ' "$log" | sed 's/^/  /'
        echo "  --- the end of $log:"
        tail -n 30 "$log" | sed 's/^/  /'
    fi
}

# Each public header is compiled alone, by both compilers.
headers() {
    n=0 bad=0
    includes=$(find . -path ./build -prune -o -type d -path '*/include' -print |
        sed 's/^/-I/')
    includes="$includes $(pkg-config --cflags libuv)" # fata/uv.h
    # fata/http_engine.h
    includes="$includes -isystem $(sh lib/http/engine/tests/llhttp.sh $fata 2>/dev/null)/include/llhttp"
    for h in $(find . -path ./build -prune -o -path '*/include/fata/*.h' -print); do
        for cc in gcc clang; do
            n=$((n + 1))
            # start.h is for generated code, sys.h for images' libc
            if ! echo "#include <fata/${h##*/fata/}>" |
                $cc -std=c17 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -DFATA_FLAVOUR_HOST=1 \
                    -DFATA_FLAVOUR_IMAGE=0 $includes -x c -fsyntax-only -; then
                echo "FAIL $h alone with $cc"
                bad=$((bad + 1))
            fi
        done
    done
    echo "$((n - bad)) passed, $bad failed"
}

# The pages of docs/ that README or architecture.md name exist, and so on.
links() {
    bad=0 n=0
    for page in README.md CONTRIBUTING.md docs/*.md; do
        for to in $(grep -oE '\]\([^)#:]+\)' "$page" | sed 's/](\(.*\))/\1/'); do
            n=$((n + 1))
            if ! [ -e "$(dirname "$page")/$to" ]; then
                echo "FAIL $page links to $to"
                bad=$((bad + 1))
            fi
        done
    done
    echo "$((n - bad)) passed, $bad failed"
}

format() {
    for tool in clang-format-14 clang-format; do
        $tool --version 2>/dev/null | grep -q ' version 14\.' || continue
        git ls-files '*.c' '*.h' | grep -v '/golden/' |
            xargs $tool --dry-run -Werror && echo "1 passed, 0 failed"
        return
    done
    echo "skip format: clang-format 14 is not installed"
    echo "0 passed, 0 failed, 1 skipped"
}

# The manifest reader on its fuzz corpus, and the manifest tests once more with a
# tool under ASan and UBSan (leaks: the tool ends, and the kernel frees).
sanitized_tool() {
    make -s B=build/host-asan CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
        build/host-asan/fata || return 1
    ASAN_OPTIONS=detect_leaks=0 sh tool/tests/golden.sh build/host-asan/fata
}

corpus() {
    make -s B=build/host-asan build/host-asan/fuzz_manifest || return 1
    ASAN_OPTIONS=detect_leaks=0 build/host-asan/fuzz_manifest tool/tests/corpus_manifest
}

# libslirp behind our guard, on what the image may send.
frames_corpus() {
    if ! [ -x build/host/fata-net ]; then
        echo "skip frames-corpus: fata-net was not built; apt-get install libslirp-dev"
        echo "0 passed, 0 failed, 1 skipped"
        return
    fi
    make -s B=build/host-asan build/host-asan/fuzz_frames || return 1
    ASAN_OPTIONS=detect_leaks=0 build/host-asan/fuzz_frames tender/tests/corpus_frames/*
}

# The HTTP engine against a second parser.
http_corpus() {
    make -s B=build/host-asan build/host-asan/fuzz_http || return 1
    build/host-asan/fuzz_http lib/http/engine/tests/corpus/*
}

websocket_corpus() {
    make -s B=build/host-asan build/host-asan/fuzz_websocket || return 1
    build/host-asan/fuzz_websocket lib/websocket/tests/corpus/*
}

# Replies of name servers.
dns_corpus() {
    make -s build/host/fuzz_dns || return 1
    build/host/fuzz_dns lib/dns/engine/tests/corpus/*
}

# Everything but the ports and what measures them, which other compilers and
# sanitizers would build anew.
rooms="abi async base device examples lib libc platform"

# Of hvt, where it cannot run, nothing is built here: step "ring 0 and SVM" runs
# its images in an emulated machine.
sandboxes=spt,hvt
if ! [ -w /dev/kvm ]; then
    sandboxes=spt
    echo "skip hvt in most steps: there is no /dev/kvm here to write to"
    echo "0 0 1" >>"$logs/counts"
fi

# Two lanes, for two cores.  This one has what does not build in the folder of
# the repository, for which it would have to wait, and at its end the emulated
# machine.
beside() {
    lane=beside
    step "sources" sh tool/tests/source.sh $fata
    step "format" format
    step "manifest mistakes, tool under ASan" sanitized_tool
    step "manifest corpus" corpus
    step "frames corpus" frames_corpus
    step "WebSocket corpus" websocket_corpus
    step "libuv" sh lib/bridge/tests/uv.sh
    step "bench async" sh bench/async/run.sh check
    step "made at build time" sh tool/tests/made.sh $fata
    step "watch" sh tool/tests/watch.sh $fata
    step "add and update" sh tool/tests/add.sh $fata
    step "ports of a program" sh tool/tests/ports.sh $fata
    step "missing system call" sh tests/missing_call.sh $fata
    # After the first long step of the other, as they need a little of it.
    step "threads under TSan" sh tests/tsan.sh $fata gcc
    step "headers alone" headers
    step "HTTP corpus" http_corpus
    step "dns corpus" dns_corpus
    step "host libraries" sh tests/host_library.sh
    step "out of tree" sh tests/out_of_tree.sh $fata
    step "install" sh tests/install.sh
    step "ring 0 and SVM" sh tests/kvm/run.sh $fata
}

# Ports that take minutes to build; on unix make check-slow tests them, and clang
# on what is not of the lower rooms.
slow_ports="ports/libgit2 ports/libxml2 ports/openssl ports/sqlite3"
# shellcheck disable=SC2046 # words
quick_ports=$(ls -d ports/*/tests | sed 's|/tests$||' | grep -vxF "$(printf '%s\n' $slow_ports)")

step "manifest mistakes" sh tool/tests/golden.sh $fata
step "tool" sh tool/tests/e2e.sh $fata
step "manifest reference" sh tool/tests/reference.sh $fata
step "tender spt" sh tender/tests/run.sh build/host/fata-spt
step "tender hvt" sh tender/tests/run_hvt.sh build/host/fata-hvt
step "links in docs" links
if [ "${1:-}" != fast ]; then
    beside >$logs/beside.out 2>&1 &
    second=$!
    trap 'kill $second 2>/dev/null; exit 130' INT TERM
fi
step "unix, $sandboxes" $fata test -t unix,$sandboxes $rooms
if [ "${1:-}" != fast ]; then
    step "sanitizers" $fata test -t unix --sanitize $rooms
    step "sanitized images" $fata test -t $sandboxes --sanitize libc platform device
    step "clang" $fata test -t unix,$sandboxes --cc=clang abi async base device libc platform
    step "aarch64" $fata test -t unix-aarch64 $rooms
    step "aarch64 image" $fata build -t spt-aarch64 examples/hello
    step "ports" $fata test -t $sandboxes ports bench
    # shellcheck disable=SC2086 # words
    step "ports on unix" $fata test -t unix $quick_ports
    step "builds of ports" sh tests/port_builds.sh $fata
    step "toolchain" sh tests/toolchain.sh $fata
    step "user network" sh tests/user_net.sh $fata
    step "website" sh tests/website.sh $fata
    step "echo behind a port" sh tests/user_echo.sh $fata
    step "sockets of the host" sh tests/host_sockets.sh $fata
    step "crashes and gdb" sh tests/debug.sh $fata
    step "plain Solo5 ABI" sh tests/plain_abi.sh $fata
    step "network ring" sh tests/net_ring.sh $fata
    step "size" sh tests/size.sh $fata
    step "system calls reached" sh tests/reach.sh $fata
    step "network" sh tests/network.sh $fata
    step "HTTP" sh tests/http.sh $fata
    step "HTTP in other loops" sh lib/http/tests/loops.sh $fata
    step "names" sh tests/dns.sh $fata
    step "valgrind" sh tests/valgrind.sh $fata
    wait $second
    cat $logs/beside.out
fi
awk '{ p += $1; f += $2; s += $3 }
     END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' $logs/counts
