#!/bin/sh
# SPDX-License-Identifier: ISC
# Gets the distribution's packages that building Fata needs.
#
#   packages.sh [--private] [--makefile FILE] PACKAGE...
#
# What is there is skipped.  As root: apt-get install.  Otherwise, or with
# --private: the packages and what they depend on are downloaded and unpacked
# below HOST = (FATA_CACHE, or XDG_CACHE_HOME/fata, or ~/.cache/fata)/host, and
# HOST/env.mk (for make: `-include`) and HOST/env.sh (for sh) say where they
# are: PATH, PKG_CONFIG_PATH, LD_LIBRARY_PATH, PERL5LIB, and FATA_HOST_CPPFLAGS
# and FATA_HOST_LDFLAGS for host programs.  (Not CPATH or LIBRARY_PATH: the
# compilers of images would read them too.)  --makefile: FILE includes HOST/env.mk
# if that exists, and is empty otherwise.  Where that cannot work, the line to
# type is printed, and the exit status is 1.
set -u

private= makefile=
while :; do
    case ${1:-} in
    --private) private=1 ;;
    --makefile) makefile=$2 && shift ;;
    *) break ;;
    esac
    shift
done
# Where private packages go.
host=${FATA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/fata}/host
root=$host/root

say() { echo "packages.sh: $*" >&2; }

# Is a package's purpose served already, from wherever?  (Also the only test
# where there is no dpkg.)
served() {
    case $1 in
    ninja-build) command -v ninja ;;
    pkg-config | pkgconf) command -v pkg-config ;;
    curl) command -v curl || command -v wget ;;
    binutils) command -v ld && command -v ar && command -v objcopy ;;
    dpkg-dev) command -v dpkg-source ;;
    make | gcc | clang | patch | xz-utils) command -v "${1%-utils}" ;;
    libfyaml-dev | libseccomp-dev | libelf-dev) have_library "${1%-dev}" ;;
    libjansson-dev) have_library jansson ;;
    libuv1-dev) have_library libuv ;;
    libssl-dev) have_library libcrypto ;;
    zlib1g-dev) have_library zlib ;;
    *) return 1 ;;
    esac >/dev/null 2>&1
}
have_library() { command -v pkg-config && pkg-config --exists "$1"; }

installed() {
    # Of several words the first counts: "install ok installed".
    case $(dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1) in
    installed) return 0 ;;
    esac
    return 1
}

# The packages of the arguments that are missing, in $missing.
find_missing() {
    missing=
    for p; do
        installed "$p" || grep -qxF -e "$p" "$host/packages" 2>/dev/null ||
            served "$p" || missing="$missing $p"
    done
}

give_up() {
    say "$*"
    echo "    apt-get install --no-install-recommends$missing" >&2
    exit 1
}

with_root() {
    export DEBIAN_FRONTEND=noninteractive
    say "installing$missing"
    for p in $missing; do
        if ! apt-cache show "$p" >/dev/null 2>&1; then
            apt-get -qq update >&2
            break
        fi
    done
    apt-get -qq install -y --no-install-recommends $missing >&2 && return
    # The lists may be older than the mirror.
    apt-get -qq update >&2
    apt-get -qq install -y --no-install-recommends $missing >&2 ||
        give_up "apt-get install failed; this is needed:"
}

finish() {
    [ -n "$makefile" ] || exit 0
    if [ -e "$host/env.mk" ]; then
        echo "-include $host/env.mk"
    fi >"$makefile"
    exit 0
}

# apt on lists of its own; the machine's package sources and keys.
private_apt() {
    program=$1
    shift
    set -- -c "$host/apt/apt.conf" -oDir::State::lists="$host/apt/lists" \
        -oDir::Cache="$host/apt/cache" -oDebug::NoLocking=true \
        -oAcquire::Languages=none -oAcquire::Retries=2 "$@"
    [ "$(id -u)" = 0 ] && set -- -oAPT::Sandbox::User=root "$@"
    LC_ALL=C "$program" "$@"
}

private_lists() {
    mkdir -p "$host/apt/lists/partial" "$host/apt/cache/archives/partial" || exit 1
    cat >"$host/apt/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
    private_apt apt-get -qq update >"$host/apt/log" 2>&1
    # Some of the machine's sources may be gone; those that are left decide.
    return 0
}

# "name=version" of what would be installed, one a line.
plan() {
    private_apt apt-get -s --no-install-recommends install $missing 2>"$host/apt/log" |
        sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p'
}

# Links that lead to the machine's own libraries, and pkg-config files.
adjust() {
    find "$root/usr" "$root/lib" -type l 2>/dev/null | while read -r link; do
        [ -e "$link" ] && continue
        target=$(readlink "$link")
        place=$(dirname "${link#"$root"}")
        case $target in
        /*) places="$root$target $target" ;;
        *) places="$place/$target /usr$place/$target ${place#/usr}/$target" ;;
        esac
        for t in $places; do
            [ -e "$t" ] && ln -sf "$t" "$link" && break
        done
    done
    find "$root" -path '*/pkgconfig/*.pc' -type f | while read -r pc; do
        sed "s#=/usr#=$root/usr#" "$pc" >"$pc.tmp" && mv "$pc.tmp" "$pc"
    done
}

# Folders of the private root that exist, joined by `:`.
folders() {
    joined=
    for d; do
        [ -d "$root/$d" ] && joined=${joined:+$joined:}$root/$d
    done
    echo "$joined"
}

write_env() {
    triplet=$(gcc -print-multiarch 2>/dev/null || dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null)
    : "${triplet:=$(uname -m)-linux-gnu}"
    libs=$(folders "usr/lib/$triplet" "lib/$triplet" usr/lib)
    cppflags= ldflags=
    for d in usr/include "usr/include/$triplet"; do
        [ -d "$root/$d" ] && cppflags="$cppflags -isystem $root/$d"
    done
    for d in "usr/lib/$triplet" "lib/$triplet"; do
        [ -d "$root/$d" ] && ldflags="$ldflags -L$root/$d -Wl,-rpath,$root/$d"
    done
    : >"$host/env.mk.tmp"
    : >"$host/env.sh.tmp"
    for pair in "PATH=$(folders usr/bin usr/sbin bin sbin)" \
        "PKG_CONFIG_PATH=$(folders "usr/lib/$triplet/pkgconfig" usr/share/pkgconfig)" \
        "LD_LIBRARY_PATH=$libs" "PERL5LIB=$(folders usr/share/perl5)"; do
        name=${pair%%=*} value=${pair#*=}
        [ -n "$value" ] || continue
        echo "export $name := $value\$(if \$($name),:\$($name))" >>"$host/env.mk.tmp"
        echo "export $name='$value'\"\${$name:+:\$$name}\"" >>"$host/env.sh.tmp"
    done
    for pair in "FATA_HOST_CPPFLAGS=${cppflags# }" "FATA_HOST_LDFLAGS=${ldflags# }"; do
        echo "export ${pair%%=*} := ${pair#*=}" >>"$host/env.mk.tmp"
        echo "export ${pair%%=*}='${pair#*=}'" >>"$host/env.sh.tmp"
    done
    # For programs that run outside of make, too.
    echo 'override CPPFLAGS += $(FATA_HOST_CPPFLAGS)' >>"$host/env.mk.tmp"
    echo 'override LDFLAGS += $(FATA_HOST_LDFLAGS)' >>"$host/env.mk.tmp"
    mv "$host/env.mk.tmp" "$host/env.mk"
    mv "$host/env.sh.tmp" "$host/env.sh"
}

without_root() {
    for p in apt-get apt-cache dpkg-deb; do
        command -v $p >/dev/null || give_up "$p is missing; as root:"
    done
    case $host in
    *[!A-Za-z0-9/._+-]*) give_up "$host: not a name that make can read; as root:" ;;
    esac
    mkdir -p "$host" || exit 1
    if command -v flock >/dev/null; then
        exec 9>"$host/lock"
        flock 9
        find_missing $missing
        [ -n "$missing" ] || return 0
    fi
    say "without root: unpacking$missing below $host"
    private_lists
    wanted=$(plan)
    [ -n "$wanted" ] || give_up "not in this machine's package sources:"
    case " $(echo $wanted)" in
    *' libc6='* | *' libc6-dev='* | *' libc-bin='*)
        give_up "these need the machine's libc to change; as root:"
        ;;
    esac
    rm -rf "$host/new"
    mkdir -p "$host/new" "$root"
    (cd "$host/new" && private_apt apt-get -qq download $wanted >>"$host/apt/log" 2>&1) ||
        give_up "the download failed; as root:"
    for deb in "$host/new"/*.deb; do
        dpkg-deb -x "$deb" "$root" || give_up "$deb cannot be unpacked; as root:"
    done
    adjust
    write_env
    for p in $wanted; do
        name=${p%%=*}
        echo "${name%%:*}"
    done >>"$host/packages"
    rm -rf "$host/new"
}

find_missing "$@"
[ -n "$missing" ] || finish
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "this machine has no apt; these packages of Debian, by whatever name they have here, are needed:"
    echo "   $missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ] && [ -z "$private" ]; then
    with_root
else
    without_root
fi
finish
