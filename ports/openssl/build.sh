# SPDX-License-Identifier: ISC
# Builds libcrypto and libssl with OpenSSL's own Configure and Makefile.
#
# Environment: CC AR LD RANLIB CFLAGS CPPFLAGS ARCH FLAVOUR SRC PORT OUT JOBS
# (docs/ports.md).
set -eu

cd "$SRC"

# What images do not have: files that are loaded, threads, sockets, a terminal,
# locked memory, a configuration that is read by itself.  And what nobody should
# begin to use: ciphers and hashes that are broken, forgotten or of one country,
# DSA, binary curves, TLS before 1.2.
perl Configure --config="$PORT/fata.conf" "fata-$ARCH" \
    --prefix=/ --libdir=lib --openssldir=/ssl --with-rand-seed=none \
    no-shared no-pic no-dso no-module no-engine no-tests no-makedepend \
    no-async no-threads no-sock no-ui-console no-secure-memory no-atexit \
    no-autoload-config \
    no-aria no-bf no-camellia no-cast no-dsa no-ec2m no-gost no-idea no-legacy \
    no-md4 no-mdc2 no-rc2 no-rc4 no-rmd160 no-seed no-sm2 no-sm3 no-sm4 \
    no-whirlpool \
    no-cmp no-cms no-comp no-ct no-multiblock no-nextprotoneg no-rfc3779 \
    no-srp no-ssl-trace no-ts \
    no-dtls no-srtp no-tls1 no-tls1-method no-tls1_1 no-tls1_1-method \
    enable-ec_nistp_64_gcc_128 \
    CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS -w" CPPFLAGS="$CPPFLAGS"

# The compiler's flags, which the library would tell, name folders of this build.
perl util/mkbuildinf.pl fata "fata-$ARCH" >crypto/buildinf.h

make -f "$PORT/fata.mk" -j"$JOBS" build_generated
make -f "$PORT/fata.mk" -j"$JOBS" libcrypto.a libssl.a

# shellcheck disable=SC2086 # words
$CC $CFLAGS $CPPFLAGS -std=c99 -I. -Iinclude -Iproviders/common/include \
    -Iproviders/implementations/include -c "$PORT/seed.c" -o seed.o
"$AR" d libcrypto.a libdefault-lib-rand_unix.o
"$AR" q libcrypto.a seed.o

# Which instructions the CPU has is found out by code in section .init, which
# images do not have: functions that do not initialize the library would do
# without.
if [ "$ARCH-$FLAVOUR" = x86_64-image ]; then
    object=libcrypto-lib-x86_64cpuid.o
    echo '.section .init_array, "aw"; .quad OPENSSL_cpuid_setup' |
        $CC -c -x assembler - -o init.o
    "$LD" -r -o "$object" "crypto/$object" init.o
    "$AR" r libcrypto.a "$object"
fi

# There it is in the auxiliary vector, of musl's too; otherwise it would be
# tried, and SIGILL caught.
if [ "$ARCH" = aarch64 ]; then
    # shellcheck disable=SC2086
    $CC $CFLAGS $CPPFLAGS -w -I. -Iinclude -DNDEBUG \
        -DOSSL_IMPLEMENT_GETAUXVAL -include sys/auxv.h \
        -c crypto/armcap.c -o libcrypto-lib-armcap.o
    "$AR" r libcrypto.a libcrypto-lib-armcap.o
fi
"$RANLIB" libcrypto.a

mkdir -p "$OUT/lib" "$OUT/include/openssl"
cp libcrypto.a libssl.a "$OUT/lib"
cp include/openssl/*.h "$OUT/include/openssl"
