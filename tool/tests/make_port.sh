# SPDX-License-Identifier: ISC
# make_port FOLDER NAME VERSION [LINES...]: a port whose library has the
# function NAME_version(), its source an archive beside the manifest.  LINES are
# more of the manifest, in place of `sources`.  Tests read this file.
make_port() {
    port_folder=$1 port_name=$2 port_version=$3
    shift 3
    port_tree=$(mktemp -d)
    mkdir -p "$port_folder" "$port_tree/$port_name/src"
    cat >"$port_tree/$port_name/src/$port_name.c" <<C
#include <$port_name.h>
const char *${port_name}_version(void)
{
    return "$port_name $port_version";
}
C
    echo "const char *${port_name}_version(void);" >"$port_tree/$port_name/src/$port_name.h"
    printf 'The licence of %s: do what you like.\n' "$port_name" >"$port_tree/$port_name/LICENSE"
    tar -C "$port_tree" --sort=name --mtime=@0 --owner=0 --group=0 -cf \
        "$port_folder/$port_name-$port_version.tar" "$port_name"
    {
        echo "component: $port_name"
        echo "doc: the library $port_name"
        echo "version: $port_version"
        echo "licence: MIT"
        echo "sha256: $(sha256sum "$port_folder/$port_name-$port_version.tar" | cut -d ' ' -f 1)"
        echo "source: [{ url: \"file://$(realpath "$port_folder")/$port_name-$port_version.tar\" }]"
        echo "include: [src]"
        [ $# -gt 0 ] || set -- 'sources: [src/*.c]'
        for port_line; do echo "$port_line"; done
    } >"$port_folder/fata.yml"
    rm -rf "$port_tree"
}
