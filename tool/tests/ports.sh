#!/bin/sh
# SPDX-License-Identifier: ISC
# Ports of a program: what goes wrong with them, licences, bills of materials.
# On a toolkit of a few lines, with ports from file: addresses.   ports.sh FATA
set -u
fata=$(realpath "${1:?usage: ports.sh FATA}")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
unset FATA_CC SOURCE_DATE_EPOCH
export FATA_ROOT="$work/root" FATA_CACHE="$work/cache" LC_ALL=C
passed=0 failed=0 skipped=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    tail -n 40 "$work/out" "$work/err" 2>/dev/null | sed 's/^/    /'
    failed=$((failed + 1))
}
# try NAME STATUS COMMAND...: runs it, keeps out and err
try() {
    name=$1 want=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq "$want" ]; then return 0; fi
    bad "$name" "status $status, not $want"
    return 1
}
has() { grep -qF -- "$2" "$work/$1"; }
. "$here/toolkit.sh"
. "$here/make_port.sh"

mkdir -p "$work/p" && cd "$work/p" || exit 1
manifest() { printf 'unikernel: p\nsources: [main.c]\nrequires: [run%s]\n' "$1" >fata.yml; }
cat >main.c <<'C'
#include <stdio.h>
#include <foo.h>
#include "app.h"
int start(struct app *app)
{
    (void)app;
    puts(foo_version());
    return 0;
}
C
make_port foo foo 1
manifest ', foo'

# --- two that offer the same ---
n="two ports with the same symbol"
make_port twin twin 1 'sources: [src/*.c, ./more.c]'
echo 'int foo_version; ' >twin/more.c
manifest ', foo, twin'
try "$n" 2 "$fata" build -t unix && {
    has err 'ports `foo` (required by p) and `twin` (required by p) both define `foo_version`' &&
        [ "$(grep -c error "$work/err")" = 1 ] && ok "$n" || bad "$n" text
}
n="two ports with the same header"
rm twin/more.c
make_port twin twin 1 'sources: [src/*.c]'
sed -i 's/^include: .*/include: [src, .\/include]/' twin/fata.yml
mkdir twin/include && echo '/* another */' >twin/include/foo.h
try "$n" 2 "$fata" build -t unix && { has err 'both have the header `foo.h`; require one of them' && ok "$n" || bad "$n" text; }
n="one that knows of the other may"
echo 'requires: [foo]' >>twin/fata.yml
try "$n" 0 "$fata" build -t unix && ok "$n"
n="two ports that provide the same"
rm -r twin
make_port twin twin 1
echo 'provides: version' >>twin/fata.yml
echo 'provides: version' >>foo/fata.yml
try "$n" 2 "$fata" build -t unix && {
    has err '`foo` and `twin` both provide `version` in this build for unix' && ok "$n" || bad "$n" text
}
rm -r twin
manifest ', foo'
n="and one of them is fine"
try "$n" 0 "$fata" run -t unix && { has out 'foo 1' && ok "$n" || bad "$n" output; }

# --- sources that cannot be had ---
fresh() {
    rm -rf "$FATA_CACHE" build fata.lock foo
    make_port foo foo 1
}
# again NAME: after what went wrong, the same command does it all.
again() {
    try "$1: the next run" 0 "$fata" run -t unix || return
    if ! has out 'foo 1'; then bad "$1: the next run" output
    elif ls -A "$FATA_CACHE/tmp" | grep -q .; then bad "$1: the next run" "tmp is not empty"
    elif ! grep -q '"foo"' fata.lock; then bad "$1: the next run" "no lock"
    else ok "$1: the next run"; fi
}
# nothing NAME: a run that failed has left no part behind
nothing() {
    if ls "$FATA_CACHE/ports" 2>/dev/null | grep -q .; then bad "$1" "a port was left"
    elif [ -e fata.lock ]; then bad "$1" "a lock was left"
    elif ls build 2>/dev/null | grep -q unix; then bad "$1" "an image was left"
    else ok "$1"; fi
}
n="a wrong hash"
fresh
cp foo/foo-1.tar "$work/good.tar"
printf x >>foo/foo-1.tar
try "$n" 1 "$fata" build -t unix && {
    has err 'foo-1.tar is refused' && has err 'expected SHA-256' && has err 'port `foo` was not built' && nothing "$n" || bad "$n" text
}
cp "$work/good.tar" foo/foo-1.tar
again "$n"
n="no network"
fresh
sed -i 's|url: .*|url: "http://127.0.0.1:9/foo-1.tar" }]|' foo/fata.yml
try "$n" 1 "$fata" build -t unix && {
    has err 'foo 1: the source cannot be obtained' && has err 'url http://127.0.0.1:9/foo-1.tar: ' && nothing "$n" || bad "$n" text
}
sed -i "s|url: .*|url: \"file://$work/p/foo/foo-1.tar\" }]|" foo/fata.yml
again "$n"
n="an archive that has moved"
fresh
mv foo/foo-1.tar foo/away
try "$n" 1 "$fata" build -t unix && { has err 'foo-1.tar: No such file' && nothing "$n" || bad "$n" text; }
mv foo/away foo/foo-1.tar
again "$n"
n="a truncated archive of the right hash"
fresh
head -c 1100 foo/foo-1.tar >foo/cut && mv foo/cut foo/foo-1.tar
sed -i "s/^sha256: .*/sha256: $(sha256sum foo/foo-1.tar | cut -d ' ' -f 1)/" foo/fata.yml
try "$n" 1 "$fata" build -t unix && { has err 'foo: foo-1.tar: tar failed' && nothing "$n" || bad "$n" text; }
make_port foo foo 1
again "$n"
n="a build that fails"
fresh
make_port foo foo 1 'build: [[sh, "-c", "seq 1 100; exit 3"]]'
try "$n" 1 "$fata" build -t unix && {
    log=$(sed -n 's/^fata: all of it: //p' "$work/err")
    grep -qx 100 "$work/err" && grep -qx 71 "$work/err" && ! grep -qx 70 "$work/err" && grep -qx 70 "$log" &&
        nothing "$n" || bad "$n" text
}
make_port foo foo 1
again "$n"
n="a source that does not compile"
fresh
make_port foo foo 1 'sources: [src/*.c, ./bad.c]'
echo 'mistake' >foo/bad.c
try "$n" 1 "$fata" build -t unix && { has err 'bad.c' && has err 'all of it: ' && nothing "$n" || bad "$n" text; }
rm foo/bad.c
make_port foo foo 1
again "$n"

# --- interrupted: in the middle of fetching, unpacking, building ---
mkdir -p "$work/slow"
# stop PROGRAM: a program in front of the real one that stops in the middle.
stops() {
    rm -f "$work/slow"/* "$work/started"
    cat >"$work/slow/$1" <<S
#!/bin/sh
# What a killed program may have written.
for word; do last=\$word; done
[ -d "\$last" ] && echo half >"\$last/half"
echo \$\$ >"$work/started"
exec sleep 30
S
    chmod +x "$work/slow/$1"
}
# interrupt NAME SIGNAL
interrupt() {
    PATH=$work/slow:$PATH setsid env --default-signal=INT "$fata" build -t unix >"$work/out" 2>"$work/err" &
    pid=$!
    i=0
    until [ -s "$work/started" ] || [ $i -gt 300 ]; do
        i=$((i + 1))
        sleep 0.05
    done
    if ! [ -s "$work/started" ]; then
        bad "$1" "it did not get there"
        kill -KILL $pid
        wait $pid
        return
    fi
    kill "-$2" "$(pgrep -s $pid -o)"
    wait $pid 2>/dev/null
    i=0
    while kill -0 "$(cat "$work/started")" 2>/dev/null && [ $i -lt 100 ]; do
        i=$((i + 1))
        sleep 0.05
    done
    kill -0 "$(cat "$work/started")" 2>/dev/null && bad "$1" "what it had started goes on" || nothing "$1"
    rm -f "$work/slow"/*
    again "$1"
}
if command -v setsid >/dev/null; then
    for signal in KILL INT TERM; do
        fresh
        stops tar
        interrupt "unpacking, SIG$signal" $signal
        fresh
        stops ninja
        interrupt "building, SIG$signal" $signal
    done
    fresh
    sed -i "s|url: file.*|url: \"http://127.0.0.1:9/foo-1.tar\" }]|; s|url: \"file.*|url: \"http://127.0.0.1:9/foo-1.tar\" }, { url: \"file://$work/p/foo/foo-1.tar\" }]|" foo/fata.yml
    stops curl
    interrupt "fetching, SIGKILL" KILL
else
    echo "skip interrupted builds: no setsid"; skipped=$((skipped + 1))
fi

n="a full disk"
fresh
cat >"$work/full.sh" <<'S'
mount -t tmpfs -o size=24k none "$FATA_CACHE" 2>/dev/null || exit 77
"$1" build -t unix
status=$?
ls -A "$FATA_CACHE/ports" "$FATA_CACHE/tmp" 2>/dev/null >"$FATA_CACHE/../left"
exit $status
S
mkdir -p "$FATA_CACHE"
unshare -m sh "$work/full.sh" "$fata" >"$work/out" 2>"$work/err"
status=$?
if [ $status -eq 77 ] || grep -q 'unshare' "$work/err"; then
    echo "skip $n: a file system cannot be mounted here"; skipped=$((skipped + 1))
elif [ $status -ne 1 ]; then bad "$n" "status $status"
elif ! has err 'No space left on device'; then bad "$n" text
else nothing "$n"; fi
rm -rf "$FATA_CACHE"
again "$n"

# --- licences ---
manifest ', foo, unused, plain, heads'
printf 'version: "2.0"\nlicence: LicenseRef-mine\n' >>fata.yml
echo 'All mine.' >LICENSE
make_port unused unused 1
mkdir -p plain && printf 'component: plain\nsources: [plain.c]\n' >plain/fata.yml
echo 'int plain = 1;' >plain/plain.c
sed -i 's/puts(foo/extern int plain; plain++; puts(foo/' main.c
mkdir -p heads/include && printf 'component: heads\nlicence: 0BSD\n' >heads/fata.yml
echo 'static inline int heads(void) { return 1; }' >heads/include/heads.h
echo 'The licence of the toolkit.' >"$FATA_ROOT/LICENSE"
n="licences of what is in the image"
try "$n" 0 "$fata" licenses -t unix && {
    grep -qE '^  p +2.0 +LicenseRef-mine +[0-9,]+  LICENSE$' "$work/out" &&
        grep -qE '^  foo +1 +MIT +[0-9,]+  .*/LICENSE$' "$work/out" &&
        grep -qE '^  run +- +ISC +[0-9,]+  .*LICENSE$' "$work/out" &&
        grep -qE '^  plain +- +not said ' "$work/out" && grep -qE '^  heads +- +0BSD +0 ' "$work/out" &&
        has out 'no licence is said of: plain' && has out 'required, and not in the image: ' &&
        grep -qE 'not in the image: .*unused' "$work/out" && ! grep -qE '^  unused ' "$work/out" && ok "$n" || bad "$n" output
}
n="their texts"
try "$n" 0 "$fata" licenses -t unix --full && {
    has out 'The licence of foo: do what you like.' && has out 'All mine.' &&
        [ "$(grep -c 'The licence of the toolkit.' "$work/out")" = 1 ] && ! has out 'The licence of unused' && ok "$n" || bad "$n" output
}
n="a text by its name"
echo 'licence-files: [src/*.h]' >>foo/fata.yml
try "$n" 0 "$fata" licenses -t unix --full && { has out '=== foo: foo.h' && ok "$n" || bad "$n" output; }
n="a text that is not there"
sed -i 's/^licence-files: .*/licence-files: [none]/' foo/fata.yml
try "$n" 2 "$fata" licenses -t unix && { has err 'foo/fata.yml:9:' && ok "$n" || bad "$n" text; }
sed -i '/^licence-files/d' foo/fata.yml
n="of an image that does not build"
echo mistake >>main.c
try "$n" 1 "$fata" licenses -t unix && ok "$n"
try "$n (sbom)" 1 "$fata" sbom -t unix -o "$work/no.json" && [ ! -e "$work/no.json" ] && ok "$n (sbom)"
sed -i '$d' main.c

# --- bills of materials ---
n="a bill of materials"
try "$n" 0 "$fata" sbom -t unix && cp "$work/out" "$work/sbom.json" && ok "$n"
n="is the same again, and in a file"
try "$n" 0 "$fata" sbom -t unix -o "$work/again.json" && { cmp -s "$work/sbom.json" "$work/again.json" && [ ! -s "$work/out" ] && ok "$n" || bad "$n" "another"; }
n="has the time that is given"
(SOURCE_DATE_EPOCH=1700000000 && export SOURCE_DATE_EPOCH && try "$n" 0 "$fata" sbom -t unix) && { has out '"created": "2023-11-14T22:13:20Z"' && ok "$n" || bad "$n" output; }
n="and no other"
(SOURCE_DATE_EPOCH=soon && export SOURCE_DATE_EPOCH && try "$n" 2 "$fata" sbom -t unix) && ok "$n"
n="is of one target"
mkdir -p other && printf 'target: other\nflavour: host\nsources: [o.c]\n' >other/fata.yml && echo 'int other;' >other/o.c
try "$n" 2 "$fata" sbom -t unix,other && ok "$n"
n="changes with the image"
sed -i 's/puts(foo_version())/puts(foo_version()), puts("more")/' main.c
try "$n" 0 "$fata" sbom -t unix && ! cmp -s "$work/out" "$work/sbom.json" &&
    [ "$(grep -c documentNamespace "$work/out")" = 1 ] && ! grep -qF "$(grep documentNamespace "$work/sbom.json")" "$work/out" && ok "$n" || bad "$n" "it is the same"
n="keeps to SPDX 2.3"
if command -v python3 >/dev/null; then
    try "$n" 0 python3 "$here/spdx.py" "$work/sbom.json" p foo run plain heads && ok "$n"
    n="the check of SPDX finds mistakes"
    wrong=0
    # Of two the first place alone: everywhere it would be another good document.
    for change in 's/"SPDX-2.3"/"SPDX-2.2"/' '0,/"SPDXRef-foo"/ s/"SPDXRef-foo"/"SPDXRef-bar"/' 's/"algorithm": "SHA256"/"algorithm": "SHA-256"/' \
        's/"MIT"/"MIT AND"/' 's/"STATIC_LINK"/"LINK"/' 's/"created": "1970/"created": "70/' 's/"filesAnalyzed"/"analyzed"/' \
        '0,/LicenseRef-mine/ s/LicenseRef-mine/LicenseRef-yours/'; do
        sed "$change" "$work/sbom.json" >"$work/wrong.json"
        cmp -s "$work/sbom.json" "$work/wrong.json" && { wrong=1; echo "changes nothing: $change" >"$work/out"; }
        python3 "$here/spdx.py" "$work/wrong.json" p foo >/dev/null 2>&1 && { wrong=1; echo "$change" >"$work/out"; }
    done
    [ $wrong -eq 0 ] && ok "$n" || bad "$n" "it took one"
else
    echo "skip $n: no python3"; skipped=$((skipped + 1))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
