#!/bin/sh
# SPDX-License-Identifier: ISC
# website.sh FATA: `make demo` as a user meets it - no root, the user-mode
# network - with curl, with headless Chromium (screenshots are kept in
# build/website), stopped by Ctrl-C; and while the sources change.
set -u
cd "$(dirname "$0")/.." || exit 1
fata=$(realpath "${1:?usage: website.sh FATA}")
work=$(mktemp -d) || exit 1
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; rm -rf "$work"' EXIT INT TERM
shots=build/website
passed=0 failed=0 skipped=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    tail -n 40 "$work/said" 2>/dev/null | sed 's/^/    /'
    failed=$((failed + 1))
}
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
    exit
}
# At most a minute, on a busy machine.
until_true() {
    i=0
    while ! eval "$1"; do
        i=$((i + 1))
        [ $i -gt 600 ] && return 1
        sleep 0.1
    done
}
if ! [ -x "$(dirname "$fata")/fata-net" ]; then
    skip website "fata-net was not built; apt-get install libslirp-dev"
    finish
fi

# demo WHERE OPTION...: starts it; $url is where it says it is
demo() {
    where=$1
    shift
    : >"$work/said"
    # What sh starts in the background ignores Ctrl-C, if it is not told otherwise.
    PORT=18080 env --default-signal=INT sh "$where/demo.sh" "$fata" "$@" >"$work/said" 2>&1 </dev/null &
    server=$!
    until_true "grep -q '^ *http://' '$work/said' || ! kill -0 $server 2>/dev/null"
    url=$(sed -n 's,^ *\(http://[^ ]*/\)$,\1,p' "$work/said")
    [ -n "$url" ] && until_true "curl -s -o '$work/page' --max-time 5 '$url'"
}
header() { # NAME CURL-WORD...
    name=$1
    shift
    curl -s --max-time 10 -o "$work/body" -D - "$@" | tr -d '\r' | sed -n "s/^$name: //Ip"
}
status() { rm -f "$work/body"; curl -s --max-time 10 -o "$work/body" -w '%{http_code}' "$@"; }

for target in unix spt; do
    n="$target: the demo says where it is, and a page is there"
    if ! "$fata" build -t $target examples/website >"$work/said" 2>&1; then
        bad "$n" "it does not build"
        continue
    fi
    site=$(ls -d build/gen/program/*website*/site | head -n 1)
    demo examples/website -t $target && grep -q '<title>Fata' "$work/page" && ok "$n" || bad "$n" "no page"
    n="$target: every file arrives as it was rendered"
    wrong=
    for f in "$site"/*; do
        [ "$(status "$url${f##*/}")" = 200 ] && cmp -s "$f" "$work/body" || wrong="$wrong ${f##*/}"
    done
    [ -z "$wrong" ] && ok "$n" || bad "$n" "$wrong"
    n="$target: and compressed, it is the same"
    wrong=
    for f in "$site"/*.html; do
        [ "$(status --compressed "$url${f##*/}")" = 200 ] && cmp -s "$f" "$work/body" || wrong="$wrong ${f##*/}"
    done
    [ "$(header content-encoding -H 'Accept-Encoding: gzip' "$url")" = gzip ] || wrong="$wrong (no gzip)"
    [ -z "$wrong" ] && ok "$n" || bad "$n" "$wrong"
    n="$target: types"
    [ "$(header content-type "$url")" = "text/html; charset=utf-8" ] &&
        [ "$(header content-type "${url}style.css")" = "text/css; charset=utf-8" ] &&
        [ "$(header content-type "${url}icon.svg")" = "image/svg+xml" ] && ok "$n" || bad "$n" "others"
    n="$target: who has it already gets 304"
    tag=$(header etag "$url")
    [ -n "$tag" ] && [ "$(status -H "If-None-Match: $tag" "$url")" = 304 ] && ! [ -s "$work/body" ] &&
        ok "$n" || bad "$n" "tag $tag"
    n="$target: HEAD has no body"
    [ "$(status -I "$url")" = 200 ] && ok "$n" || bad "$n" "another status"
    n="$target: a page of its own for what is not there"
    [ "$(status "${url}no-such-page.html")" = 404 ] && grep -q 'nothing here' "$work/body" && ok "$n" || bad "$n" "another"
    if [ $target = spt ]; then
        # chromium-browser of some distributions is a different thing.
        browser=$(command -v chromium)
        if [ -z "$browser" ]; then
            skip "$target: a browser's visit" "chromium is not installed"
        elif ! command -v python3 >/dev/null; then
            skip "$target: a browser's visit" "python3, which drives it, is not installed"
        else
            mkdir -p "$shots"
            python3 tests/website/browser.py "$browser" "$url" "$shots" >"$work/visit" 2>&1
            sed "s/^ok /ok $target: /; s/^FAIL /FAIL $target: /" "$work/visit"
            passed=$((passed + $(grep -c '^ok ' "$work/visit")))
            failed=$((failed + $(grep -c '^FAIL ' "$work/visit")))
            n="$target: the browser's visit came to its end"
            [ -s "$shots/missing.png" ] && ok "$n" || bad "$n" "no screenshot"
        fi
    fi
    n="$target: Ctrl-C ends it, and it says what it has served"
    kill -INT $server
    wait $server
    code=$?
    server=
    [ $code -eq 0 ] && grep -q 'served [1-9][0-9]* requests: [1-9][0-9]* pages, [1-9][0-9]* not found, [1-9][0-9]* KiB' "$work/said" &&
        ok "$n" || bad "$n" "status $code"
done

n="--watch: a document that changes is served anew, at the same address"
mkdir -p "$work/copy/examples"
cp -r docs README.md CHANGES.md CONTRIBUTING.md "$work/copy"
cp -r examples/website "$work/copy/examples"
demo "$work/copy/examples/website" -t spt --watch
grep -q '<title>Fata' "$work/page" || bad "$n" "it did not start"
sed -i 's/^# Network$/# Network, changed/' "$work/copy/docs/network.md"
until_true "curl -s --max-time 5 '${url}network.html' | grep -q 'Network, changed'" && ok "$n" || bad "$n" "the old one"
n="--watch: a document that is added is in the menu"
printf '# An added page\n\nWith a few words.\n' >"$work/copy/docs/added.md"
until_true "curl -s --max-time 5 '${url}' | grep -q 'added.html'" && ok "$n" || bad "$n" "it is not"
n="--watch: Ctrl-C ends it"
kill -INT $server
wait $server
code=$?
server=
[ $code -eq 0 ] && grep -q 'served' "$work/said" && ok "$n" || bad "$n" "status $code"
finish
