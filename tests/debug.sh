#!/bin/sh
# SPDX-License-Identifier: ISC
# A crash says where; gdb attaches with symbols, reads core files, and knows
# fibers.  Argument: the tool.
set -u
fata=$1
. tests/have.sh
passed=0 failed=0 skipped=0
out=build/check/debug.out
mkdir -p build/check

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

$fata run -t spt --core . tests/fibers >$out 2>&1
expect "a core file of spt: refused" '^fata: --core is for hvt; on spt use --debug$'

if gdb --version >/dev/null 2>&1; then
    targets="spt unix"
    if have_kvm; then
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
    gdb -q -batch -x gdb/fata.py -ex 'fata fibers' "$(command -v true)" >$out 2>&1
    expect "fibers of nothing: one line" '^nothing runs here: start the program, or open a core file$'
    # The tree of fibers, parked ones with their own frames and variables.
    see_fibers() { # WHERE: of $out, from tests/fibers after a panic or fault
        expect "fibers $1: a parent waits for its scope" '^  2    family     waiting  fata_scope_close, family at tests/fibers/main.c:[0-9]+, for [0-9.]+ ms$'
        expect "fibers $1: a sleeper, with its deadline" '^  3      sleeper  waiting  fata_sleep, sleeper at tests/fibers/main.c:[0-9]+, deadline in 4[0-9](\.[0-9])? s, for [0-9.]+ ms$'
        expect "fibers $1: a wait that a tail call has left" '^  4    listener   waiting  fata_event_wait, listener at '
        expect "fibers $1: backtrace of a parked one" '^#[0-9]+ +0x[0-9a-f]+ in sleeper \(arg=0x[0-9a-f]+\) at tests/fibers/main.c:'
        expect "fibers $1: its caller comes last" '^#[0-9]+ +0x[0-9a-f]+ in bottom \(|^#[0-9]+ +bottom \('
        expect "fibers $1: a variable in it" '^(\(gdb\) )?number is 42$'
        expect "fibers $1: back where the CPU is" '^(\(gdb\) )?back in (victim|hvt_call|fata_panic|fata_platform_exit)$'
    }
    fiber_steps='fata fibers
fata bt 3
fata fiber 3
python while gdb.selected_frame().name() != "sleeper": gdb.execute("up", to_string=True)
printf "number is %d\n", *number
fata fiber
python print("back in " + gdb.selected_frame().name())'
    for target in $targets; do
        printf '%s\n' 'break fata_panic' continue "$fiber_steps" kill quit |
            timeout 60 $fata run -t $target --debug tests/fibers >$out 2>&1
        see_fibers "live on $target"
        expect "fibers live on $target: the one that runs" '^  5    culprit    running  fata_panic at '
        expect "fibers live on $target: one that has not started" '^  6    late       ready    not started: late at tests/fibers/main.c:[0-9]+$'
    done
    cores=$(pwd)/build/check/cores
    rm -rf "$cores"
    mkdir -p "$cores"
    printf '%s\n' "$fiber_steps" >build/check/fibers.gdb
    # unix: the core is the kernel's.  (gdb's own stops at the guards.)
    case $(cat /proc/sys/kernel/core_pattern) in
    core)
        image=$(pwd)/build/unix-$(uname -m)/fibers
        # The shell says that it crashed.
        (cd "$cores" && ulimit -c unlimited && "$image" --how=fault; true) >/dev/null 2>&1
        gdb -q -batch -x gdb/fata.py -x build/check/fibers.gdb "$image" "$cores"/core* >$out 2>&1
        see_fibers "in a core of unix"
        ;;
    *)
        echo "skip fibers in a core of unix: the kernel gives it to somebody else (core_pattern)"
        skipped=$((skipped + 1))
        ;;
    esac
    case $targets in
    *hvt*)
        # The tool says what to type; that is typed.
        for how in panic fault; do
            $fata run -t hvt --core "$cores" tests/fibers -- --how=$how >$out 2>&1
            expect "core after $how: the tender tells" "core file: $cores/core.fibers.[0-9]+\$"
            typed=$(sed -n 's/^fata: to look at it [^:]*: gdb/gdb -batch -ex bt/p' $out)
            eval "${typed:-false} -x build/check/fibers.gdb" >$out 2>&1
            see_fibers "in the core after $how"
            case $how in
            panic)
                expect "core after panic: the signal" 'terminated with signal SIGABRT'
                expect "core after panic: who" '^#[0-9]+ +0x[0-9a-f]+ in fata_panic \(where=.* "culprit", what=.*"with fibers alive"\)'
                ;;
            fault)
                expect "core after fault: the signal" 'terminated with signal SIGSEGV'
                expect "core after fault: line and argument" '^#0 +0x[0-9a-f]+ in victim \(arg=0x0\) at tests/fibers/main.c:[0-9]+$'
                ;;
            esac
        done
        # Under gdb too; its breakpoints are not in the file.
        rm -f "$cores"/*
        printf '%s\n' 'break victim' continue continue continue |
            timeout 60 $fata run -t hvt --debug --core "$cores" tests/fibers -- --how=fault >/dev/null 2>&1
        gdb -q -batch -ex 'printf "int3: %d\n", *(unsigned char *)victim == 0xcc' -ex bt \
            build/hvt-$(uname -m)/fibers.debug "$cores"/* >$out 2>&1
        expect "core under gdb: no breakpoint in it" '^int3: 0$'
        expect "core under gdb: line" '^#0 +0x[0-9a-f]+ in victim '
        # An image that hangs: SIGQUIT, through the tool.
        rm -f "$cores"/*
        timeout -s QUIT 3 $fata run -t hvt --core "$cores" tests/fibers -- --how=wait >$out 2>&1
        typed=$(sed -n 's/^fata: to look at it [^:]*: gdb/gdb -batch/p' $out)
        eval "${typed:-false} -ex bt -ex 'fata fibers'" >$out 2>&1
        expect "core on SIGQUIT: where it waits" 'fata_platform_wait'
        expect "core on SIGQUIT: fibers" '^  3      sleeper  waiting  '
        rm -rf "$cores"
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
    skipped=$((skipped + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
