# SPDX-License-Identifier: ISC
# Each test/default/NAME.c becomes a function sodium_test_NAME; a table names
# them all, with what NAME.exp says that they print.
#
# Left out: sodium_utils2 and 3 want to be killed by a guard page, misuse by
# abort(); sodium_core ends the program; randombytes tests the generator that is
# left out, too.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT JOBS (docs/ports.md).
set -eu

cd "$SRC/test/default"
cp "$PORT/cmptest.h" cmptest.h
names=$(ls *.c | sed 's/\.c$//' | grep -v -x -e sodium_utils2 -e sodium_utils3 \
    -e misuse -e sodium_core -e randombytes)

{
    echo '#include "sodium_suite.h"'
    for name in $names; do
        echo "int sodium_test_$name(void); FILE_OF($name);"
    done
    echo 'const struct sodium_suite sodium_suite[] = {'
    for name in $names; do
        echo "{\"$name\", sodium_test_$name, exp_$name, exp_${name}_end},"
    done
    echo '{0}};'
} >table.c
names="$names table"

echo "$names" | tr ' ' '\n' |
    xargs -P "$JOBS" -I NAME sh -c "$CC $CFLAGS $CPPFLAGS -w -I../quirks \
        -I$PORT/include -Dmain=sodium_test_NAME -c NAME.c -o NAME.o"

mkdir -p "$OUT/lib"
"$AR" rcsD "$OUT/lib/libsodium-suite.a" *.o
