#!/bin/sh
# SPDX-License-Identifier: ISC
# Third-party sources and ports, against a small package repository and file:
# addresses in a temporary folder: no network, no root.
#   tests/source.sh [FATA]    with the fata command the same is tried by it;
#                             DRIVER=file: source_driver.c, built already
set -u
tool=$(realpath "$(dirname "$0")/..")
fata=${1:+$(realpath "$1")}
packages=$tool/packages.sh
T=$(mktemp -d)
trap 'chmod -R u+w "$T" 2>/dev/null; rm -rf "$T"' EXIT
passed=0 failed=0 skipped=0

driver=${DRIVER:-}
if [ -z "$driver" ]; then
    driver=$T/driver
    (cd "$tool" && ${CC:-cc} -std=c17 -g -O1 -fsanitize=address,undefined \
        -fno-sanitize-recover=all -I../base/include -o "$driver" \
        tests/source_driver.c util.c util_file.c lock.c sysroot.c source*.c port.c \
        port_*.c $(pkg-config --cflags --libs jansson libcrypto)) ||
        { echo 'FAIL driver: it does not compile'; echo '0 passed, 1 failed, 0 skipped'; exit 1; }
fi

ok() { echo "ok $1"; passed=$((passed + 1)); }
fail() {
    echo "FAIL $1: $2"
    sed 's/^/    | /' "$T/out" "$T/err" 2>/dev/null | tail -n 40
    failed=$((failed + 1))
}
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }

# run ARGS...: the driver, its words in $T/out and $T/err, its end in $status.
run() {
    "$driver" "$@" >"$T/out" 2>"$T/err"
    status=$?
}
says() { grep -q -e "$1" "$T/err"; }
# expect NAME STATUS [TEXT...]: how `run` ended, and what it said.
expect() {
    name=$1 want=$2
    shift 2
    if [ "$status" != "$want" ]; then
        fail "$name" "status $status instead of $want"
        return 1
    fi
    for text; do
        if ! says "$text"; then
            fail "$name" "did not say: $text"
            return 1
        fi
    done
    ok "$name"
}
sum() { sha256sum "$1" | cut -d' ' -f1; }
# What the library just built answers.
answer() {
    printf '#include <stdio.h>\n#include <foo.h>\nint main(void) { puts(foo()); }\n' >"$T/main.c"
    gcc -I"$(sed -n 1p "$T/out")" "$T/main.c" "$(sed -n 2p "$T/out")" -o "$T/main" && "$T/main"
}
fresh() { # an empty cache and no lock
    FATA_CACHE=$T/cache
    export FATA_CACHE
    rm -rf "$FATA_CACHE" "$T/fata.lock"
}

# --- a library, foo 1.0, and a repository of its revisions ------------------
mkdir -p "$T/repo" "$T/etc/sources.list.d" "$T/system/lists/partial" \
    "$T/system/cache/archives/partial" "$T/port" "$T/up/foo-1.0/src"
cat >"$T/up/foo-1.0/src/foo.c" <<'END'
#include "foo.h"
const char *foo(void)
{
    return "original";
}
END
echo 'const char *foo(void);' >"$T/up/foo-1.0/src/foo.h"
printf '#!/bin/sh\necho configured > config\n' >"$T/up/foo-1.0/configure"
chmod +x "$T/up/foo-1.0/configure"
tar -C "$T/up" -czf "$T/repo/foo_1.0.orig.tar.gz" foo-1.0
cp "$T/repo/foo_1.0.orig.tar.gz" "$T/foo-1.0.tar.gz"
orig=$(sum "$T/foo-1.0.tar.gz")

entry() { # DIR FILE...: lines "sha256 size name" of a package list
    for f; do
        echo " $(sum "$T/repo/$f") $(stat -c %s "$T/repo/$f") $f"
    done
}
revision() { # N: foo 1.0-N, whose patch makes it answer "revision N"
    d=$T/work-$1
    rm -rf "$d"
    mkdir -p "$d/debian/patches" "$d/debian/source"
    echo '3.0 (quilt)' >"$d/debian/source/format"
    echo answer.patch >"$d/debian/patches/series"
    cat >"$d/debian/patches/answer.patch" <<END
--- a/src/foo.c
+++ b/src/foo.c
@@ -1,5 +1,5 @@
 #include "foo.h"
 const char *foo(void)
 {
-    return "original";
+    return "revision $1";
 }
END
    tar -C "$d" -cJf "$T/repo/foo_1.0-$1.debian.tar.xz" debian
    {
        printf 'Format: 3.0 (quilt)\nSource: foo\nBinary: foo\nArchitecture: any\nVersion: 1.0-%s\nMaintainer: A Tester <a@example.org>\nFiles:\n' "$1"
        for f in foo_1.0.orig.tar.gz "foo_1.0-$1.debian.tar.xz"; do
            echo " $(md5sum "$T/repo/$f" | cut -d' ' -f1) $(stat -c %s "$T/repo/$f") $f"
        done
        echo 'Checksums-Sha256:'
        entry foo_1.0.orig.tar.gz "foo_1.0-$1.debian.tar.xz"
    } >"$T/repo/foo_1.0-$1.dsc"
}
lists() { # N...: the repository offers these revisions
    : >"$T/repo/Sources"
    for n; do
        {
            printf 'Package: foo\nBinary: foo\nVersion: 1.0-%s\nArchitecture: any\nFormat: 3.0 (quilt)\nDirectory: .\nFiles:\n' "$n"
            for f in foo_1.0.orig.tar.gz "foo_1.0-$n.debian.tar.xz" "foo_1.0-$n.dsc"; do
                echo " $(md5sum "$T/repo/$f" | cut -d' ' -f1) $(stat -c %s "$T/repo/$f") $f"
            done
            echo 'Checksums-Sha256:'
            entry foo_1.0.orig.tar.gz "foo_1.0-$n.debian.tar.xz" "foo_1.0-$n.dsc"
            echo
        } >>"$T/repo/Sources"
    done
}
revision 1 && revision 2 && revision 10
cp -r "$T/repo" "$T/repo.good"
restore() { rm -rf "$T/repo" && cp -r "$T/repo.good" "$T/repo"; }

cat >"$T/apt.conf" <<END
Dir::Etc::sourcelist "$T/etc/sources.list";
Dir::Etc::sourceparts "$T/etc/sources.list.d";
Dir::State::lists "$T/system/lists";
Dir::Cache "$T/system/cache";
END
APT_CONFIG=$T/apt.conf
export APT_CONFIG
echo "deb [trusted=yes] file:$T/repo ./ # a comment" >"$T/etc/sources.list"

# port FILE FORMS [REST]: a description for the driver.
port() {
    cat >"$T/$1" <<END
{"name": "foo", "version": "1.0", "sha256": "${sha:-$orig}", "dir": "$T/port",
 "source": [$2], ${3:-\"sources\": [\"src/*.c\"], \"include\": [\"src\"]}}
END
}
deb='{"debian": "foo"}'
url="{\"url\": \"file://$T/foo-1.0.tar.gz\"}"
port deb.json "$deb"
port url.json "$url"
port both.json "$deb, $url"

# --- versions ----------------------------------------------------------------
for pair in '1.0-1 1.0-2 -1' '1.0-10 1.0-2 1' '1.0~rc1-1 1.0-1 -1' '1:0.9-1 2.0-1 1' \
    '1.0-1+deb12u1 1.0-1 1' '1.0-1 1.0-1 0' '1.0-1~bpo1 1.0-1 -1' '1.0a-1 1.0+b-1 -1'; do
    set -- $pair
    got=$("$driver" compare "$1" "$2")
    case $got in -*) got=-1 ;; 0) ;; *) got=1 ;; esac
    [ "$got" = "$3" ] && ok "version $1 $2" || fail "version $1 $2" "$got instead of $3"
done

# --- forms -------------------------------------------------------------------
if command -v apt-get >/dev/null && command -v dpkg-source >/dev/null; then
    fresh
    lists 1 2 10
    run build deb.json.missing
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect debian-newest 0 'foo 1.0-10'
    [ "$(answer)" = 'revision 10' ] && ok patches-applied || fail patches-applied "$(answer)"
    grep -q '"revision": "1.0-10"' "$T/fata.lock" && ok lock-created || fail lock-created "$(cat "$T/fata.lock")"

    run build "$T/deb.json" --lock="$T/fata.lock"
    expect null-build 0
    [ -s "$T/err" ] && fail null-build-silent 'it spoke' || ok null-build-silent

    # The lock's revision, though newer ones are on offer.
    lists 1 2
    fresh
    run build "$T/deb.json" --lock="$T/fata.lock"
    cp "$T/fata.lock" "$T/lock-2"
    lists 1 2 10
    rm -rf "$FATA_CACHE"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect pinned-revision 0 'foo 1.0-2'
    [ "$(answer)" = 'revision 2' ] && ok pinned-contents || fail pinned-contents "$(answer)"
    cmp -s "$T/lock-2" "$T/fata.lock" && ok lock-stable || fail lock-stable 'it changed'

    # The mirror moved on: the newer one is accepted and reported; not pinned.
    lists 10
    rm -f "$T/repo/"foo_1.0-[12].*
    rm -rf "$FATA_CACHE"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect newer-accepted 0 'made from foo 1.0-10; fata.lock has foo 1.0-2'
    [ "$(answer)" = 'revision 10' ] && ok newer-contents || fail newer-contents "$(answer)"
    cmp -s "$T/lock-2" "$T/fata.lock" && ok newer-not-pinned || fail newer-not-pinned 'lock changed'
    run build "$T/deb.json" --lock="$T/fata.lock" --offline
    expect newer-offline-again 0 'made from foo 1.0-10'
    run build "$T/deb.json" --lock="$T/fata.lock" --frozen
    expect frozen-refuses 1 'revision 1.0-2 is not on offer (--frozen)'
    run update "$T/deb.json" --lock="$T/fata.lock"
    expect update 0 'foo 1.0: 1.0-2 -> 1.0-10'
    run update "$T/deb.json" --lock="$T/fata.lock"
    expect update-again 0 'still the newest'
    run build "$T/deb.json" --lock="$T/fata.lock" --frozen
    expect frozen-after-update 0
    restore

    # Listed, but not there: the next older one.
    fresh
    lists 1 2 10
    rm "$T/repo/foo_1.0-10.debian.tar.xz"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect older-tried 0 'foo 1.0-10' 'foo 1.0-2'
    [ "$(answer)" = 'revision 2' ] && ok older-contents || fail older-contents "$(answer)"
    # The pinned one is listed, but not there.
    fresh
    cp "$T/lock-2" "$T/fata.lock"
    rm "$T/repo/foo_1.0-2.debian.tar.xz"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect pinned-missing 0 'made from foo 1.0-1; fata.lock has foo 1.0-2'
    restore

    # Stale lists: fetched again before anything else is taken.
    fresh
    lists 1
    run build "$T/deb.json" --lock="$T/fata.lock"
    lists 1 2
    cp "$T/lock-2" "$T/fata.lock"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect stale-lists 0 'foo 1.0-2'
    says 'fata.lock has' && fail stale-lists-exact 'took another' || ok stale-lists-exact

    # Another original archive of the same version is another source.
    fresh
    lists 1 2
    sha=$(echo other | sha256sum | cut -d' ' -f1) port other.json "$deb"
    run build "$T/other.json"
    expect other-archive 1 'offers 1.0-2, 1.0-1, made from another original archive'
    run build "$T/both.json"
    expect forms-in-order 0 'source package foo'
    : >"$T/repo/Sources"
    fresh
    run build "$T/both.json" --lock="$T/fata.lock"
    expect falls-to-url 0
    [ "$(answer)" = original ] && ok url-contents || fail url-contents "$(answer)"
    cp "$T/lock-2" "$T/fata.lock"
    rm -rf "$FATA_CACHE"
    run build "$T/both.json" --lock="$T/fata.lock"
    expect url-for-debian 0 'made from the upstream archive; fata.lock has foo 1.0-2'
    run build "$T/both.json" --lock="$T/fata.lock" --frozen
    expect url-for-debian-frozen 1 'frozen'
    fresh
    run build "$T/deb.json"
    expect not-offered 1 'debian foo: not in this machine' 'the source cannot be obtained'

    # Tampered: the lists promise something else than what lies there.
    lists 1 2
    fresh
    printf x >>"$T/repo/foo_1.0-2.debian.tar.xz"
    bad=$(sum "$T/repo/foo_1.0-2.debian.tar.xz")
    run build "$T/deb.json"
    if [ "$status" = 0 ] && says 'foo_1.0-2.debian.tar.xz is refused' && says "found            $bad" &&
        [ "$(answer)" = 'revision 1' ] && [ ! -e "$FATA_CACHE/archives/$bad" ]; then
        ok tampered-patches
    else
        fail tampered-patches 'not refused as it should be'
    fi
    restore
    # The same revision with other contents than fata.lock's.
    lists 2
    fresh
    sed 's/"foo_1.0-2.debian.tar.xz": "[0-9a-f]*"/"foo_1.0-2.debian.tar.xz": "'"$orig"'"/' \
        "$T/lock-2" >"$T/fata.lock"
    run build "$T/deb.json" --lock="$T/fata.lock"
    expect changed-revision 1 'fata.lock pins another file' 'is not what fata.lock pins'

    # deb822, disabled and source-only entries.
    fresh
    lists 1
    cat >"$T/etc/sources.list.d/x.sources" <<END
# a comment
Types: deb
URIs: file:$T/nowhere
Suites: ./
Enabled: no

Types: deb deb-src
URIs: file:$T/repo
Suites: ./
Trusted: yes
END
    mv "$T/etc/sources.list" "$T/etc/saved"
    run build "$T/deb.json"
    expect deb822 0 'foo 1.0-1'
    grep -q nowhere "$FATA_CACHE/apt/source/parts/fata.sources" && fail deb822-disabled 'it is used' || ok deb822-disabled
    rm "$T/etc/sources.list.d/x.sources"
    mv "$T/etc/saved" "$T/etc/sources.list"

    # Without dpkg-source.
    fresh
    mkdir -p "$T/few"
    for p in apt-get apt-cache apt-config tar gzip xz patch sh gcc ar ninja rm cp as ld dpkg; do
        ln -sf "$(command -v $p)" "$T/few/$p"
    done
    saved=$PATH
    PATH=$T/few
    run build "$T/deb.json"
    PATH=$saved
    expect without-dpkg-source 0
    [ "$(answer)" = 'revision 1' ] && ok without-dpkg-source-patched || fail without-dpkg-source-patched "$(answer)"
    fresh
    rm "$T/few/patch"
    PATH=$T/few
    run build "$T/deb.json"
    PATH=$saved
    expect without-patch 1 'apt-get install dpkg-dev'

    # Files out of a binary package.
    if command -v dpkg-deb >/dev/null; then
        d=$T/bin
        mkdir -p "$d/DEBIAN" "$d/usr/share/foo/src"
        cp "$T/up/foo-1.0/src/"foo.[ch] "$d/usr/share/foo/src/"
        echo junk >"$d/usr/share/foo/junk"
        printf 'Package: foo-src\nVersion: 1.0~x-1\nArchitecture: all\nMaintainer: A Tester <a@example.org>\nDescription: foo\n' >"$d/DEBIAN/control"
        dpkg-deb --root-owner-group -b "$d" "$T/repo/foo-src_1.0~x-1_all.deb" >/dev/null
        {
            cat "$d/DEBIAN/control"
            echo "Filename: ./foo-src_1.0~x-1_all.deb"
            echo "Size: $(stat -c %s "$T/repo/foo-src_1.0~x-1_all.deb")"
            echo "SHA256: $(sum "$T/repo/foo-src_1.0~x-1_all.deb")"
        } >"$T/repo/Packages"
        port bin.json '{"debian-binary": "foo-src", "files": ["usr/share/foo/src/*.[ch]"]}' \
            '"sources": ["*.c"], "include": ["."]'
        fresh
        run build "$T/bin.json"
        expect binary-other-files 1 'the list of its files'
        sha=$(cd "$d" && sha256sum usr/share/foo/src/foo.c usr/share/foo/src/foo.h | sha256sum | cut -c 1-64)
        port bin.json '{"debian-binary": "foo-src", "files": ["usr/share/foo/src/*.[ch]"]}' \
            '"sources": ["*.c"], "include": ["."]'
        fresh
        run build "$T/bin.json" --lock="$T/fata.lock"
        expect binary 0 'foo-src 1.0~x-1'
        [ "$(answer)" = original ] && ok binary-contents || fail binary-contents "$(answer)"
        rm -rf "$FATA_CACHE/ports" "$FATA_CACHE/sources"
        run build "$T/bin.json" --lock="$T/fata.lock" --offline --frozen
        expect binary-offline 0
        sha=
        port nofile.json '{"debian-binary": "foo-src", "files": ["usr/nothing"]}'
        fresh
        run build "$T/nofile.json"
        expect binary-no-file 1 'the package has no file usr/nothing'
        printf x >>"$T/repo/foo-src_1.0~x-1_all.deb"
        fresh
        run build "$T/bin.json"
        expect binary-tampered 1 'cannot be obtained'
    else
        skip binary 'no dpkg-deb'
    fi
else
    skip debian 'apt-get and dpkg-source are needed'
fi

# --- url, cache --------------------------------------------------------------
fresh
run build "$T/url.json" --lock="$T/fata.lock"
expect url 0
mkdir -p "$T/poison"
for p in apt-get apt-cache apt-config curl wget; do
    printf '#!/bin/sh\necho "$0 $*" >> %s/poisoned\nexit 1\n' "$T" >"$T/poison/$p"
    chmod +x "$T/poison/$p"
done
mv "$T/foo-1.0.tar.gz" "$T/away"
for gone in ports 'ports sources'; do
    for d in $gone; do rm -rf "$FATA_CACHE/$d"; done
    saved=$PATH
    PATH=$T/poison:$PATH
    run build "$T/url.json" --lock="$T/fata.lock"
    PATH=$saved
    expect "no network without $gone" 0
done
rm -f "$T/fata.lock"
run build "$T/url.json" --lock="$T/fata.lock" --offline
expect offline-new-project 0
[ -e "$T/poisoned" ] && fail untouched "$(cat "$T/poisoned")" || ok untouched
cp "$T/fata.lock" "$T/lock-url"
run build "$T/url.json" --frozen --lock="$T/none"
expect frozen-without-lock 1 'has no entry for it'
fresh
run build "$T/url.json" --offline
expect offline-empty 1 'keeps off the network'
run build "$T/url.json"
expect url-missing 1 'url file:.*No such file'

# A tampered archive, by name and in the cache.
cp "$T/away" "$T/foo-1.0.tar.gz"
printf x >>"$T/foo-1.0.tar.gz"
bad=$(sum "$T/foo-1.0.tar.gz")
run build "$T/url.json"
expect tampered-url 1 'foo-1.0.tar.gz is refused' "expected SHA-256 $orig" "found            $bad"
[ -e "$FATA_CACHE/archives/$bad" ] || [ -e "$FATA_CACHE/archives/$orig" ] && fail tampered-not-kept 'it is in the cache' || ok tampered-not-kept
mv "$T/away" "$T/foo-1.0.tar.gz"
run build "$T/url.json" --lock="$T/fata.lock"
rm -rf "$FATA_CACHE/ports" "$FATA_CACHE/sources"
printf x >>"$FATA_CACHE/archives/$orig/foo-1.0.tar.gz"
run build "$T/url.json" --lock="$T/fata.lock" --offline
expect damaged-cache-offline 1 'damaged in the cache'
run build "$T/url.json" --lock="$T/fata.lock"
expect damaged-cache-refetched 0

# Locks of strangers.
for bad in '{"version":1,"ports":{"foo":{"version":"1.0","sha256":"'$orig'","form":"url","files":{"../../x":"'$orig'"}}}}' \
    '{"version":1,"ports":{"foo":{"version":"1.0","sha256":"'$orig'","form":"url","files":{"x":"zz"}}}}'; do
    echo "$bad" >"$T/fata.lock"
    run build "$T/url.json" --lock="$T/fata.lock"
    expect damaged-lock 1 'entry of foo is damaged'
done
echo '{"version":1,' >"$T/fata.lock"
run build "$T/url.json" --lock="$T/fata.lock"
expect unreadable-lock 1 'fata.lock:[0-9]*:[0-9]*:'
echo '{"version":2,"ports":{}}' >"$T/fata.lock"
run build "$T/url.json" --lock="$T/fata.lock"
expect newer-lock 1 'newer fata'
rm "$T/fata.lock"

# --- builds ------------------------------------------------------------------
port cmds.json "$url" '"include": ["src"], "build": [["./configure"],
  ["sh", "-c", "test -f config && test \"$PWD\" = \"$SRC\""],
  ["gcc", "-c", "src/foo.c", "-o", "foo.o"], ["ar", "rcs", "$OUT/lib/libfoo.a", "foo.o"]]'
run build "$T/cmds.json"
expect build-commands 0
[ "$(answer)" = original ] && ok build-commands-result || fail build-commands-result "$(answer)"
[ -e "$(echo "$FATA_CACHE"/sources/foo-*)/config" ] && fail scratch-copy 'the source was written to' || ok scratch-copy

port broken.json "$url" '"build": [["sh", "-c", "seq 1 100; exit 3"]]'
run build "$T/broken.json"
log=$(sed -n 's/^fata: all of it: //p' "$T/err")
if [ "$status" = 1 ] && grep -qx 100 "$T/err" && grep -qx 71 "$T/err" && ! grep -qx 70 "$T/err" && grep -qx 70 "$log"; then
    ok failing-build
else
    fail failing-build 'not the last 30 lines and where the rest is'
fi
ls "$FATA_CACHE/tmp" | grep -q . && fail failing-build-cleans 'tmp/ is not empty' || ok failing-build-cleans
port noglob.json "$url" '"sources": ["src/*.x"]'
run build "$T/noglob.json"
expect no-such-source 1 'matches no file of foo 1.0'

# Killed in the middle, then run again.
port slow.json "$url" '"include": ["src"], "build": [["sh", "-c", "test -e '"$T"'/quick || { touch '"$T"'/started; sleep 20; }; gcc -c src/foo.c && ar rcs $OUT/lib/libfoo.a foo.o"]]'
"$driver" build "$T/slow.json" >"$T/out" 2>"$T/err" &
pid=$!
n=0
while [ ! -e "$T/started" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
kill -9 $pid
wait $pid 2>/dev/null
[ -d "$FATA_CACHE/tmp/foo" ] && ok interrupted || fail interrupted 'nothing was under way'
touch "$T/quick"
run build "$T/slow.json"
expect interrupted-again 0
ls "$FATA_CACHE/tmp" | grep -q . && fail interrupted-cleaned 'tmp/ is not empty' || ok interrupted-cleaned

# Two at a time: one builds, the other waits for it.
port two.json "$url" '"include": ["src"], "build": [["sh", "-c", "echo x >> '"$T"'/count; sleep 1; gcc -c src/foo.c && ar rcs $OUT/lib/libfoo.a foo.o"]]'
"$driver" build "$T/two.json" --lock="$T/fata.lock" >"$T/out1" 2>"$T/err1" &
one=$!
"$driver" build "$T/two.json" --lock="$T/fata.lock" >"$T/out2" 2>"$T/err2" &
two=$!
wait $one; a=$?
wait $two; b=$?
if [ "$a$b" = 00 ] && cmp -s "$T/out1" "$T/out2" && [ "$(wc -l <"$T/count")" = 1 ]; then
    ok two-at-a-time
else
    fail two-at-a-time "status $a and $b, $(wc -l <"$T/count") builds"
fi

# What determines a build: the port's own files, flavours, flags.
first=$(sed -n 1p "$T/out1")
echo 'int extra;' >"$T/port/extra.c"
run build "$T/two.json"
[ "$(sed -n 1p "$T/out")" != "$first" ] && ok key-own-files || fail key-own-files 'the same build'
rm "$T/port/extra.c"
run build "$T/two.json"
[ "$(sed -n 1p "$T/out")" = "$first" ] && ok key-back || fail key-back 'another build'
run build "$T/two.json" --flavour=pie
[ "$(sed -n 1p "$T/out")" != "$first" ] && ok key-flavour || fail key-flavour 'the same build'
echo 'int extra(void) { return 1; }' >"$T/port/extra.c"
port own.json "$url" '"sources": ["src/*.c", "./extra.c"], "include": ["src"], "defines": ["A=\"b c\""]'
run build "$T/own.json"
expect own-files 0
nm "$(sed -n 2p "$T/out")" | grep -q ' T extra' && ok own-files-in-archive || fail own-files-in-archive "$(nm "$(sed -n 2p "$T/out")")"
strings -a "$(sed -n 2p "$T/out")" | grep -q "$T" && fail no-paths 'the archive names this folder' || ok no-paths

# --- the fata command --------------------------------------------------------
tool() {
    "$fata" "$@" >"$T/out" 2>"$T/err"
    status=$?
}
if [ -n "$fata" ]; then
    fresh
    rm -f "$T/port/extra.c"
    mkdir -p "$T/project/ports/foo"
    cat >"$T/project/fata.yml" <<END
unikernel: greet
sources: [main.c]
requires: [foo]
END
    cat >"$T/project/main.c" <<'END'
#include <foo.h>
#include <stdio.h>
#include "app.h"
int start(struct app *app) { (void)app; puts(foo()); return 0; }
END
    cat >"$T/project/ports/foo/fata.yml" <<END
component: foo
version: 1.0
licence: ISC
sha256: $orig
source:
  - debian: foo
  - url: file://$T/foo-1.0.tar.gz
sources: [src/*.c]
include: [src]
END
    rm -f "$T/repo/Packages"
    lists 1 2 2>/dev/null
    tool run -t unix "$T/project"
    expect fata-run 0
    grep -qx -e 'revision 2' -e original "$T/out" && ok fata-run-result || fail fata-run-result 'not the library'
    grep -q '"foo"' "$T/project/fata.lock" && ok fata-lock || fail fata-lock 'no entry'
    tool build -t unix "$T/project"
    expect fata-null-build 0
    rm -rf "$T/project/build" "$FATA_CACHE/ports" "$FATA_CACHE/sources"
    saved=$PATH
    PATH=$T/poison:$PATH
    tool run -t unix --offline --frozen "$T/project"
    PATH=$saved
    expect fata-offline-frozen 0
    rm "$T/project/fata.lock"
    tool build -t unix --frozen "$T/project"
    expect fata-frozen-no-lock 1 'has no entry for it'
    sed -i "s/^sha256: ..../sha256: 0000/" "$T/project/ports/foo/fata.yml"
    tool build -t unix "$T/project"
    expect fata-wrong-hash 1 'is refused' 'expected SHA-256 0000' "found            $orig"
    [ -s "$T/out" ] && fail fata-no-output 'a failed build prints a path' || ok fata-no-output
else
    skip fata 'no fata command was given'
fi

# --- the ports of this repository --------------------------------------------
for yml in "$tool"/../ports/*/fata.yml; do
    name=$(basename "$(dirname "$yml")")
    wrong=
    grep -qx "component: $name" "$yml" || wrong="$wrong component"
    for key in doc version licence source; do
        grep -q "^$key:" "$yml" || wrong="$wrong $key"
    done
    hash=$(sed -n 's/^sha256: //p' "$yml")
    echo "$hash" | grep -qxE '[0-9a-f]{64}' || wrong="$wrong sha256"
    grep -q "\"sha256\": \"$hash\"" "$tool/../fata.lock" || wrong="$wrong fata.lock"
    grep -qE '^ +- *\{? *(debian|debian-binary|url):' "$yml" || wrong="$wrong forms"
    [ -z "$wrong" ] && ok "port $name" || fail "port $name" "missing or wrong:$wrong"
done

# --- packages.sh -------------------------------------------------------------
sh_packages() {
    sh "$packages" "$@" >"$T/out" 2>"$T/err"
    status=$?
}
if command -v dpkg-deb >/dev/null && command -v apt-get >/dev/null; then
    fresh
    sh_packages dpkg
    expect packages-installed 0
    [ -s "$T/err" ] && fail packages-silent 'it spoke' || ok packages-silent
    sh_packages --private no-such-package
    expect packages-unknown 1 'apt-get install --no-install-recommends no-such-package'
    d=$T/hosttool
    mkdir -p "$d/DEBIAN" "$d/usr/bin" "$d/usr/lib/pkgconfig" "$d/usr/include"
    printf '#!/bin/sh\necho made here\n' >"$d/usr/bin/fata-test-tool"
    chmod 755 "$d/usr/bin/fata-test-tool"
    printf 'Package: fata-test-tool\nVersion: 1-1\nArchitecture: all\nMaintainer: A Tester <a@example.org>\nDescription: tool\n' >"$d/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$d" "$T/repo/tool.deb" >/dev/null
    {
        cat "$d/DEBIAN/control"
        echo "Filename: ./tool.deb"
        echo "Size: $(stat -c %s "$T/repo/tool.deb")"
        echo "SHA256: $(sum "$T/repo/tool.deb")"
    } >"$T/repo/Packages"
    sh_packages --private --makefile "$T/private.mk" fata-test-tool
    expect packages-private 0 'without root: unpacking fata-test-tool'
    printf -- '-include %s\nall:\n\t@fata-test-tool\n' "$T/private.mk" >"$T/Makefile"
    [ "$(make -s -C "$T" 2>&1)" = 'made here' ] && ok packages-make || fail packages-make "$(make -s -C "$T" 2>&1)"
    [ "$(. "$FATA_CACHE/host/env.sh" && fata-test-tool)" = 'made here' ] && ok packages-env || fail packages-env 'not found'
    sh_packages --private fata-test-tool
    [ "$status" = 0 ] && [ ! -s "$T/err" ] && ok packages-again || fail packages-again 'not skipped'
else
    skip packages 'apt-get and dpkg-deb are needed'
fi
mkdir -p "$T/bare"
for p in sh id grep sed head cat; do ln -sf "$(command -v $p)" "$T/bare/$p"; done
PATH=$T/bare sh "$packages" ninja-build libfyaml-dev >"$T/out" 2>"$T/err"
status=$?
expect packages-no-apt 1 'has no apt' 'ninja-build libfyaml-dev'

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
