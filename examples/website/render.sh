#!/bin/sh
# SPDX-License-Identifier: ISC
# Renders the project's documentation into $FATA_OUT/site.   render.sh TOP
#
# Every page of docs/ is found by itself; README is the index.  page.awk makes
# the page around what cmark-gfm says (GitHub's cmark: tables).
set -eu
top=${1:?usage: render.sh TOP}
out=${FATA_OUT:?run by fata}/site
if ! command -v cmark-gfm >/dev/null; then
    echo "there is no cmark-gfm here; type: apt-get install cmark-gfm" >&2
    exit 1
fi

# SOURCE, a tab, PAGE, a tab, TITLE, a tab, GROUP; in the order of the menu.
list=$FATA_OUT/list
entry() {
    title=$(sed -n '/^# /{s/^# *//p;q;}' "$top/$1")
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "${4:-$title}" "$3"
}
{
    entry README.md index.html Start "About Fata"
    entry docs/architecture.md architecture.html Start
    for page in "$top"/docs/*.md; do
        page=${page##*/}
        [ "$page" = architecture.md ] || entry "docs/$page" "${page%.md}.html" Subjects
    done
    entry CHANGES.md changes.html Project
    entry CONTRIBUTING.md contributing.html Project
} >"$list"

cp static/* "$out"
page() { # SOURCE PAGE, Markdown on standard input
    cmark-gfm -e table -e strikethrough -e autolink --to html |
        awk -v list="$list" -v source="$1" -v page="$2" -f page.awk >"$out/$2"
}
while IFS="$(printf '\t')" read -r source name rest; do
    page "$source" "$name" <"$top/$source"
done <"$list"
page 404.md 404.html <404.md
