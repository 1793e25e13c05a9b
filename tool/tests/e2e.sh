#!/bin/sh
# SPDX-License-Identifier: ISC
# The tool from end to end: with a toolkit of a few lines made here (so that it
# tests the tool alone), for target unix.   e2e.sh FATA
set -u
fata=$(realpath "${1:?usage: e2e.sh FATA}")
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

here=$(cd "$(dirname "$0")" && pwd)
. "$here/toolkit.sh"

# --- a project ---
mkdir "$work/p" && cd "$work/p" || exit 1

n=help
try $n 0 "$fata" --help && { has out "describe" && ok $n || bad $n "no list"; }
n=version
try $n 0 "$fata" --version && ok $n
for c in new build run test check size clean describe env add update; do
    n="help of $c"
    try "$n" 0 "$fata" $c --help && { has out "usage: fata $c" && ok "$n" || bad "$n" text; }
done
n="an unknown command"
try "$n" 2 "$fata" biuld && { has err 'did you mean `build`?' && ok "$n" || bad "$n" text; }
n="an unknown option"
try "$n" 2 "$fata" build --sanitise && { has err 'did you mean `--sanitize`?' && ok "$n" || bad "$n" text; }
n="an option without its value"
try "$n" 2 "$fata" build -t && ok "$n"
n="a folder without a manifest"
try "$n" 2 "$fata" build && { has err 'fata new NAME' && ok "$n" || bad "$n" text; }

n="new makes a project"
try "$n" 0 "$fata" new greeter && {
    [ -f greeter/fata.yml ] && [ -f greeter/main.c ] && [ -f greeter/.gitignore ] &&
        ok "$n" || bad "$n" "files are missing"
}
n="new does not overwrite"
try "$n" 2 "$fata" new greeter && ok "$n"
n="new refuses a bad name"
try "$n" 2 "$fata" new Greeter && [ ! -e Greeter ] && ok "$n"

mkdir app && cd app || exit 1
cat >fata.yml <<'Y'
unikernel: app
sources: [main.c]
requires: [run]
generate:
  - { output: word.h, command: [sh, word.sh], inputs: [word.txt] }
keys:
  name: { type: string, default: World }
  zone: { type: timezone, default: UTC }
cases:
  - { name: greets, args: [--name=Ada], output: ["Hello, Ada"] }
  - { name: ends, args: [end], status: 7 }
  - { name: waits, args: [wait], status: 9, signal: { signal: TERM, once: waits, after: 0s } }
Y
cat >main.c <<'Y'
#include "app.h"
#include "word.h"
#include <fata/base.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void stop(int number)
{
    (void)number;
    _exit(9);
}
int start(struct app *app)
{
    printf("%s, %s %d %s\n", WORD, app->keys.name, base_answer(), app->keys.zone);
    fflush(stdout);
    if (app->argc > 1 && strcmp(app->argv[1], "end") == 0)
        return 7;
    if (app->argc > 1 && strcmp(app->argv[1], "abort") == 0)
        abort();
    if (app->argc > 1 && strcmp(app->argv[1], "wait") == 0) {
        signal(SIGTERM, stop);
        puts("waits");
        fflush(stdout);
        pause();
    }
    return 0;
}
Y
echo Hello >word.txt
echo 'printf "#define WORD \"%s\"\n" "$(cat word.txt)"' >word.sh

n="build prints the path last"
try "$n" 0 "$fata" build -t unix && {
    image=$(tail -1 "$work/out")
    [ -x "$image" ] && ok "$n" || bad "$n" "no image at $image"
}
n="a null build does nothing"
try "$n" 0 "$fata" build -t unix && {
    if [ -s "$work/err" ]; then bad "$n" "it did something"; else ok "$n"; fi
}
n="compile_commands.json"
grep -q '"main.c"' compile_commands.json 2>/dev/null && ok "$n" || bad "$n" "no entry"
n="run passes words and status"
try "$n" 7 "$fata" run -t unix -- end --name=Ada && {
    has out "Hello, Ada 42 UTC0" && ok "$n" || bad "$n" output
}
n="run says which target it chose"
try "$n" 0 "$fata" run && { has err "running on unix-" && ok "$n" || bad "$n" text; }
n="a time zone by name"
if [ -f /usr/share/zoneinfo/Europe/Paris ]; then
    try "$n" 0 "$fata" run -t unix -- --zone=Europe/Paris && {
        has out "CET-1CEST" && ok "$n" || bad "$n" output
    }
else
    echo "skip $n: no tzdata"; skipped=$((skipped + 1))
fi
n="a program that is killed"
(ulimit -c 0; "$fata" run -t unix -- abort >"$work/out" 2>"$work/err")
[ $? -eq 134 ] && ok "$n" || bad "$n" "not 128 + 6"
n="a changed input is generated again"
echo Bonjour >word.txt
try "$n" 0 "$fata" run -t unix && { has out "Bonjour, World" && ok "$n" || bad "$n" output; }
echo Hello >word.txt
n="test runs the cases"
try "$n" 0 "$fata" test -t unix && {
    [ "$(tail -1 "$work/out")" = "3 passed, 0 failed, 0 skipped" ] && ok "$n" || bad "$n" output
}
n="a case that fails"
sed -i 's/Hello, Ada/Adieu/' fata.yml
try "$n" 1 "$fata" test -t unix && { has out 'its output has no "Adieu"' && ok "$n" || bad "$n" text; }
sed -i 's/Adieu/Hello, Ada/' fata.yml
n="sanitize is a build of its own"
try "$n" 0 "$fata" test -t unix --sanitize && [ -d build/obj/"$(uname -m)"-host-sanitize ] && ok "$n"
n="describe shows components"
try "$n" 0 "$fata" describe -t unix && {
    has out '|- start' && has out '--name=<string>' && ok "$n" || bad "$n" output
}
n="describe as a graph"
try "$n" 0 "$fata" describe -t unix --dot && {
    has out 'digraph "app"' && has out '"c  app" -> "c  run"' && has out '"c target unix"' &&
        ! has out '"c  app" -> "c  base"' && ok "$n" || bad "$n" output
}
n="describe as a picture"
if command -v dot >/dev/null; then
    try "$n" 0 "$fata" describe -t unix --svg "$work/app.svg" && {
        grep -q '<svg' "$work/app.svg" && grep -q '>app<' "$work/app.svg" &&
            grep -q prefers-color-scheme "$work/app.svg" && ! grep -q '<!DOCTYPE' "$work/app.svg" &&
            [ ! -e "$work/app.svg.dot" ] && ok "$n" || bad "$n" "not the picture"
    }
else
    echo "skip $n: no dot; apt-get install graphviz"; skipped=$((skipped + 1))
fi
n="describe as a picture without dot"
try "$n" 1 env PATH=/none "$fata" describe -t unix --svg "$work/no.svg" && {
    has err 'apt-get install graphviz' && [ ! -e "$work/no.svg" ] && ok "$n" || bad "$n" text
}
n="describe as a picture in a folder that is not there"
try "$n" 1 "$fata" describe -t unix --svg "$work/none/app.svg" && ok "$n"
n="env gives variables to a shell"
try "$n" 0 "$fata" env -t unix && (. "$work/out" && [ "$FATA_FLAVOUR" = host ]) && ok "$n" || bad "$n" variables
n="a compiler's message is shown, and the status is 1"
sed -i 's/int start(struct/itn start(struct/' main.c
try "$n" 1 "$fata" build -t unix && { has err "itn" && ok "$n" || bad "$n" output; }
sed -i 's/itn start(struct/int start(struct/' main.c
n="a symbol that is nowhere"
echo 'int fata_sys_41(void); int more(void); int more(void) { return fata_sys_41(); }' >more.c
sed -i 's/\[main.c\]/[main.c, more.c]/; s/^keys:/cflags: [-fno-builtin]\nkeys:/' fata.yml
sed -i 's/        return 7;/        return more();/; s/^static void/int more(void);\nstatic void/' main.c
try "$n" 1 "$fata" build -t unix && {
    has err "needs system call number (41)" && has err "more.c.o" && ok "$n" ||
        bad "$n" output
}
n="a mistake writes nothing"
mkdir ../wrong && printf 'unikernel: wrong\nsources: [none.c]\n' >../wrong/fata.yml
(cd ../wrong && try "$n" 2 "$fata" build -t unix && [ "$(ls)" = fata.yml ]) && ok "$n" || bad "$n" files
n="the layer check"
mkdir -p ../layer/low && cd ../layer || exit 1
printf 'unikernel: layer\nsources: [main.c]\nrequires: [low]\n' >fata.yml
printf '#include "app.h"\nint low(void);\nint start(struct app *a) { (void)a; return low(); }\n' >main.c
printf 'component: low\nsources: [low.c]\nundefined: [mem*]\nglobals: none\n' >low/fata.yml
printf '#include <stdlib.h>\nint low(void);\nint low(void) { return atoi("3"); }\n' >low/low.c
try "$n" 1 "$fata" build -t unix && { has err '`low` uses `' && ok "$n" || bad "$n" output; }
n="the layer check of variables"
printf 'int low(void);\nint low_count;\nint low(void) { return low_count++; }\n' >low/low.c
try "$n" 1 "$fata" build -t unix && { has err 'writable variable `low_count`' && ok "$n" || bad "$n" output; }
n="an interface chosen by the program"
mkdir one && printf 'component: one\nprovides: number\nsources: [one.c]\n' >one/fata.yml
printf 'int low(void);\nint low(void) { return 0; }\n' >one/one.c
printf 'unikernel: layer\nsources: [main.c]\nrequires: [number, one]\n' >fata.yml
try "$n" 0 "$fata" run -t unix && ok "$n"
n="a target outside of the toolkit"
mkdir -p ../targets/mine && printf 'target: mine\nflavour: host\nsources: [mine.c]\n' >../targets/mine/fata.yml
echo 'int mine; ' >../targets/mine/mine.c
printf 'paths: [../targets]\n' >>fata.yml
try "$n" 0 "$fata" run -t mine && ok "$n"
n="tests of a target that cannot run here: built, skipped by name"
mkdir -p ../targets/caged && printf 'target: caged\nflavour: host\nsources: [mine.c]\ntender: no-such-tender\n' >../targets/caged/fata.yml
cp ../targets/mine/mine.c ../targets/caged
try "$n" 0 "$fata" test -t caged && { has out "skip caged-$(uname -m) layer layer: its tender no-such-tender is not built" &&
    has out '0 passed, 0 failed, 1 skipped' && ls build/caged-*/layer >/dev/null 2>&1 && ok "$n" || bad "$n" output; }
n="tests of a target that cannot run here: what does not build fails"
echo 'mistake' >>main.c
try "$n" 1 "$fata" test -t caged && { has out '0 passed, 1 failed, 0 skipped' && ok "$n" || bad "$n" output; }
sed -i '$d' main.c
n="clean"
try "$n" 0 "$fata" clean && [ ! -d build ] && ok "$n" || bad "$n" "build is still there"
n="two at once"
cd ../app && sed -i 's/, more.c//' fata.yml && sed -i 's/return more()/return 7/' main.c && rm -rf build
"$fata" build -t unix >"$work/out1" 2>&1 & one=$!
"$fata" build -t unix >"$work/out2" 2>&1 & two=$!
wait $one && wait $two && ok "$n" || { cat "$work/out1" "$work/out2" >"$work/out"; bad "$n" status; }

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
