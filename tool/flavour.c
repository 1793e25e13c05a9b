/* SPDX-License-Identifier: ISC */
/* Compilers and flags of each flavour. */
#include "flavour.h"

#include <stdlib.h>
#include <string.h>

static void split(struct vec *out, const char *text)
{
    while (*(text += strspn(text, " \t")) != '\0') {
        size_t n = strcspn(text, " \t");
        push(out, pool_copy(text, n));
        text += n;
    }
}

static const char *tool(const char *prefix, const char *name)
{
    return format("%s%s", prefix, name);
}

static void find_compiler(struct flavour *f, bool use_clang)
{
    const char *prefix = f->cross ? format("%s-linux-gnu-", f->arch) : "";
    const char *given = getenv("FATA_CC");
    if (given != NULL && given[0] != '\0' && !f->cross && !use_clang) {
        split(&f->cc, given);
    } else if (use_clang) {
        push(&f->cc, "clang");
        if (f->cross)
            push(&f->cc, format("--target=%s-linux-gnu", f->arch));
    } else {
        push(&f->cc, tool(prefix, "gcc"));
    }
    f->ar = tool(prefix, "ar");
    f->ld = tool(prefix, "ld");
    f->objcopy = tool(prefix, "objcopy");
    f->strip = tool(prefix, "strip");
    f->addr2line = tool(prefix, "addr2line");
    char *found = path_program(f->cc.item[0]);
    if (found == NULL) {
        const char *package = f->cc.item[0];
        if (f->cross && !use_clang)
            package =
                format("gcc-%s-linux-gnu",
                       strcmp(f->arch, "x86_64") == 0 ? "x86-64" : f->arch);
        stop(EXIT_FAILED, "there is no %s here; type: apt-get install %s%s",
             f->cc.item[0], package,
             f->cross && !f->is_image
                 ? format(" libc6-dev-%s-cross",
                          strcmp(f->arch, "aarch64") == 0 ? "arm64" : "amd64")
                 : "");
    }
    free(found);
}

static bool is_clang(const struct flavour *f)
{
    return strstr(name_of(f->cc.item[0]), "clang") != NULL;
}

static void add_image(struct flavour *f)
{
    struct vec ask = {0};
    push_all(&ask, f->cc.item);
    push(&ask,
         is_clang(f) ? "-print-resource-dir" : "-print-file-name=include");
    const char *folder = first_line_of(ask.item);
    if (folder == NULL)
        stop(EXIT_FAILED,
             "%s does not say where its headers are; does it "
             "run?",
             f->cc.item[0]);
    f->builtin = is_clang(f) ? format("%s/include", folder) : folder;
    static const char *const flags[] = {
        "-fno-pic",
        "-fno-pie",
        "-fno-asynchronous-unwind-tables",
        "-fno-unwind-tables",
        "-ftls-model=local-exec",
        NULL,
    };
    push_all(&f->cflags, flags);
    push_all(&f->port_cflags, flags);
    const char *machine = strcmp(f->arch, "x86_64") == 0
                              ? "-fcf-protection=none"
                              : "-mno-outline-atomics";
    push(&f->cflags, machine);
    push(&f->port_cflags, machine);
    push(&f->cflags, "-nostdinc");
    push(&f->port_cflags, "-nostdinc");
    static const char *const link[] = {
        "-nostdlib",
        "-static",
        "-Wl,--gc-sections",
        "-Wl,-z,max-page-size=0x1000",
        "-Wl,-z,noexecstack",
        "-Wl,--build-id=none",
        NULL,
    };
    push_all(&f->link, link);
    push(&f->link_end, "-lgcc");
    if (f->sanitize) {
        push(&f->cflags, "-fsanitize=undefined");
        push(&f->cflags, "-fsanitize-undefined-trap-on-error");
    }
}

static void add_host(struct flavour *f)
{
    push(&f->cflags, "-pthread");
    push(&f->port_cflags, "-pthread");
    if (strcmp(f->arch, "aarch64") == 0) /* the layer check sees no helpers */
        push(&f->cflags, "-mno-outline-atomics");
    push(&f->link, "-pthread");
    push(&f->link, "-Wl,--gc-sections");
    push(&f->link_end, "-lm"); /* part of the libc to those who write C */
    if (f->sanitize) {
        push(&f->cflags, "-fsanitize=address,undefined");
        push(&f->cflags, "-fno-sanitize-recover=all");
        push(&f->port_cflags, "-fsanitize=address");
        push(&f->link, "-fsanitize=address,undefined");
    }
}

struct flavour *flavour_for(const struct target *t, const char *project,
                            bool use_clang)
{
    static const char *const common[] = {
        "-O2",
        "-g",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-omit-frame-pointer",
        "-fstack-protector-strong",
        NULL,
    };
    static const char *const own[] = {
        "-std=c17",
        "-D_DEFAULT_SOURCE",
        "-Wall",
        "-Wextra",
        "-Wshadow",
        "-Wcast-qual",
        "-Wwrite-strings",
        "-Wstrict-prototypes",
        "-Wmissing-prototypes",
        "-Wundef",
        "-Wvla",
        NULL,
    };
    static struct flavour **known;
    static size_t known_count;
    for (size_t i = 0; i < known_count; i++)
        if (strcmp(known[i]->arch, t->arch) == 0 &&
            strcmp(known[i]->name, t->flavour) == 0 &&
            known[i]->sanitize == t->sanitize)
            return known[i];
    struct flavour *f = pool_alloc(sizeof(*f));
    f->arch = t->arch;
    f->name = t->flavour;
    f->sanitize = t->sanitize;
    f->cross = strcmp(t->arch, host_arch()) != 0;
    f->is_image = strcmp(t->flavour, "host") != 0;
    f->id = format("%s-%s%s%s", f->arch, f->name,
                   f->sanitize ? "-sanitize" : "", use_clang ? "-clang" : "");
    find_compiler(f, use_clang);
    push_all(&f->cflags, own);
    push_all(&f->cflags, common);
    push_all(&f->port_cflags, common);
    push(&f->cflags,
         format("-DFATA_FLAVOUR_IMAGE=%d", strcmp(f->name, "image") == 0));
    push(&f->cflags,
         format("-DFATA_FLAVOUR_HOST=%d", strcmp(f->name, "host") == 0));
    push(&f->cflags, format("-ffile-prefix-map=%s=.", project));
    if (strcmp(project, fata_root()) != 0)
        push(&f->cflags, format("-ffile-prefix-map=%s=/fata", fata_root()));
    char *cache = cache_dir(); /* headers of ports */
    push(&f->cflags, format("-ffile-prefix-map=%s=/fata-cache", cache));
    free(cache);
    if (f->is_image)
        add_image(f);
    else
        add_host(f);
    known = pool_grow(known, known_count, sizeof(*known));
    known[known_count++] = f;
    return f;
}
