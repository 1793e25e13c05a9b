#!/bin/sh
# SPDX-License-Identifier: ISC
# The tests of async under ThreadSanitizer.  The data races that it could see are
# between schedulers of several threads; it must also be told of each switch of
# stacks (async/fiber.c).  Arguments: the tool, compilers.
set -u
fata=$1
shift
out=build/check/tsan
passed=0 failed=0 skipped=0
mkdir -p "$out"

# The start-up code of the test programs is generated; not again, as that might
# have to wait for a long build.
generated=build/gen/program/tests/async
cpu=$(uname -m)
for test in async/tests/*.c; do
    [ -e "$generated/$(basename "$test" .c)/start-unix-$cpu.c" ] && continue
    $fata test -t unix async >"$out/build.log" 2>&1
    break
done

flags="-std=c17 -O2 -g -fsanitize=thread -pthread -ffunction-sections
    -DFATA_FLAVOUR_HOST=1 -DFATA_FLAVOUR_IMAGE=0 -D_DEFAULT_SOURCE -D_GNU_SOURCE"
includes=$(find abi async base device lib platform -type d -name include |
    sed 's/^/-I/')
sources="async/*.c base/*.c platform/*.c platform/unix/*.c platform/arch/$cpu/*.c
    lib/start/*.c lib/test/*.c"

# Address space randomised more than the sanitizer knows of ends it at once.
still=
if setarch -R true 2>/dev/null; then
    still="setarch -R"
fi

for cc; do
    if ! echo 'int main(void) { return 0; }' |
        $cc -fsanitize=thread -x c -o "$out/probe" - 2>/dev/null ||
        ! $still "$out/probe" >/dev/null 2>&1; then
        echo "skip $cc: it makes no programs with ThreadSanitizer that run here"
        skipped=$((skipped + 1))
        continue
    fi
    rm -rf "$out/$cc" && mkdir -p "$out/$cc"
    for source in $sources; do
        # shellcheck disable=SC2086 # lists of words
        $cc $flags $includes -c -o "$out/$cc/$(echo "$source" | tr / _).o" \
            "$source" || failed=$((failed + 1))
    done
    for test in async/tests/*.c; do
        name=$(basename "$test" .c)
        # shellcheck disable=SC2086
        if $cc $flags -Wl,--gc-sections $includes -I"$generated/$name" -o "$out/$cc/$name" \
            "$test" "$generated/$name/start-unix-$cpu.c" "$out/$cc"/*.o &&
            $still "$out/$cc/$name" >"$out/$cc/$name.log" 2>&1; then
            echo "ok $cc $name"
            passed=$((passed + 1))
        else
            echo "FAIL $cc $name"
            tail -n 40 "$out/$cc/$name.log"
            failed=$((failed + 1))
        fi
    done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
