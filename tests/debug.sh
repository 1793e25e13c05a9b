#!/bin/sh
# SPDX-License-Identifier: ISC
# A crash says where; gdb attaches with symbols.  Argument: the tool.
set -u
fata=$1
passed=0 failed=0 skipped=0
out=build/check/debug.out

expect() {
    name=$1 pattern=$2
    if grep -Eq "$pattern" $out; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name: nothing like $pattern in"
        sed 's/^/    /' $out
        failed=$((failed + 1))
    fi
}

$fata run -t spt libc/tests/ends -- --how=null >$out 2>&1
expect "a fault: kind and address" 'bad read at 0x0000000000000008'
expect "a fault: function and line" '#0 0x[0-9a-f]+ start at libc/tests/ends/main.c:[0-9]+'
expect "a fault: who called" '#1 0x[0-9a-f]+ first_fiber at lib/run/run.c:[0-9]+'
$fata run -t spt libc/tests/ends -- --how=overflow >$out 2>&1
expect "a full stack is named" 'stack overflow: stack [0-9]+ is full'
expect "a full stack: its function" 'deeper at libc/tests/ends/main.c'
$fata run -t spt libc/tests/ends -- --how=panic >$out 2>&1
expect "a panic: function and line" '#0 0x[0-9a-f]+ start at libc/tests/ends/main.c:[0-9]+'

if gdb --version >/dev/null 2>&1; then
    targets="spt unix"
    if (exec 3<>/dev/kvm) 2>/dev/null; then
        targets="$targets hvt"
    else
        echo "skip gdb on hvt: /dev/kvm cannot be opened"
        skipped=$((skipped + 1))
    fi
    for target in $targets; do
        printf 'bt\nbreak greet\ncontinue\nprint ((struct greeter *)arg)->greeting\nkill\nquit\n' |
            timeout 60 $fata run -t $target --debug examples/hello >$out 2>&1
        expect "gdb on $target: stops in start" 'start \(app=0x[0-9a-f]+'
        expect "gdb on $target: breakpoint and variable" '= 0x[0-9a-f]+ "Hello"'
    done
    case $targets in
    *hvt*)
        printf 'stepi\nstepi\nprint $rip - (long)start > 1\ncontinue\nprint/x $rip\ncontinue\n' |
            timeout 60 $fata run -t hvt --debug libc/tests/ends -- --how=null >$out 2>&1
        expect "gdb on hvt: steps" '= 1$'
        expect "gdb on hvt: stops at a fault" 'received signal SIGSEGV'
        expect "gdb on hvt: at its line" 'start \(app=.*libc/tests/ends/main.c:[0-9]+'
        expect "gdb on hvt: the report follows" 'fault: bad read at 0x0000000000000008'
        expect "gdb on hvt: the status" 'exited with code 0377'
        # The guest waits; Ctrl-C stops it, and it can be stepped.
        printf '%s\n' 'python import threading, os, signal' \
            'python threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()' \
            continue bt 'set $before = $pc' stepi 'printf "moved %d\n", $pc != $before' \
            'set $rbx = 0x1234' 'maintenance flush register-cache' 'print/x $rbx' kill quit |
            timeout 60 $fata run -t hvt --debug examples/hello -- --pause=1h >$out 2>&1
        expect "gdb on hvt: Ctrl-C while it waits" 'received signal SIGINT'
        expect "gdb on hvt: where it waits" 'fata_platform_wait'
        expect "gdb on hvt: steps out of a wait" 'moved 1$'
        expect "gdb on hvt: writes a register" '= 0x1234$'
        ;;
    esac
else
    echo "skip gdb: it is not installed"
    skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
