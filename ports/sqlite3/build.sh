# SPDX-License-Identifier: ISC
# Puts the amalgamation together by SQLite's own makefile, and compiles it. FTS5
# is an object of its own: SQLite's copy inside the amalgamation would be in
# every image.
#
# Environment: CC AR CFLAGS CPPFLAGS SRC PORT OUT (docs/ports.md).
set -eu

cd "$SRC"

for tool in tclsh cc; do
    if ! command -v $tool >/dev/null; then
        echo "SQLite's source is put together by $tool, which is not here;" \
            "type: apt-get install tcl gcc"
        exit 1
    fi
done

# cc: its generators run here. The parser has to know what is left out.
make -f main.mk TOP=. BCC=cc TCCX=false EXE= OPTS="-DSQLITE_OMIT_WAL" sqlite3.c

# -w: what upstream's own compilers warn of is upstream's.
compile() {
    $CC $CFLAGS $CPPFLAGS -w -I. -c -o "$@"
}
compile fts5.o -DSQLITE_CORE -DSQLITE_ENABLE_FTS5 fts5.c &
fts5=$!
compile sqlite3.o sqlite3.c
compile vfs.o "$PORT/vfs.c"
wait $fts5

mkdir -p "$OUT/lib" "$OUT/include"
"$AR" rcsD "$OUT/lib/libsqlite3.a" sqlite3.o fts5.o vfs.o
cp sqlite3.h "$OUT/include"
