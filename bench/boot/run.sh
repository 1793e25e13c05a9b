#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-boot: size, time from exec to exit and memory of examples/hello
# without its sleeps, beside an empty static C program of the same run.
set -eu
cd "$(dirname "$0")/../.."
. tests/have.sh
host=build/host
out=build/bench
runs=${RUNS:-300}
mkdir -p $out
${CC:-cc} -O2 -Wall -Wextra -o $out/exec_time bench/boot/exec_time.c
echo 'int main(void) { return 0; }' | ${CC:-cc} -O2 -static -x c -o $out/empty -

spt=$($host/fata build -t spt examples/hello 2>/dev/null | tail -n 1)
unix=$($host/fata build -t unix examples/hello 2>/dev/null | tail -n 1)

words="--pause=0s --rounds=1 --tz=CET-1CEST,M3.5.0,M10.5.0/3"

hvt=
if have_kvm && [ -x $host/fata-hvt ]; then
    image=$($host/fata build -t hvt examples/hello 2>/dev/null | tail -n 1)
    hvt="$host/fata-hvt --mem=2 $image $words"
else
    echo "without hvt: /dev/kvm cannot be opened"
fi
echo "size of the spt image, stripped: $(wc -c <"$spt") bytes"
echo "from exec to exit, $runs runs in turn:"
$out/exec_time "$runs" "$out/empty" "$host/fata-spt --mem=2 $spt $words" \
    "$host/fata-spt --mem=512 $spt $words" "$unix $words" ${hvt:+"$hvt"}

# Private dirty pages of the tender: all mappings but the guest's, which lies
# below 4 GiB.
$host/fata-spt --mem=32 "$spt" --pause=1h >/dev/null &
pid=$!
sleep 0.5
awk '/^[0-9a-f]+-[0-9a-f]+ / { split($1, a, "-"); guest = length(a[1]) <= 8 }
     /^Private_Dirty:/ { if (guest) g += $2; else t += $2 }
     END { print "private dirty memory: tender " t " KiB, guest " g " KiB" }' \
    /proc/$pid/smaps
kill $pid
wait $pid || true
