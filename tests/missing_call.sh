#!/bin/sh
# SPDX-License-Identifier: ISC
# What cannot work is told when the image is built.  Argument: the tool.
set -u
fata=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
mkdir deep
printf 'unikernel: sock\nsources: [main.c]\nrequires: [run, deep]\n' >fata.yml
printf 'component: deep\nsources: [deep.c]\ninclude: [.]\n' >deep/fata.yml
printf 'int deep_open(void);\n' >deep/deep.h
cat >deep/deep.c <<'C'
#include <sys/socket.h>
#include "deep.h"
int deep_open(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
C
cat >main.c <<'C'
#include "app.h"
#include "deep.h"
int start(struct app *app)
{
    (void)app;
    return deep_open() < 0;
}
C
if "$fata" build -t spt >out 2>log; then
    echo "FAIL a missing system call: the image was built"
    exit 1
fi
if ! grep -q 'needs system call socket (.*), which images for spt-.* do not have; needed by libc.a(socket' log; then
    echo "FAIL a missing system call: the message is"
    tail -n 5 log
    exit 1
fi
# Who needs it, from the program down.
if ! grep -A 4 '^missing: socket$' log | tr -s ' ' | tr '\n' ';' |
    grep -q 'socket; start sock, main.c.o; deep_open deep, libdeep.a(deep.c.o); socket musl, libc.a(socket.o);'; then
    echo "FAIL the chain to it is"
    tail -n 12 log
    exit 1
fi
# On unix it is the host's.
if ! "$fata" build -t unix >out 2>log; then
    echo "FAIL the same for unix:"
    tail -n 5 log
    exit 1
fi
echo "3 passed, 0 failed"
