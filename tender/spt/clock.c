/* SPDX-License-Identifier: ISC */
/* The kernel's clock_gettime that needs no system call: a function in the vDSO,
 * an ELF file that the kernel maps into every process.  Guest and tender are
 * one process, so the guest can call it; where the host's clock cannot be read
 * like that it makes the system call itself. */
#include "spt.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#if defined(__aarch64__)
#define NAME "__kernel_clock_gettime"
#else
#define NAME "__vdso_clock_gettime"
#endif

uint64_t spt_clock(void)
{
    const uint8_t *base = (const uint8_t *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *elf = (const void *)base;

    if (base == NULL || elf->e_shoff == 0)
        return 0;
    const Elf64_Shdr *section = (const void *)(base + elf->e_shoff);
    for (size_t i = 0; i < elf->e_shnum; i++) {
        if (section[i].sh_type != SHT_DYNSYM)
            continue;
        const Elf64_Sym *symbol = (const void *)(base + section[i].sh_offset);
        const char *names =
            (const char *)base + section[section[i].sh_link].sh_offset;
        for (size_t k = 0; k < section[i].sh_size / sizeof *symbol; k++)
            if (symbol[k].st_shndx != SHN_UNDEF &&
                strcmp(names + symbol[k].st_name, NAME) == 0)
                return (uint64_t)(uintptr_t)base + symbol[k].st_value;
    }
    return 0;
}
