/* SPDX-License-Identifier: ISC */
/* An image in memory, good until a test changes it. */
#ifndef TENDER_TEST_IMAGE_H
#define TENDER_TEST_IMAGE_H

#include "../image.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT, RODATA, DATA, ABI, MANIFEST, FATA, HEADERS };

struct test_image {
    Elf64_Ehdr e;
    Elf64_Phdr p[HEADERS];
    struct solo5_note_header abi_note;
    struct solo5_abi abi;
    char gap[4];
    struct solo5_note_header manifest_note;
    char manifest_pad[4];
    struct {
        uint32_t version, entries;
        struct solo5_device device[66];
    } manifest;
    struct solo5_note_header fata_note;
    char fata_pad[4];
    struct fata_note fata;
    char more[64];
    char text[4096];
    size_t size; /* the image ends here */
};

_Static_assert(offsetof(struct test_image, manifest) ==
                   offsetof(struct test_image, manifest_note) + 24,
               "no gap in the manifest note");
_Static_assert(offsetof(struct test_image, fata) ==
                   offsetof(struct test_image, fata_note) + 24,
               "no gap in the Fata note");

static inline void test_note(Elf64_Phdr *p, struct solo5_note_header *h,
                             const struct test_image *t, uint32_t type,
                             const char *name, uint32_t size)
{
    *p = (Elf64_Phdr){
        .p_type = PT_NOTE,
        .p_offset = (Elf64_Off)((const char *)h - (const char *)t),
        .p_filesz = sizeof *h + size,
    };
    *h = (struct solo5_note_header){.name_size = (uint32_t)strlen(name) + 1,
                                    .size = size,
                                    .type = type};
    strcpy(h->name, name);
}

static inline void test_entries(struct test_image *t, uint32_t entries)
{
    t->manifest.entries = entries;
    t->manifest_note.size = 12 + 104 * entries;
    t->p[MANIFEST].p_filesz = 20 + t->manifest_note.size;
    for (uint32_t i = 0; i < entries; i++) {
        struct solo5_device *d = &t->manifest.device[i];

        d->type = i == 0 ? SOLO5_DEVICE_RESERVED : 1 + i % 2;
        if (i > 0)
            snprintf(d->name, sizeof d->name, "device%u", i);
    }
}

/* Text at 0x100000, constants, data and 128 KiB more at 0x102000: the offer is
 * at 0x102000, four stacks of 16 KiB are at 0x104000. */
static inline void test_image_make(struct test_image *t)
{
    static const Elf64_Word flags[] = {PF_R | PF_X, PF_R, PF_R | PF_W};

    memset(t, 0, sizeof *t);
    t->size = offsetof(struct test_image, size);
    memcpy(t->e.e_ident, ELFMAG, SELFMAG);
    t->e.e_ident[EI_CLASS] = ELFCLASS64;
    t->e.e_ident[EI_DATA] = ELFDATA2LSB;
    t->e.e_ident[EI_VERSION] = EV_CURRENT;
    t->e.e_type = ET_EXEC;
    t->e.e_machine = EM_X86_64;
    t->e.e_version = EV_CURRENT;
    t->e.e_entry = 0x100000;
    t->e.e_phoff = offsetof(struct test_image, p);
    t->e.e_ehsize = sizeof t->e;
    t->e.e_phentsize = sizeof t->p[0];
    t->e.e_phnum = HEADERS;
    for (unsigned i = TEXT; i <= DATA; i++)
        t->p[i] = (Elf64_Phdr){.p_type = PT_LOAD,
                               .p_flags = flags[i],
                               .p_offset = offsetof(struct test_image, text),
                               .p_vaddr = 0x100000 + i * 0x1000u,
                               .p_filesz = 64,
                               .p_memsz = i == DATA ? 0x22000 : 64,
                               .p_align = 0x1000};
    memset(t->text, 0xcc, sizeof t->text);
    test_note(&t->p[ABI], &t->abi_note, t, SOLO5_NOTE_ABI, "Solo5", 16);
    t->abi = (struct solo5_abi){SOLO5_TARGET_SPT, SOLO5_ABI_VERSION, 0, 0};
    test_note(&t->p[MANIFEST], &t->manifest_note, t, SOLO5_NOTE_MANIFEST,
              "Solo5", 0);
    t->manifest.version = 1;
    test_entries(t, 3);
    test_note(&t->p[FATA], &t->fata_note, t, FATA_NOTE_TYPE, "Fata",
              4 + sizeof t->fata);
    t->fata = (struct fata_note){.version = FATA_NOTE_VERSION,
                                 .length = sizeof t->fata,
                                 .wants = 7,
                                 .offer = 0x102000,
                                 .offer_size = sizeof(struct fata_offer),
                                 .stacks = 0x104000,
                                 .stack_size = 0x4000,
                                 .stack_count = 4,
                                 .ring = 0x115000,
                                 .ring_entries = 1024};
}

static inline int test_image_read(void *context, uint64_t offset, void *buffer,
                                  size_t size)
{
    memcpy(buffer, (const char *)context + offset, size);
    return 0;
}

#endif
