#!/bin/sh
# SPDX-License-Identifier: ISC
# Files made at build time: `generate`, and folders that go into images - what
# is made anew and what is not, and that the same files make the same image.
#   made.sh FATA
set -u
fata=$(realpath "${1:?usage: made.sh FATA}")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
export LC_ALL=C
passed=0 failed=0
ok() { echo "ok $1"; passed=$((passed + 1)); }
bad() {
    echo "FAIL $1: $2"
    sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null
    failed=$((failed + 1))
}
try() {
    name=$1 want=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq "$want" ]; then return 0; fi
    bad "$name" "status $status, not $want"
    return 1
}
has() { grep -qF -- "$2" "$work/$1"; }
said() { try "$1" 0 "$fata" run -t unix && { has out "$2" && ok "$1" || bad "$1" "no \"$2\""; }; }

# project FOLDER: a program that tells what it has
project() {
    mkdir -p "$1/site/css" "$1/words" && cd "$1" || exit 1
    cat >fata.yml <<'Y'
unikernel: made
sources: [main.c, other.c]
requires: [kv]
generate:
  - { output: [words.c, words.h], command: [sh, words.sh], inputs: [words/] }
  - { output: pages/, command: [sh, pages.sh], inputs: [words/] }
devices:
  site: { kind: kv-ro, from: site/ }
  pages: { kind: kv-ro, from: pages/ }
Y
    cat >main.c <<'Y'
#include "app.h"
#include "words.h"
#include <fata/kv.h>
#include <stdio.h>
static void show(struct fata_kv *kv, const char *folder)
{
    struct fata_kv_entry e;
    size_t place = 0;
    while (fata_kv_list(kv, "", 0, &place, &e) > 0) {
        printf("%s/%.*s", folder, (int)e.length, e.name);
        if (e.value != NULL)
            printf("=%.*s", (int)e.value->size, (const char *)e.value->data);
        printf(";");
    }
}
int start(struct app *app)
{
    printf("%s;", words);
    show(app->site, "site");
    show(app->pages, "pages");
    printf("\n");
    return 0;
}
Y
    echo 'extern int other; int other;' >other.c
    cat >words.sh <<'Y'
echo 'extern const char words[];' >"$FATA_OUT/words.h"
printf '#include "words.h"\nconst char words[] = "%s";\n' "$(cat words/* )" >"$FATA_OUT/words.c"
Y
    cat >pages.sh <<'Y'
cat words/* >/dev/null
for w in words/*; do
    cat $w >$FATA_OUT/pages/$(basename $w)
done
Y
    printf one >words/a
    printf two >words/b
    printf hello >site/index.html
    printf style >site/css/site.css
}

project "$work/p"
find . | sort >"$work/before"
n="several files and folders"
said "$n" "onetwo;site/css;site/index.html=hello;pages/a=one;pages/b=two;"
n="nothing is written into the sources"
find . | grep -v '^./build\|compile_commands' | sort | cmp -s - "$work/before" && ok "$n" || bad "$n" "files"
n="a null build does nothing"
try "$n" 0 "$fata" build -t unix && { [ -s "$work/err" ] && bad "$n" "it did something" || ok "$n"; }
n="a changed file"
printf goodbye >site/index.html
said "$n" "site/index.html=goodbye;"
n="a changed file makes anew what needs it"
printf hello >site/index.html
try "$n" 0 "$fata" build -t unix && {
    if has err "CC build/obj" && grep -q 'main.c.o\|other.c.o\|words.c.o\|pages' "$work/err"; then
        bad "$n" "and more"
    else ok "$n"; fi
}
n="a file that is added"
printf x >site/css.txt
said "$n" "site/css.txt=x;site/css;site/index.html=hello;"
n="a file that is removed"
rm site/css.txt
said "$n" "site/css;site/index.html=hello;"
n="an input that is changed"
printf due >words/b
said "$n" "onedue;site/css;site/index.html=hello;pages/a=one;pages/b=due;"
n="an input that is added to an input folder"
printf tre >words/c
said "$n" "pages/c=tre;"
n="an input that is removed"
rm words/c
said "$n" "onedue;site/css;site/index.html=hello;pages/a=one;pages/b=due;"
n="a script that changed"
sed -i 's/cat \$w/tr a-z A-Z <$w/' pages.sh
said "$n" "onedue;site/css;site/index.html=hello;pages/a=ONE;pages/b=DUE;"
n="what comes out the same makes nothing anew"
echo '# a remark' >>pages.sh
try "$n" 0 "$fata" build -t unix && {
    has err "GEN build/gen/program/made/pages.stamp" && ! has err LINK && ! has err "CC " &&
        ok "$n" || bad "$n" "work"
}
n="a command that fails: its line, its last lines"
cp pages.sh keep
echo 'seq 100; echo "no such page" >&2; exit 3' >>pages.sh
try "$n" 1 "$fata" build -t unix && {
    has err '`sh pages.sh`, run in .' && has err 'ended with status 3' && has err 'no such page' &&
        has err 100 && ! grep -qx 50 "$work/err" && ok "$n" || bad "$n" text
}
n="after a failure the old files are there"
[ "$(cat build/gen/program/made/pages/a)" = ONE ] && ok "$n" || bad "$n" "they are not"
n="a command that does not make its output"
echo 'rm -r $FATA_OUT/pages' >pages.sh
try "$n" 1 "$fata" build -t unix && { has err 'has not made $FATA_OUT/pages/' && ok "$n" || bad "$n" text; }
n="a mistake in a generated folder says where it is used"
echo ': >$FATA_OUT/pages/$(printf "a\tb")' >pages.sh
try "$n" 1 "$fata" build -t unix && {
    has err 'fata.yml:9:31: error: the name of' && ok "$n" || bad "$n" text
}
mv keep pages.sh
said "and all is well again" "pages/a=ONE;"
n="something that is no file"
mkfifo site/pipe
try "$n" 2 "$fata" build -t unix && { has err 'fata.yml:8:30: error: site/pipe is neither' && ok "$n" || bad "$n" text; }
rm site/pipe
n="a folder that is too large"
truncate -s 200M site/a site/b
try "$n" 2 "$fata" build -t unix && { has err 'fata.yml:8:30: error: with site/b the folder is larger than 256 MiB' && ok "$n" || bad "$n" text; }
rm site/a site/b

n="the same files make the same image, wherever they lie"
printf x >site/z && printf y >site/a
try "$n" 0 "$fata" build -t spt && {
    one=$(tail -n 1 "$work/out")
    mkdir -p "$work/deeper/in"
    project "$work/deeper/in/q"
    printf y >site/a && printf due >words/b && printf x >site/z # another order
    cp "$work/p/pages.sh" .
    touch -d '2001-01-01' site/* words/*
    try "$n" 0 "$fata" build -t spt && {
        cmp "$one" "$(tail -n 1 "$work/out")" >"$work/err" && ok "$n" || bad "$n" "they differ"
    }
}

echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
