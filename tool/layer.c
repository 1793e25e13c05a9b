/* SPDX-License-Identifier: ISC */
/* The layer check (hidden command, called by build.ninja): combines the objects
 * of a component and compares what they leave undefined, and their writable
 * variables, with the manifest's lists. */
#define _GNU_SOURCE 1
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What every compiler may call without being asked. */
static const char *const always[] = {"__stack_chk_fail", "__stack_chk_guard",
                                     "_GLOBAL_OFFSET_TABLE_", NULL};

static bool listed(const struct vec *list, const char *name)
{
    for (int i = 0; always[i] != NULL; i++)
        if (strcmp(always[i], name) == 0)
            return true;
    for (size_t i = 0; i < list->count; i++) {
        const char *w = list->item[i];
        size_t n = strlen(w);
        if (strcmp(w, "mem*") == 0) {
            if (strcmp(name, "memcpy") == 0 || strcmp(name, "memmove") == 0 ||
                strcmp(name, "memset") == 0 || strcmp(name, "memcmp") == 0)
                return true;
        } else if (n > 0 && w[n - 1] == '*') {
            if (strncmp(name, w, n - 1) == 0)
                return true;
        } else if (strcmp(w, name) == 0) {
            return true;
        }
    }
    return false;
}

/* "any" is no list; else "=a,b". */
static struct vec list_of(const char *text)
{
    struct vec list = {0};
    text += *text == '=';
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        const char *word = pool_copy(text, n);
        if (strcmp(word, "none") != 0)
            push(&list, word);
        text += n;
        text += *text == ',';
    }
    return list;
}

struct checker {
    const char *component, *manifest;
    bool check_undefined, check_globals;
    struct vec undefined, globals;
    int mistakes;
};

static void check_symbol(struct checker *c, Elf *elf, const GElf_Sym *sym,
                         const char *name)
{
    if (name == NULL || name[0] == '\0')
        return;
    if (sym->st_shndx == SHN_UNDEF) {
        if (c->check_undefined && !listed(&c->undefined, name)) {
            fprintf(stderr,
                    "%s: error: component `%s` uses `%s`, which is not in "
                    "its list `undefined`; remove the use, or add it there\n",
                    c->manifest, c->component, name);
            c->mistakes++;
        }
        return;
    }
    if (!c->check_globals || GELF_ST_TYPE(sym->st_info) != STT_OBJECT)
        return;
    bool writable = sym->st_shndx == SHN_COMMON;
    Elf_Scn *section = elf_getscn(elf, sym->st_shndx);
    GElf_Shdr header;
    if (sym->st_shndx < SHN_LORESERVE && section != NULL &&
        gelf_getshdr(section, &header) != NULL) {
        size_t strings;
        elf_getshdrstrndx(elf, &strings);
        const char *in = elf_strptr(elf, strings, header.sh_name);
        writable = (header.sh_flags & SHF_WRITE) != 0 &&
                   (in == NULL || strncmp(in, ".data.rel.ro", 12) != 0);
    }
    if (writable && !listed(&c->globals, name)) {
        fprintf(stderr,
                "%s: error: component `%s` has the writable variable `%s`, "
                "which is not in its list `globals`; remove it, or add it "
                "there\n",
                c->manifest, c->component, name);
        c->mistakes++;
    }
}

static void check_file(struct checker *c, const char *path)
{
    elf_version(EV_CURRENT);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF)
        stop(EXIT_FAILED, "cannot read %s", path);
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL ||
            header.sh_type != SHT_SYMTAB || header.sh_entsize == 0)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        int count = (int)(header.sh_size / header.sh_entsize);
        for (int i = 1; data != NULL && i < count; i++) {
            GElf_Sym sym;
            if (gelf_getsym(data, i, &sym) != NULL)
                check_symbol(c, elf, &sym,
                             elf_strptr(elf, header.sh_link, sym.st_name));
        }
    }
    elf_end(elf);
    close(fd);
}

/* COMPONENT MANIFEST LD STAMP UNDEFINED GLOBALS OBJECT... */
int cmd_layer(int argc, char **argv)
{
    if (argc < 7)
        stop(EXIT_MISTAKE, "__layer is for build.ninja only");
    struct checker c = {.component = argv[0],
                        .manifest = shown_path(argv[1]),
                        .check_undefined = argv[4][0] == '=',
                        .check_globals = argv[5][0] == '=',
                        .undefined = list_of(argv[4]),
                        .globals = list_of(argv[5])};
    const char *combined = format("%s.o", argv[3]);
    struct vec ld = {0};
    push(&ld, argv[2]);
    push(&ld, "-r");
    push(&ld, "-o");
    push(&ld, combined);
    for (int i = 6; i < argc; i++)
        push(&ld, argv[i]);
    struct command run = {.argv = ld.item};
    if (command_run(&run) != 0)
        return EXIT_FAILED;
    check_file(&c, combined);
    unlink(combined);
    if (c.mistakes != 0) {
        unlink(argv[3]);
        return EXIT_FAILED;
    }
    if (write_file(argv[3], "", 0) < 0)
        stop(EXIT_FAILED, "cannot write %s: %s", argv[3], strerror(errno));
    return 0;
}
