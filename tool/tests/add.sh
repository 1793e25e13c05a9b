#!/bin/sh
# SPDX-License-Identifier: ISC
# fata add and fata update, on a toolkit of a few lines and ports made here,
# from file: addresses.   add.sh FATA
set -u
fata=$(realpath "${1:?usage: add.sh FATA}")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
unset FATA_CC
export FATA_ROOT="$work/root" FATA_CACHE="$work/cache" LC_ALL=C
passed=0 failed=0 skipped=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null
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

mkdir -p "$work/p/parts" && cd "$work/p" || exit 1
make_port "$work/p/parts/foo" foo 1.2
make_port "$work/p/parts/bar" bar 3
mkdir parts/plain && printf 'component: plain\ndoc: a part of ours\nlicence: MIT\n' >parts/plain/fata.yml
mkdir -p parts/plain/include/plain && echo 'int plain(void);' >parts/plain/include/plain/plain.h
echo '#include "app.h"
int start(struct app *app) { (void)app; return 0; }' >main.c

# edit NAME BEFORE AFTER [WORD...]: what `fata add` makes of a manifest
edit() {
    n=$1 before=$2 after=$3
    shift 3
    [ $# -gt 0 ] || set -- foo
    rm -f fata.lock
    printf "$before" >fata.yml
    printf "$after" >"$work/after"
    try "$n" 0 "$fata" add -t unix "$@" || return
    if ! cmp -s fata.yml "$work/after"; then
        diff "$work/after" fata.yml >"$work/out"
        bad "$n" "another text"
    elif ! "$fata" describe -t unix >"$work/out" 2>&1; then
        bad "$n" "which is no manifest"
    else
        ok "$n"
    fi
}
top='# one\nunikernel: p   # two\n\n# three\nsources: [main.c] # four\n'
edit 'a flow list' "$top"'requires: [run] # why\n\n# end\n' "$top"'requires: [run, foo] # why\n\n# end\n'
edit 'two names' "$top"'requires: [ run ]\n' "$top"'requires: [ run, foo, bar ]\n' foo bar
edit 'with versions' "$top"'requires: [run]\n' "$top"'requires: [run, foo >= 1.1 < 2]\n' 'foo >= 1.1 < 2'
edit 'an empty flow list' "$top"'requires: []\n' "$top"'requires: [foo]\n'
edit 'a flow list in quotes, with brackets and commas in them' "$top"'requires: ["run", { names: [base], when: { target: [unix] } }]\ndoc: "a, ]#"\n' \
    "$top"'requires: ["run", { names: [base], when: { target: [unix] } }, foo]\ndoc: "a, ]#"\n'
edit 'a flow list of lines' "$top"'requires: [\n  run, # ] why, so\n  base\n  # the end ]\n  ]\ndoc: x\n' "$top"'requires: [\n  run, # ] why, so\n  base,\n  foo\n  # the end ]\n  ]\ndoc: x\n'
edit 'a flow list with a comma at its end' "$top"'requires: [\n  run,\n  base,\n  ]\n' "$top"'requires: [\n  run,\n  base,\n  foo,\n  ]\n'
edit 'a flow list below its key' "$top"'requires:\n  [run]\n' "$top"'requires:\n  [run, foo]\n'
edit 'a block list' "$top"'requires:\n  - run # why\n  # of the list\n\n# of doc\ndoc: x\n' "$top"'requires:\n  - run # why\n  - foo\n  # of the list\n\n# of doc\ndoc: x\n'
edit 'a block list at the margin' 'unikernel: p\nrequires:\n- run\nsources:\n- main.c\n' 'unikernel: p\nrequires:\n- run\n- foo\nsources:\n- main.c\n'
edit 'a block list of groups' "$top"'requires:\n    # first\n    - run\n    - when: { target: unix }\n      names:\n        - base\nkeys: {}\n' \
    "$top"'requires:\n    # first\n    - run\n    - when: { target: unix }\n      names:\n        - base\n    - foo\nkeys: {}\n'
edit 'a block list without a newline at the end' "$top"'requires:\n  - run' "$top"'requires:\n  - run\n  - foo'
edit 'no list' "$top"'\n# keys\nkeys: {}\n' "$top"'requires: [foo]\n\n# keys\nkeys: {}\n'
edit 'no list, sources are a block' 'unikernel: p\nsources:\n  # all\n  - main.c\n\n# more\ndoc: x\n' 'unikernel: p\nsources:\n  # all\n  - main.c\nrequires: [foo]\n\n# more\ndoc: x\n'
edit 'no list, sources are flow lines' 'unikernel: p\nsources: [\n  main.c,\n  ]\ndoc: x\n' 'unikernel: p\nsources: [\n  main.c,\n  ]\nrequires: [foo]\ndoc: x\n'
edit 'no list and no newline at the end' 'unikernel: p\nsources: [main.c]' 'unikernel: p\nsources: [main.c]\nrequires: [foo]\n'
edit 'a manifest of one line' '{ unikernel: p, sources: [main.c] }\n' '{ unikernel: p, requires: [foo], sources: [main.c] }\n'
edit 'lines that end in CR LF' 'unikernel: p\r\nsources: [main.c]\r\nrequires:\r\n  - run\r\ndoc: x\r\n' 'unikernel: p\r\nsources: [main.c]\r\nrequires:\r\n  - run\r\n  - foo\r\ndoc: x\r\n'
edit 'words that are not ASCII' 'unikernel: p\ndoc: "käse — ☃"\nsources: [main.c]\nrequires: [run]\n' 'unikernel: p\ndoc: "käse — ☃"\nsources: [main.c]\nrequires: [run, foo]\n'

printf "$top"'requires: [run]\n' >fata.yml
rm -f fata.lock
n="add pins the source, and says what it is"
try "$n" 0 "$fata" add -t unix foo && {
    has err 'foo 1.2: pinned to the upstream archive' && has out 'foo 1.2 (MIT): the library foo' &&
        has out 'headers: <foo.h>' && grep -q '"foo"' fata.lock && ok "$n" || bad "$n" text
}
n="add of a component of ours"
try "$n" 0 "$fata" add -t unix plain && { has out 'plain (MIT): a part of ours' && has out '<plain/plain.h>' && ok "$n" || bad "$n" text; }
n="what is there already"
cp fata.yml fata.lock "$work"
same() { cmp -s fata.yml "$work/fata.yml" && cmp -s fata.lock "$work/fata.lock"; }
try "$n" 0 "$fata" add -t unix foo && { has out 'foo is required already (fata.yml:6)' && same && ok "$n" || bad "$n" text; }
n="add of a folder's program, from elsewhere"
(cd / && try "$n" 0 "$fata" add -t unix foo "$work/p") && { has out 'required already' && ok "$n" || bad "$n" text; }
n="an unknown name"
try "$n" 2 "$fata" add -t unix bra && { has err 'unknown component `bra`; did you mean `bar`?' && same && ok "$n" || bad "$n" text; }
n="one unknown name among good ones changes nothing"
try "$n" 2 "$fata" add -t unix bar nothing-like-it && { has err 'nothing was changed' && same && ok "$n" || bad "$n" text; }
n="a program cannot be required"
try "$n" 2 "$fata" add -t unix p && { same && ok "$n" || bad "$n" text; }
n="versions that are not there"
try "$n" 2 "$fata" add -t unix 'bar >= 4' && { has err 'requires bar >= 4, but there is version 3' && same && ok "$n" || bad "$n" text; }
n="a source that cannot be had changes nothing"
make_port "$work/p/parts/gone" gone 1
rm "$work/p/parts/gone"/*.tar
make_port "$work/p/parts/here" here 1
try "$n" 1 "$fata" add -t unix here gone && {
    has err 'gone 1: the source cannot be obtained' && has err 'fata.lock stays as it was' && same && ok "$n" || bad "$n" text
}
n="and when it is there again, the same command works"
make_port "$work/p/parts/gone" gone 1
try "$n" 0 "$fata" add -t unix here gone && { grep -q '"here"' fata.lock && grep -q '"gone"' fata.lock && ok "$n" || bad "$n" lock; }
n="nothing to add"
try "$n" 2 "$fata" add && ok "$n"
n="a manifest with a mistake"
cp fata.yml "$work/fata.yml"
echo 'mistake: 1' >>fata.yml
cp fata.yml "$work/wrong.yml"
try "$n" 2 "$fata" add -t unix bar && { cmp -s fata.yml "$work/wrong.yml" && ok "$n" || bad "$n" changed; }
cp "$work/fata.yml" fata.yml
n="a manifest that cannot be written"
if [ "$(id -u)" -ne 0 ]; then
    chmod a-w . && try "$n" 1 "$fata" add -t unix bar && ok "$n"
    chmod u+w .
else
    echo "skip $n: root writes everywhere"; skipped=$((skipped + 1))
fi

# --- update ---
cp fata.lock "$work"
n="update says what is the newest"
try "$n" 0 "$fata" update -t unix && {
    has err 'foo 1.2: the upstream archive is still the newest on offer' && has err 'here 1: ' && cmp -s fata.lock "$work/fata.lock" && ok "$n" || bad "$n" text
}
n="update of one port"
try "$n" 0 "$fata" update -t unix foo && { has err 'foo 1.2: ' && ! has err 'here 1' && ok "$n" || bad "$n" text; }
n="update of what is no port"
try "$n" 2 "$fata" update -t unix fooo && { has err 'did you mean `foo`?' && ok "$n" || bad "$n" text; }
n="update pins another version of the port"
make_port "$work/p/parts/foo" foo 1.3
try "$n" 0 "$fata" update -t unix foo . && { has err 'foo 1.3: the upstream archive of 1.2 -> the upstream archive' && grep -q '"version": "1.3"' fata.lock && ok "$n" || bad "$n" text; }
n="one that fails leaves all as it was"
cp fata.lock "$work"
make_port "$work/p/parts/foo" foo 1.4
rm parts/here/*.tar
rm -rf "$FATA_CACHE"
try "$n" 1 "$fata" update -t unix && {
    has err 'here 1: the source cannot be obtained' && has err 'fata.lock stays as it was' && cmp -s fata.lock "$work/fata.lock" && ok "$n" || bad "$n" text
}
n="and the next run does all"
make_port "$work/p/parts/here" here 1
try "$n" 0 "$fata" update -t unix && { grep -q '"version": "1.4"' fata.lock && ok "$n" || bad "$n" lock; }

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
