#!/bin/sh
# SPDX-License-Identifier: ISC
# Programs that know nothing of Fata, from Debian's source packages, unpatched:
# one is configured by autoconf, one by CMake, one by Meson, and all of them run
# on spt.  Then what the toolchain says where it cannot help.
# Argument: the tool.
set -u
fata=$(realpath "$1")
spt=$(dirname "$fata")/fata-spt
ports=$(realpath "$(dirname "$0")/toolchain")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1"
    tail -n 30 "$dir/log"
    failed=$((failed + 1))
}
# try NAME COMMAND...
try() {
    name=$1
    shift
    if "$@" >"$dir/log" 2>&1; then ok "$name"; else bad "$name"; fi
}
# says NAME TEXT COMMAND...: it fails, with this text in what it says
says() {
    name=$1 text=$2
    shift 2
    if "$@" >"$dir/log" 2>&1; then
        bad "$name: it did not fail"
    elif grep -qF -- "$text" "$dir/log"; then
        ok "$name"
    else
        bad "$name"
    fi
}
# prints NAME TEXT COMMAND...: it succeeds, and prints this
prints() {
    name=$1 text=$2
    shift 2
    if "$@" >"$dir/log" 2>&1 && grep -qF -- "$text" "$dir/log"; then
        ok "$name"
    else
        bad "$name"
    fi
}

unset FATA_TARGET CONFIG_SITE CMAKE_TOOLCHAIN_FILE
mkdir "$dir/empty" && cd "$dir/empty" || exit 1
if ! "$fata" env -t spt >"$dir/env" 2>"$dir/log"; then
    bad "fata env"
    echo "$passed passed, $failed failed"
    exit 1
fi
set -a
. "$dir/env"
set +a

# source NAME: its source, which a port without a product brings
source_of() {
    mkdir -p "$dir/$1" && cd "$dir/$1" || exit 1
    printf 'unikernel: %s\nsources: [main.c]\nrequires: [run, %s-source]\npaths: [%s]\n' \
        "$1" "$1" "$ports" >fata.yml
    printf '#include "app.h"\nint start(struct app *app) { (void)app; return 0; }\n' >main.c
    "$fata" build -t unix >"$dir/log" 2>&1 || return 1
    cp -R "$(ls -dt "$FATA_CACHE/sources/$1-source-"* | head -n 1)/." "$dir/$1/source" &&
        cd "$dir/$1/source" && find . -type f -exec touch -d @1 {} + # patches make newer
}

# dc alone: bc's make runs what it has compiled.  Its `!` would start a shell.
autotools() {
    ./configure --host="$HOST" && make -C lib &&
        make -C dc LDFLAGS=--fata-allow=wait4,setsid,setpgid,setgid,setuid,dup,dup2,chdir,fchdir,pipe,pipe2,socket,execve,clone,syscall
}
cmake_project() {
    cmake -S cmake_unofficial -B "$dir/xxhash/build" -DCMAKE_BUILD_TYPE=Release &&
        cmake --build "$dir/xxhash/build" -j 2
}
meson_project() {
    meson setup "$dir/fribidi/build" --cross-file "$MESON_CROSS_FILE" -Ddocs=false &&
        ninja -j2 -C "$dir/fribidi/build"
}

if source_of bc; then
    try "dc by its configure" autotools
    prints "dc on spt" "3433683820292512484657849089281" "$spt" dc/dc -e '9d*d*d*d*d*p'
    prints "dc's arguments and precision" "1.414213562373095048" "$spt" dc/dc -e '18k2vp'
else
    bad "the source of bc"
fi
if source_of xxhash; then
    try "xxhash by CMake" cmake_project
    prints "xxhsum on spt" "3#XXH64" "$spt" "$dir/xxhash/build/xxhsum" -b3 -i1
else
    bad "the source of xxhash"
fi
if source_of fribidi; then
    try "fribidi by Meson" meson_project
    prints "fribidi's benchmark on spt" "Iterations = 20" \
        "$spt" "$dir/fribidi/build/bin/fribidi-benchmark" -n 20
else
    bad "the source of fribidi"
fi

# What a configure script finds.
cd "$dir/empty" || exit 1
has() {
    printf 'char %s(void); int main(void) { return %s(); }\n' "$1" "$1" >t.c
    "$CC" -w -fno-builtin t.c -o t 2>/dev/null
}
for f in malloc snprintf strftime clock_gettime getenv qsort mmap pthread_mutex_lock; do
    if has $f; then ok "there is $f"; else bad "there is no $f"; fi
done
for f in fork socket pthread_create nanosleep rename; do
    if has $f; then bad "there is $f"; else ok "there is no $f"; fi
done

printf '#include <unistd.h>\nint main(void) { return fork(); }\n' >fork.c
says "a missing system call is named" \
    'needs system call fork (57), which images for spt-x86_64 do not have' \
    "$CC" fork.c -o fork
try "it may be allowed" "$CC" --fata-allow=fork fork.c -o fork
says "and ends the image when it is made" "system call fork, which images do not have" "$spt" fork
printf 'int main(void) { return 0; }\n' >main.c
says "a target that is not there" 'unknown target `spit`; did you mean `spt`?' \
    "$CC" --fata-target=spit main.c -o main
says "target unix" "compile for it with this machine's compiler" \
    "$CC" --fata-target=unix main.c -o main
says "a shared library" "images have no shared libraries" "$CC" -shared main.c -o libmain.so
says "a library of this machine" "cannot find -lelf" "$CC" main.c -lelf -o main
says "a port that is not there" 'there is no port `zlob`; did you mean `zlib`?' \
    "$fata" toolchain there zlob
says "a target without a toolchain" "it has the C library of this machine" \
    "$fata" toolchain -t unix there

# A folder of one's own, with a port, for another CPU and compiler.
try "a toolchain with zlib" "$fata" toolchain there zlib
printf '#include <zlib.h>\n#include <stdio.h>\nint main(void) { puts(zlibVersion()); return 0; }\n' >z.c
try "pkg-config knows it" sh -c \
    'there/bin/x86_64-fata-cc z.c $(there/bin/x86_64-fata-pkg-config --cflags --libs zlib) --fata-target=spt -o z'
prints "and it runs" "1.2." "$spt" z
try "a toolchain with zstd, which pkg-config has by another name" "$fata" toolchain there zlib zstd
prints "pkg-config has it" "-lzstd" there/bin/x86_64-fata-pkg-config --libs libzstd
says "and not by ours" "zstd" there/bin/x86_64-fata-pkg-config --libs zstd
try "aarch64" sh -c '"$0" toolchain -t spt-aarch64 there && there/bin/aarch64-fata-cc --fata-target=spt main.c -o arm' "$fata"
try "clang" sh -c '"$0" toolchain --cc=clang -t spt claws && claws/bin/x86_64-fata-cc --fata-target=spt z.c -Ithere/x86_64-fata/include there/x86_64-fata/lib/libz*.a -o z2' "$fata"
prints "an image of clang" "1.2." "$spt" z2
rm -r there/x86_64-fata
says "a toolchain that lost its sysroot" "there is no toolchain in" there/bin/x86_64-fata-cc main.c

# Ports of a program that are built by Meson and by plain make, one on the other
# and both on zlib.  (By configure and CMake are libxml2 and libgit2.)
# port_of NAME [LINES...]: of the files in ./NAME
port_of() {
    port=$1
    shift
    tar --sort=name --mtime=@0 --owner=0 --group=0 -cf "$port-1.tar" "$port"
    rm -r "$port" && mkdir "$port" && {
        printf 'component: %s\nversion: 1\nlicence: MIT\nsha256: %s\n' "$port" "$(sha256sum <"$port-1.tar" | cut -d ' ' -f 1)"
        printf 'source: [{ url: "file://%s/%s-1.tar" }]\n' "$PWD" "$port"
        for line; do echo "$line"; done
    } >"$port/fata.yml"
}
mkdir -p "$dir/built/sums" "$dir/built/names" && cd "$dir/built" || exit 1
cat >sums/meson.build <<'M'
project('sums', 'c', version: '1')
zlib = dependency('zlib')
assert(meson.get_compiler('c').has_function('snprintf'))
sums = static_library('sums', 'sums.c', dependencies: zlib, install: true)
install_headers('sums.h')
import('pkgconfig').generate(sums, description: 'sums')
M
echo 'unsigned long sum_of(const char *text);' >sums/sums.h
printf '#include "sums.h"\n#include <string.h>\n#include <zlib.h>\nunsigned long sum_of(const char *text) { return crc32(0, (const unsigned char *)text, strlen(text)); }\n' >sums/sums.c
port_of sums 'requires: [zlib]' 'build:' \
    '  - [meson, setup, build, $MESON_FILE, --prefix=$OUT, --libdir=lib, -Ddefault_library=static]' \
    '  - [meson, install, -C, build]'
cat >names/Makefile <<'M'
CFLAGS += $(shell $(PKG_CONFIG) --cflags sums)
install: names.o
	mkdir -p $(OUT)/lib $(OUT)/include
	$(AR) rcs $(OUT)/lib/libnames.a names.o
	cp names.h $(OUT)/include
M
echo 'int name_of(char *to, unsigned size, const char *text);' >names/names.h
printf '#include "names.h"\n#include <stdio.h>\n#include <sums.h>\nint name_of(char *to, unsigned size, const char *text) { return snprintf(to, size, "%%08lx", sum_of(text)); }\n' >names/names.c
port_of names 'requires: [sums]' 'build:' '  - [make, install]'
printf 'unikernel: built\nsources: [main.c]\nrequires: [run, names]\n' >fata.yml
cat >main.c <<'C'
#include "app.h"
#include <names.h>
#include <stdio.h>
int start(struct app *app)
{
    char name[9];
    (void)app;
    name_of(name, sizeof(name), "123456789");
    puts(name);
    return 0;
}
C
for target in unix spt; do
    prints "ports built by Meson and by make, for $target" cbf43926 "$fata" run -t $target
done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
