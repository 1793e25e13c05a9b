#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-openssl: OpenSSL in an spt image beside the host's `openssl speed`,
# in turn; both per second of CPU time, so that others on the machine matter less.
# ROUNDS and SECONDS_EACH are how long.
set -eu
cd "$(dirname "$0")/../.."
fata=build/host/fata
rounds=${ROUNDS:-7} seconds=${SECONDS_EACH:-1}
out=build/bench/openssl
mkdir -p "$out"
image=$($fata build -t spt bench/openssl | tail -n 1)
openssl version

# The CPU time of this shell's children so far, in ms: sets `cpu`.  (A subshell
# has children of its own.)
cpu_ms() {
    times >"$out/times"
    cpu=$(awk 'NR == 2 { split($1, t, /[ms]/); printf "%d\n", t[1] * 60000 + t[2] * 1000 }' "$out/times")
}

# in_image WORK COUNT: sets `in_image`, operations per second of CPU time
in_image() {
    cpu_ms
    before=$cpu
    build/host/fata-spt --mem=16 "$image" --work="$1" --count="$2" >"$out/log" 2>&1
    cpu_ms
    in_image=$(($2 * 1000 / (cpu - before)))
}

# on_host WORK: the same of openssl speed
on_host() {
    case $1 in
    sign | verify)
        openssl speed -mr -seconds "$seconds" ecdsap256 2>/dev/null |
            awk -F: -v sign="$1" '/^\+F4/ { printf "%d\n", sign == "sign" ? $4 : $5 }'
        ;;
    *)
        openssl speed -mr -seconds "$seconds" -bytes 16384 -evp "$1" 2>/dev/null |
            awk -F: '/^\+F:/ { printf "%d\n", $4 / 16384 }'
        ;;
    esac
}

median() {
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for work in aes-256-gcm chacha20 chacha20-poly1305 sign verify; do
    rm -f "$out"/image "$out"/host "$out"/ratio
    count=$(($(on_host $work) * seconds))
    for _ in $(seq "$rounds"); do
        host=$(on_host $work)
        in_image $work $count
        echo "$host" >>"$out/host"
        echo "$in_image" >>"$out/image"
        awk "BEGIN { printf \"%.3f\n\", $in_image / $host }" >>"$out/ratio"
    done
    echo "$work: image $(median "$out/image")/s, host $(median "$out/host")/s," \
        "ratio $(median "$out/ratio") ($(sort -n "$out/ratio" | sed -n '1p;$p' | tr '\n' ' ' | sed 's/ $//; s/ / to /'))"
done
