#!/bin/sh
# SPDX-License-Identifier: ISC
# fata check: which system calls an image reaches, and why; `allow`.
# Argument: the tool.
set -u
fata=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
export LC_ALL=C
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    tail -n 40 "$dir/out" "$dir/err" | sed 's/^/    /'
    failed=$((failed + 1))
}
# try NAME STATUS COMMAND...: runs it, keeps out and err
try() {
    name=$1 want=$2
    shift 2
    "$@" >"$dir/out" 2>"$dir/err"
    status=$?
    [ $status -eq "$want" ] && return 0
    bad "$name" "status $status, not $want"
    return 1
}
has() { grep -qE -- "$2" "$dir/$1"; }

mkdir "$dir/p" && cd "$dir/p" || exit 1
manifest() { printf 'unikernel: p\nsources: [main.c]\nrequires: [run%s]\n' "$1" >fata.yml; }
manifest ''
cat >main.c <<'C'
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include "app.h"
int deep(void);
int deep(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}
int (*table[])(void) = {deep};
int start(struct app *app)
{
    if (fopen("/etc/passwd", "r") != NULL || errno != ENOENT)
        return 1;
    if (signal(SIGINT, SIG_IGN) != SIG_ERR)
        return 2;
    puts("as documented");
    fflush(stdout);
    return app->argc > 1 ? table[app->argc - 2]() : 0;
}
C

n="a missing call: its chain, and what one can do"
try "$n" 1 "$fata" check -t spt && {
    has out '^  1 missing: socket$' && has out '^missing: socket$' &&
        has out '^ +start +p, main.c.o$' && has out '^ +deep +p, main.c.o$' &&
        has out '^ +socket +musl, libc.a\(socket.o\)$' && has out 'kind `stack`' &&
        has out 'allow: \{ socket: ' && has err '`p` reaches 1 system call that' && ok "$n" ||
        bad "$n" output
}
n="refused calls say what they return"
has out ' open \(ENOENT\)' && has out ' close \(0\)' && has out ' served: .*writev' && ok "$n" || bad "$n" output
n="layers are part of it"
has out 'layers checked: .*async.* hold$' && ok "$n" || bad "$n" output
n="as JSON"
try "$n" 1 "$fata" check -t spt --json && {
    has out '"state": "missing"' && has out '"object": "libc.a\(socket.o\)"' &&
        has out '"result": "ENOENT"' && ok "$n" || bad "$n" output
}
n="with clang"
try "$n" 1 "$fata" check -t spt --cc=clang && { has out ' missing: socket$' && has out ' open \(ENOENT\)' && ok "$n" || bad "$n" output; }
n="on unix the calls are the host's"
try "$n" 0 "$fata" check -t unix && { has out "this machine's C library" && ok "$n" || bad "$n" output; }

n="an allowed call links, and is reported with its reason"
cat >>fata.yml <<'Y'
allow:
  socket: only with arguments
  open: is served already
  sokcet: is none
Y
try "$n" 0 "$fata" check -t spt && {
    has out ' 1 allowed: socket$' && has out 'fata.yml:5 allows socket, because: only with arguments$' &&
        has out 'allows open, .*no need' && has out 'allows sokcet, .*no such call' &&
        ! has out ' missing: ' && ok "$n" || bad "$n" output
}
n="what is allowed does not replace what there is"
try "$n" 0 "$fata" run -t spt && { has out 'as documented' && ok "$n" || bad "$n" output; }
n="an allowed call that is made ends the image by its name"
try "$n" 255 "$fata" run -t spt -- now && { has out 'system call socket, which images do not have' ||
    has err 'system call socket, which images do not have' && ok "$n" || bad "$n" output; }
n="a component allows, too"
mkdir -p part && printf 'component: part\nsources: [part.c]\nallow: { socket: a part }\n' >part/fata.yml
echo 'int part(void); int part(void) { return 0; }' >part/part.c
manifest ', part'
try "$n" 0 "$fata" check -t spt && { has out 'part/fata.yml:3 allows socket, because: a part' && ok "$n" || bad "$n" output; }
rm -r part

# What the walk finds is what the linker keeps.
for e in hello website; do
    n="the calls of $e are those of its image"
    try "$n" 0 "$fata" check -t spt "$root/examples/$e" && {
        told=$(sed -n 's/^  \([0-9]*\) system calls are reached$/\1/p' "$dir/out")
        nm "$root/build/spt-$(uname -m)/$e.debug" | grep -cE ' [TtW] fata_sys_' >"$dir/err"
        [ "$told" = "$(cat "$dir/err")" ] && ok "$n" || bad "$n" "told $told"
    }
done

n="threads and processes of musl are calls, too"
manifest ''
cat >main.c <<'C'
#include <pthread.h>
#include <unistd.h>
#include "app.h"
static void *run(void *arg)
{
    return arg;
}
int start(struct app *app)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, run, app) + (vfork() == 0);
}
C
try "$n" 1 "$fata" check -t spt && {
    has out '^missing:.* clone' && has out '__pthread_create +musl' && has out '^missing:.*(vfork|clone)' &&
        ok "$n" || bad "$n" output
}
n="a computed number is the call named syscall"
cat >main.c <<'C'
#include <unistd.h>
#include "app.h"
int start(struct app *app)
{
    return (int)syscall(app->argc);
}
C
try "$n" 1 "$fata" check -t spt && { has out '^missing: syscall$' && ok "$n" || bad "$n" output; }
n="and can be allowed"
echo 'allow: { syscall: a test }' >>fata.yml
try "$n" 0 "$fata" check -t spt && ok "$n"

n="a layer that does not hold"
mkdir low && printf 'component: low\nsources: [low.c]\nundefined: [mem*]\n' >low/fata.yml
printf '#include <stdlib.h>\nint low(void);\nint low(void) { return atoi("3"); }\n' >low/low.c
manifest ', low'
printf '#include "app.h"\nint low(void);\nint start(struct app *a) { (void)a; return low(); }\n' >main.c
try "$n" 1 "$fata" check -t spt && { has err '`low` uses `atoi`' && has out 'does not hold' && ok "$n" || bad "$n" output; }
n="what is defined nowhere is told as by the build"
printf '#include "app.h"\nint none(void);\nint start(struct app *a) { (void)a; return none(); }\n' >main.c
manifest ''
try "$n" 1 "$fata" check -t spt && { has err '`none` is defined nowhere' && ok "$n" || bad "$n" output; }
n="what does not compile"
echo mistake >>main.c
try "$n" 1 "$fata" check -t spt && { has err main.c && ok "$n" || bad "$n" output; }
n="a component is no image"
try "$n" 2 "$fata" check low && ok "$n"
n="one folder"
try "$n" 2 "$fata" check low part && ok "$n"

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
