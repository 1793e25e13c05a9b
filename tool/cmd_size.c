/* SPDX-License-Identifier: ISC */
/* fata size: bytes by component, and the largest functions and variables. */
#include "commands.h"
#include "size.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SYMBOLS_SHOWN = 16 };

static void rest(const char *name, uint64_t bytes)
{
    if (bytes != 0)
        printf("  %-16s %36s\n", name, grouped(bytes));
}

static void show(const struct sizes *z)
{
    printf("%s: %s bytes\n\n  %-16s %8s %8s %8s %9s %9s\n", z->title,
           grouped(z->file), "component", "text", "rodata", "data", "in file",
           "bss");
    for (size_t i = 0; i < z->components; i++) {
        const struct size_component *c = &z->component[i];
        printf("  %-16s %8s %8s %8s %9s %9s\n", c->name,
               grouped(c->bytes[SIZE_TEXT]), grouped(c->bytes[SIZE_RODATA]),
               grouped(c->bytes[SIZE_DATA]), grouped(c->file),
               grouped(c->bytes[SIZE_BSS]));
    }
    rest("padding", z->padding);
    rest("debug, symbols", z->unloaded);
    rest("headers, pages", z->headers);
    rest("the file", z->file);
    if (z->stacks != 0)
        printf("\n  %s bytes of memory are reserved for stacks, and taken when "
               "they are used\n",
               grouped(z->stacks));
    printf("\n  largest functions and variables\n");
    for (size_t i = 0; i < z->symbols && i < SYMBOLS_SHOWN; i++) {
        const struct size_symbol *y = &z->symbol[i];
        printf("  %9s  %-6s  %-30s  %s, %s\n", grouped(y->size),
               size_kinds[y->piece->kind], y->name, y->piece->component,
               y->piece->object);
    }
}

int cmd_size(const struct options *o)
{
    size_t count;
    const char *folder = only_folder(o);
    struct session *s = session_open(o, folder);
    struct build **builds = session_resolve(s, folder, &count);
    if (o->svg != NULL && count != 1)
        stop(EXIT_MISTAKE, "--svg draws one target; name it with -t");
    int status = session_build(s, builds, count);
    if (status != 0)
        return status;
    session_lock(s);
    for (size_t i = 0; i < count; i++) {
        const struct sizes *z = sizes_of(s, builds[i]);
        if (i != 0)
            printf("\n");
        show(z);
        if (o->svg == NULL)
            continue;
        struct buf picture = {0};
        size_svg(z, &picture);
        if (write_file(o->svg, picture.data, picture.size) < 0)
            stop(EXIT_FAILED, "cannot write %s: %s", o->svg, strerror(errno));
    }
    session_unlock(s);
    return 0;
}
