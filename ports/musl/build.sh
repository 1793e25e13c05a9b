# SPDX-License-Identifier: ISC
# Builds musl with its own configure and makefile.  Our seam/ stands before
# musl's headers in the quote include path, so that each system call becomes a
# reference to a symbol of its own (seam/syscall_arch.h).
#
# Environment: CC AR RANLIB CFLAGS ARCH SRC PORT OUT JOBS (docs/ports.md).
set -eu

cd "$SRC"

# -mno-red-zone (x86_64): the seam calls from inline assembly.
case $ARCH in
x86_64) red_zone=-mno-red-zone ;;
*) red_zone= ;;
esac

# musl's own choice of -Os and no stack protector; the flavour's sections and
# frame pointers.
./configure --target="$ARCH" --prefix= --disable-shared --with-malloc=oldmalloc \
    CC="$CC" AR="$AR" RANLIB="$RANLIB" \
    CFLAGS="$CFLAGS -std=c99 -Os -w -fno-stack-protector $red_zone -iquote $PORT/seam"
make -j"$JOBS" AR="$AR" RANLIB="$RANLIB" lib/libc.a
make DESTDIR="$OUT" install-headers

# System calls in assembly: what images cannot have (threads, processes, signal
# return), or what the platform provides (__set_thread_area).  There are two
# clone.o; clone() itself is in the other.
"$AR" d lib/libc.a clone.o clone.o vfork.o __unmapself.o restore.o \
    syscall_cp.o __set_thread_area.o
"$RANLIB" lib/libc.a
mkdir -p "$OUT/lib"
cp lib/libc.a "$OUT/lib/libc.a"
