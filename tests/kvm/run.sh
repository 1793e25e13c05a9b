#!/bin/sh
# SPDX-License-Identifier: ISC
# What the /dev/kvm of this host may not be able to: ring 0, and SVM itself.
# QEMU emulates (TCG) a CPU with SVM; on it boots Debian's kernel, with an
# initramfs made here, and runs tests/kvm/cases.  Nothing is installed but, as
# root, QEMU and busybox.  Argument: the tool.
set -u
cd "$(dirname "$0")/../.." || exit 1
fata=$1
tender=$(dirname "$fata")/fata-hvt
dir=build/kvm
limit=${FATA_KVM_SECONDS:-600}
packages="qemu-system-x86 busybox-static"

skip() {
    echo "skip check-kvm: $*"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

die() {
    echo "FAIL check-kvm: $*"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

[ "$(uname -m)" = x86_64 ] || skip "its images are for x86_64"
mkdir -p $dir || exit 1

# QEMU and a static busybox, from wherever.
busybox=
find_programs() {
    qemu=$(command -v qemu-system-x86_64)
    for b in $(command -v busybox) $roots/bin/busybox $roots/usr/bin/busybox; do
        [ -x "$b" ] && ! ldd "$b" 2>/dev/null | grep -q '=>' && busybox=$b
    done
    [ -n "$qemu" ] && [ -n "$busybox" ]
}
roots=${FATA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/fata}/host/root
env=${roots%/root}/env.sh
# shellcheck disable=SC1090
[ -e "$env" ] && . "$env"
if ! find_programs; then
    # shellcheck disable=SC2086
    sh tool/packages.sh $packages >$dir/packages.log 2>&1
    # shellcheck disable=SC1090
    [ -e "$env" ] && . "$env"
    find_programs || skip "qemu-system-x86_64 or a static busybox is not installed; type: apt-get install --no-install-recommends $packages"
fi
# A QEMU that was unpacked, not installed, finds its firmware by this.
firmware=
case $qemu in
"$roots"/*) firmware="-L $roots/usr/share/qemu -L $roots/usr/share/seabios" ;;
esac

# The kernel: a package, unpacked.  The metapackage says which.
get_kernel() {
    kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[^<>]*\)$/\1/p' | head -n 1)
    [ -n "$kernel" ] || return 1
    rm -rf $dir/new
    mkdir -p $dir/new/image
    (cd $dir/new && apt-get -qq -oAPT::Sandbox::User=root download "$kernel") \
        >$dir/kernel.log 2>&1 || return 1
    dpkg-deb -x $dir/new/*.deb $dir/new/image || return 1
    # Of a hundred megabytes, these.
    rm -rf $dir/kernel
    mkdir $dir/kernel
    mv $dir/new/image/boot/vmlinuz-* $dir/new/vmlinuz || return 1
    for m in kvm-amd kvm irqbypass ccp tun; do
        find $dir/new/image \( -name $m.ko -o -name $m.ko.xz \) \
            -exec mv {} $dir/kernel \;
    done
    for m in "$dir"/kernel/*.xz; do
        [ -e "$m" ] && { xz -d "$m" || return 1; }
    done
    mv $dir/new/vmlinuz $dir/kernel && rm -rf $dir/new
}

if ! [ -e $dir/kernel/vmlinuz ]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        skip "it takes Debian's package linux-image-cloud-amd64, and there is no apt"
    get_kernel || { [ "$(id -u)" = 0 ] && apt-get -qq update >/dev/null 2>&1 && get_kernel; } ||
        skip "no package linux-image-cloud-amd64 ($(tail -n 1 $dir/kernel.log 2>/dev/null)); type: apt-get update"
fi

# Modules in the order of loading: a module after what it depends on.
module() {
    [ -e "$dir/kernel/$1.ko" ] || return 0 # built in
    grep -qx "$1.ko" "$root/modules/order" && return 0
    for d in $(tr '\0' '\n' <"$dir/kernel/$1.ko" | sed -n 's/^depends=//p' | tr ',' ' '); do
        (module "$d") || return 1
    done
    cp "$dir/kernel/$1.ko" "$root/modules" && echo "$1.ko" >>"$root/modules/order"
}

# As tender/tests/run_hvt.sh does, but static.
guest() { # NAME SOURCE FLAGS
    name=$1 source=$2
    shift 2
    ${CC:-gcc} -E -P "$@" -x c tender/tests/guest/guest.ld -o "$dir/$name.ld" &&
        ${CC:-gcc} -std=c17 -O1 -g -ffreestanding -fno-stack-protector -fno-pic \
            -fno-pie -fcf-protection=none -fno-omit-frame-pointer \
            -fno-asynchronous-unwind-tables -nostdlib -static -no-pie \
            -Wl,-T,"$dir/$name.ld" -Wl,--build-id=none \
            -Wl,-z,max-page-size=0x1000 -Iabi/include -Ibase/include "$@" \
            -Itender/tests/guest "$source.c" -o "$root/guests/$name"
}

# ours IMAGE PLACE: also without the note.
ours() {
    mkdir -p "$(dirname "$root/ours/$2")" "$(dirname "$root/plain/$2")"
    cp "$1" "$root/ours/$2" &&
        LC_ALL=C sed 's/Fata\x00\x00\x00\x00/Xata\x00\x00\x00\x00/' "$1" >"$root/plain/$2" &&
        chmod 755 "$root/plain/$2" && ! cmp -s "$root/ours/$2" "$root/plain/$2"
}

root=$dir/root
rm -rf $root
mkdir -p $root/bin $root/modules $root/guests $root/dev $root/proc $root/sys
: >$root/modules/order
for m in irqbypass kvm kvm-amd tun; do
    module $m || die "module $m"
done
[ -e $root/modules/kvm-amd.ko ] || die "the kernel's package has no kvm-amd.ko"
cp "$busybox" $root/bin/busybox && cp "$tender" $root/bin/fata-hvt &&
    cp tests/kvm/init tests/kvm/cases $root && chmod 755 $root/init || exit 1

# TCG asks of a task register that the TSS is not busy (type 9) before it reads
# the I/O bitmap (helper_check_io); that holds after its own `ltr`, which keeps
# the type as it was, but not for one that VMRUN loads.  Hardware wants 11: VMX
# refuses all else.  So for ring 3 a tender that differs in this number.
sed '/s->tr = /,/};/s/\.type = 11,/.type = 9,/' tender/hvt/ring3.c >$dir/ring3.c
cmp -s tender/hvt/ring3.c $dir/ring3.c && die "tender/hvt/ring3.c: no type of the TSS"
# shellcheck disable=SC2046,SC2086
${CC:-gcc} -std=c17 -D_GNU_SOURCE -O2 -g -static-pie -fPIE ${FATA_HOST_CPPFLAGS:-} \
    -DFATA_VERSION='"check-kvm"' -Ibase/include -Iabi/include -Itender -Itender/hvt \
    tender/*.c $(ls tender/hvt/*.c | grep -v /ring3.c) $dir/ring3.c \
    -o $root/bin/fata-hvt-tcg $(pkg-config --cflags --libs --static libseccomp) ||
    die "the tender does not compile"

g=tender/tests/guest
guest hvt0_sse $g/hvt && guest hvt0 $g/hvt -mgeneral-regs-only &&
    guest hvt3 $g/hvt -DFATA -mgeneral-regs-only &&
    guest hvt3_1 $g/hvt -DFATA -DNOTE_1 -mgeneral-regs-only &&
    guest hvt0_device $g/hvt_device &&
    guest hvt_device $g/hvt_device -DFATA -mgeneral-regs-only &&
    guest hvt_ring $g/hvt_ring -DFATA -mgeneral-regs-only &&
    guest hvt_ring0 $g/hvt_ring -mgeneral-regs-only &&
    guest ring tests/kvm/ring_guest &&
    guest plain $g/plain -mgeneral-regs-only || die "a guest does not compile"
${CC:-gcc} -std=c17 -D_GNU_SOURCE -O1 -static -Iabi/include -Ibase/include \
    tender/tests/hvt_test.c tender/tests/core_cases.c tender/tests/ring_cases.c \
    tender/tests/cases.c tender/tests/run.c \
    -o $root/bin/hvt_test || die "hvt_test does not compile"
${CC:-gcc} -std=c17 -D_GNU_SOURCE -O1 -g -static -pthread -Iabi/include -Ibase/include \
    tests/kvm/second/*.c -o $root/bin/second-tender ||
    die "the second tender does not compile"

# program FOLDER PLACE
program() {
    image=$($fata build -t hvt "$1" 2>$dir/build.log | tail -n 1)
    [ -e "$image" ] || die "$1 does not build: see $dir/build.log"
    ours "$image" "$2" || die "$1 has no note"
}
program examples/hello hello
program libc/tests/ends tests/libc/ends
program libc/tests/heap tests/libc/heap
program platform/tests/own_loop tests/platform/own-loop
program device/tests/block tests/device/blockconformance
program device/tests/net tests/device/netconformance
program bench/net tests/bench/netload
program lib/run/tests/calls tests/run/calls
program lib/run/tests/frames tests/run/frames
# The ports' tests, in ring 3: a library that minds the kind of machine.
for tests in ports/*/tests/image; do
    port=${tests#ports/}
    program "$tests" "ports/${port%%/*}"
done
# For the images; how they end on this host's KVM is another test.
$fata test -t hvt async base platform libc device >$dir/test.log 2>&1
for unit in async base platform libc device; do
    for image in build/hvt-x86_64/tests/$unit/*; do
        place=tests/$unit/${image##*/}
        case $image in
        *.debug) ;;
        *) [ -e "$root/ours/$place" ] || ours "$image" "$place" ||
            die "$image: missing, or without note: see $dir/test.log" ;;
        esac
    done
done

(cd $root && find . | "$busybox" cpio -o -H newc 2>/dev/null) >$dir/initramfs
[ -s $dir/initramfs ] || die "no initramfs"
begin=$(date +%s)
# shellcheck disable=SC2086
timeout -k 5 "$limit" "$qemu" $firmware -accel tcg -cpu max,+svm,+npt -smp 1 -m 1024 \
    -nodefaults -no-reboot -display none -serial stdio \
    -kernel $dir/kernel/vmlinuz -initrd $dir/initramfs \
    -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off" \
    </dev/null 2>&1 | tr -d '\r' | tee $dir/console.log | grep -aE '^(ok|FAIL|skip|#|    |[0-9]+ passed)'
echo "# the machine ran for $(($(date +%s) - begin)) s"
# The sum is the last thing that it prints.
sum=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' $dir/console.log | tail -n 1)
if [ -z "$sum" ]; then
    echo "FAIL check-kvm: the machine did not come to the end in $limit s; $dir/console.log ends:"
    tail -n 20 $dir/console.log | sed 's/^/    /'
    passed=$(grep -ac '^ok ' $dir/console.log)
    failed=$(grep -ac '^FAIL ' $dir/console.log)
    echo "$passed passed, $((failed + 1)) failed, 0 skipped"
    exit 1
fi
echo "$sum"
case $sum in
*" 0 failed,"*) exit 0 ;;
esac
exit 1
