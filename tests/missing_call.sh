#!/bin/sh
# SPDX-License-Identifier: ISC
# What cannot work is told when the image is built.  Argument: the tool.
set -u
fata=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
printf 'unikernel: sock\nsources: [main.c]\nrequires: [run]\n' >fata.yml
cat >main.c <<'C'
#include <sys/socket.h>
#include "app.h"
int start(struct app *app)
{
    (void)app;
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
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
# On unix it is the host's.
if ! "$fata" build -t unix >out 2>log; then
    echo "FAIL the same for unix:"
    tail -n 5 log
    exit 1
fi
echo "2 passed, 0 failed"
