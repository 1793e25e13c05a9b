#!/bin/sh
# SPDX-License-Identifier: ISC
# fata run --watch: builds and runs anew when a source changes, keeps what runs
# while something is wrong, and leaves no process behind.   watch.sh FATA
set -u
fata=$(realpath "${1:?usage: watch.sh FATA}")
work=$(mktemp -d) || exit 1
watcher=
trap '[ -z "$watcher" ] || kill -KILL $watcher 2>/dev/null; rm -rf "$work"' EXIT INT TERM
export LC_ALL=C
passed=0 failed=0 skipped=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    sed 's/^/    /' "$work/said"
    failed=$((failed + 1))
}
# At most 60 s, mostly for the first build.
until_true() {
    i=0
    while ! eval "$1"; do
        i=$((i + 1))
        [ $i -gt 600 ] && return 1
        sleep 0.1
    done
}
# says NAME TEXT [TIMES]: within time the output has so many lines with it
says() {
    until_true "[ \$(grep -cF -- '$2' '$work/said') -ge ${3:-1} ]" && ok "$1" || bad "$1" "no \"$2\""
}
# In a session of its own, so that all its processes can be found.
watch() {
    : >"$work/said"
    setsid "$fata" run --watch "$@" >"$work/said" 2>&1 </dev/null &
    watcher=$!
}
none_left() { ! ps -o pid= -s "$watcher" | grep -q .; }
ends() { # NAME SIGNAL STATUS
    kill "-$2" $watcher
    wait $watcher
    status=$?
    if [ $status -ne "$3" ]; then bad "$1" "status $status, not $3"
    elif ! until_true none_left; then bad "$1" "left: $(ps -o args= -s $watcher)"
    else ok "$1"; fi
    watcher=
}

mkdir -p "$work/p/site" "$work/p/extra" && cd "$work/p" || exit 1
cat >fata.yml <<'Y'
unikernel: watched
sources: [main.c]
requires: [run, kv, extra]
devices:
  site: { kind: kv-ro, from: site/ }
Y
printf 'component: extra\n' >extra/fata.yml
mkdir -p extra/include
echo '#define EXTRA "extra 1"' >extra/include/extra.h
cat >main.c <<'Y'
#include <extra.h>
#include <fata/kv.h>
#include <fata/run.h>
#include <stdio.h>
#include <unistd.h>
#include "app.h"
#define WORD "word 1"
int start(struct app *app)
{
    const struct fata_kv_value *v;
    if (fata_kv_get(app->site, "page", 4, &v) == 0)
        printf("%s, %s, %.*s.\n", WORD, EXTRA, (int)v->size, (const char *)v->data);
    fflush(stdout);
    if (app->argc > 1)
        return 7;
    return fata_sleep(FATA_S(1000)) == FATA_ECANCELED ? 0 : 1;
}
Y
printf 'page 1' >site/page

watch -t unix
says "it builds and runs" "word 1, extra 1, page 1."
sed -i 's/word 1/word 2/' main.c
says "a source that changed" "word 2, extra 1, page 1."
printf 'page 2' >site/new && mv site/new site/page
says "a file of a folder in the image, replaced by a rename" "word 2, extra 1, page 2."
echo '#define EXTRA "extra 2"' >extra/include/extra.h
says "a header of another component" "word 2, extra 2, page 2."
n="a change that makes no other image"
lines=$(grep -c 'word 2, extra 2' "$work/said")
echo '/* a remark */' >>main.c
until_true "grep -q 'main.c changed' '$work/said'"
sleep 1.5
[ "$(grep -c 'word 2, extra 2' "$work/said")" -eq "$lines" ] && ok "$n" || bad "$n" "it was started again"
sed -i 's/int start/itn start/' main.c
says "what does not compile is shown" "itn"
says "and what ran goes on" "not built; the old image goes on"
n="its process is the same"
ps -o args= -s "$watcher" | grep -q 'watched' && ok "$n" || bad "$n" "it is gone"
sed -i 's/itn start/int start/; s/word 2/word 3/' main.c
says "and after it is put right" "word 3, extra 2, page 2."
sed -i 's/kind: kv-ro/kind: kv-or/' fata.yml
says "a mistake in the manifest" "fata.yml:5:17: error: unknown device kind"
sed -i 's/kind: kv-or/kind: kv-ro/' fata.yml
sed -i 's/word 3/word 4/' main.c
says "and after that" "word 4, extra 2, page 2."
n="changes that come together are one build"
: >"$work/said"
for i in 5 6 7 8 9; do
    sed -i 's/"word .*"/"word '$i'"/' main.c
    sleep 0.03
done
says "$n" "word 9"
grep -q 'word [5-8]' "$work/said" && bad "$n" "each was built"
ends "SIGTERM ends all" TERM 0

watch -t unix -- end
says "a program that has ended" "it has ended, with status 7"
sed -i 's/word 9/word 10/' main.c
says "is run again after a change" "word 10"
says "with its words" "it has ended, with status 7" 2
ends "SIGINT when nothing runs" INT 130

watch -t unix
says "once more" "word 10"
ends "SIGTERM again" TERM 0
n="Ctrl-C at a terminal"
if command -v script >/dev/null; then
    : >"$work/said"
    (until_true "grep -q 'word 10' '$work/said'"; printf '\003'; sleep 2) |
        setsid script -qefc "exec $fata run --watch -t unix" /dev/null >"$work/said" 2>&1
    status=$?
    # The terminal echoes it; the program ends by itself, with 0, not killed.
    if [ $status -ne 0 ]; then bad "$n" "status $status"
    elif pgrep -f "$work/p" >/dev/null; then bad "$n" "left: $(pgrep -af "$work/p")"
    else ok "$n"; fi
else
    echo "skip $n: there is no script(1)"; skipped=$((skipped + 1))
fi
watch -t unix
says "and once more" "word 10"
n="when it is killed, nothing stays"
kill -KILL $watcher
wait $watcher 2>/dev/null
until_true none_left && ok "$n" || bad "$n" "left: $(ps -o args= -s $watcher)"
watcher=

n="a mistake from the beginning is the end"
sed -i 's/kind: kv-ro/kind: kv-or/' fata.yml
"$fata" run --watch -t unix >"$work/said" 2>&1
[ $? -eq 2 ] && ok "$n" || bad "$n" status
n="an option of the program, misplaced"
"$fata" run --watch=10ms -t unix >"$work/said" 2>&1
[ $? -eq 2 ] && grep -q 'follow --' "$work/said" && ok "$n" || bad "$n" "status or text"

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
