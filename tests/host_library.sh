#!/bin/sh
# SPDX-License-Identifier: ISC
# The libraries for programs of the host: installed below DESTDIR, moved
# elsewhere, and used from there by a program outside of the repository, with
# pkg-config and with CMake, by gcc and by clang.  curl asks it.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 skipped=0

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >"$dir/log" 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "FAIL $name"
        tail -n 30 "$dir/log"
        failed=$((failed + 1))
    fi
}

skip() {
    echo "skip $1"
    skipped=$((skipped + 1))
}

for need in curl pkg-config; do
    if ! command -v $need >/dev/null; then
        echo "skip host libraries: $need is not installed"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
done
if ! pkg-config --exists libuv; then
    echo "skip host libraries: libuv is not installed; apt-get install libuv1-dev"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

# serves PROGRAM: two requests on one connection, a third, and a clean end.
serves() {
    rm -f "$dir/input" "$dir/port"
    mkfifo "$dir/input"
    "$1" <"$dir/input" >"$dir/port" &
    pid=$!
    exec 3>"$dir/input"
    for _ in $(seq 100); do
        [ -s "$dir/port" ] && break
        sleep 0.1
    done
    url=http://127.0.0.1:$(cat "$dir/port")
    got=$(curl -sS -m 10 "$url/one" "$url/two?x"; curl -sS -m 10 "$url/three")
    exec 3>&-
    wait $pid || return 1
    echo "$got"
    [ "$got" = "a fiber says: /one
a fiber says: /two
a fiber says: /three" ]
}

# make, for the library alone and in a folder of this test
library() { # CC TARGET
    make -C "$here" --no-print-directory CC="$1" HOST_B="$dir/build-$1" PREFIX=/opt/fata DESTDIR="$dir/stage" "$2"
}

with_pkg_config() { # CC
    # shellcheck disable=SC2046 # words
    $1 -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$dir/server" "$dir/outside/main.c" \
        $(PKG_CONFIG_PATH="$dir/moved/lib/pkgconfig" pkg-config --cflags --libs fata-uv fata-http-engine)
}

with_cmake() { # CC
    rm -rf "$dir/cmake"
    cmake -S "$dir/outside" -B "$dir/cmake" -DCMAKE_C_COMPILER="$1" -DCMAKE_PREFIX_PATH="$dir/moved" &&
        cmake --build "$dir/cmake"
}

# What is in archives: nothing of llhttp that could meet another one.
hides_llhttp() {
    ! nm -g --defined-only "$dir/moved/lib/libfata-http-engine.a" | grep ' llhttp_'
}

cp -R "$here/tests/host_library" "$dir/outside"
for cc in gcc clang; do
    if ! command -v $cc >/dev/null; then
        skip "$cc: it is not installed"
        continue
    fi
    rm -rf "$dir/stage" "$dir/moved"
    check "$cc: install" library $cc install-libraries
    mv "$dir/stage/opt/fata" "$dir/moved"
    check "$cc: names no folder of the build" \
        sh -c "! grep -rl -e '$dir' -e '$here' '$dir/moved/lib/pkgconfig' '$dir/moved/lib/cmake' '$dir/moved/share'"
    check "$cc: licences" grep -q llhttp "$dir/moved/share/doc/fata/licences"
    check "$cc: llhttp is hidden" hides_llhttp
    check "$cc: builds with pkg-config" with_pkg_config $cc
    check "$cc: serves" serves "$dir/server"
    if command -v cmake >/dev/null; then
        check "$cc: builds with CMake" with_cmake $cc
        check "$cc: serves" serves "$dir/cmake/server"
    else
        skip "$cc: CMake: it is not installed; apt-get install cmake"
    fi
    mkdir -p "$dir/stage/opt"
    mv "$dir/moved" "$dir/stage/opt/fata"
    check "$cc: uninstall" library $cc uninstall-libraries
    check "$cc: nothing is left" test -z "$(find "$dir/stage" -type f)"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
