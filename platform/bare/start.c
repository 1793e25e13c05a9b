/* SPDX-License-Identifier: ISC */
/* From the target's entry code to main(): stack, memory, command line, libc.
 * Compiled without stack protector, whose canary lies in the TLS that is set up
 * here. */
#include "../internal.h"
#include <elf.h>
#include <fata/bare.h>
#include <fata/bare_words.h>
#include <fata/cpu.h>
#include <string.h>

#define WORDS_MAX 256

/* Of the linker script. */
extern char _end[]; /* end of the image, stack arena included */
extern const Elf64_Ehdr __ehdr_start;

/* musl's entry; it ends with exit(main(...)). */
FATA_NORETURN void __libc_start_main(int (*main)(int, char **, char **),
                                     int argc, char **argv, void (*init)(void),
                                     void (*fini)(void), void (*ldso)(void));
int main(int argc, char **argv, char **environment);

static struct {
    const struct solo5_manifest *manifest;
    uint64_t memory_size;
} image;

static void print(const char *text)
{
    fata_console_write(text, strlen(text));
}

static FATA_NORETURN void refuse(const char *what)
{
    print("fata: cannot start: ");
    print(what);
    print("\n");
    fata_platform_exit(1);
}

void *fata_bare_stack(uint64_t memory_size)
{
    /* The arena is a segment without file content, which the ABI's loaders do
     * not check: it may lie beyond the end of memory. */
    if ((uintptr_t)_end > memory_size) {
        char digits[24], *p = digits + sizeof(digits) - 1;
        uint64_t needed = ((uintptr_t)_end + (1u << 20) - 1) >> 20;
        *p = '\0';
        do
            *--p = (char)('0' + needed % 10);
        while ((needed /= 10) != 0);
        print("fata: cannot start: memory is too small, give at least --mem=");
        print(p);
        print("\n");
        fata_platform_exit(1);
    }
    return (char *)fata_start_stacks.base + fata_start_stacks.stack_size;
}

int fata_platform_start(int *argc, char **argv)
{
    (void)argc, (void)argv; /* the tender has taken its options */
    return 0;
}

void fata_platform_memory(struct fata_platform_memory *memory)
{
    uintptr_t start = ((uintptr_t)_end + 4095) & ~(uintptr_t)4095;
    /* Upstream's hvt tender refuses a buffer that ends where memory does. */
    uintptr_t end = image.memory_size - 4096;
    memory->heap = (void *)start;
    memory->heap_size = end > start ? end - start : 0;
}

bool fata_platform_guards(void)
{
    return (fata_start_offer.features & FATA_FEATURE_GUARDS) != 0;
}

bool fata__stack_readable(uintptr_t address, size_t size)
{
    uintptr_t base = (uintptr_t)fata_start_stacks.base;
    size_t stack = fata_start_stacks.stack_size;
    size_t at = address - base;
    /* Within one stack of the arena, above its guard page. */
    return address >= base && at / stack < fata_start_stacks.count &&
           at % stack >= 4096 && size <= stack - at % stack;
}

const struct solo5_device *fata_bare_device(const char *name, uint32_t type,
                                            uint64_t *handle)
{
    const struct solo5_manifest *m = image.manifest;
    for (uint32_t i = 1; i < m->entries && i < SOLO5_MANIFEST_MAX; i++) {
        const struct solo5_device *d = &m->device[i];
        if (d->type == type && d->attached &&
            strncmp(d->name, name, SOLO5_NAME_SIZE) == 0) {
            *handle = i;
            return d;
        }
    }
    return NULL;
}

/* Sixteen bytes for the libc's stack canary, before anything else runs. */
static void seed_canary(uint64_t seed[2])
{
    seed[0] = seed[1] = 0;
    if (fata_start_offer.features & FATA_FEATURE_ENTROPY)
        memcpy(seed, fata_start_offer.entropy + 16, sizeof(uint64_t[2]));
    for (int i = 0; i < 2; i++) {
        uint64_t r = 0;
        if (fata_cpu_random(&r))
            seed[i] ^= r;
        seed[i] ^= fata_cpu_cycles() * 0x9e3779b97f4a7c15u;
    }
}

FATA_NORETURN void fata_bare_start(const char *command_line,
                                   const struct solo5_manifest *manifest,
                                   uint64_t memory_size)
{
    static char line[SOLO5_CMDLINE_SIZE];
    static uint64_t seed[2];
    /* The layout that a Unix kernel leaves on the stack of a new process:
     * arguments, NULL, environment, NULL, auxiliary vector. */
    static struct {
        char *argv[1 + WORDS_MAX + 1 + 1];
        Elf64_auxv_t aux[6];
    } stack;
    const Elf64_Ehdr *elf = &__ehdr_start;
    int count;

    image.manifest = manifest;
    image.memory_size = memory_size;

    strncpy(line, command_line, sizeof(line) - 1);
    stack.argv[0] = (char *)(uintptr_t) "image";
    count = fata_bare_split(line, stack.argv + 1, WORDS_MAX);
    if (count == FATA_E2BIG)
        refuse("more than 256 words on the command line");
    if (count < 0)
        refuse("the command line has a quote that is not closed");

    /* The auxiliary vector follows directly after two NULLs. */
    char **end = stack.argv + 1 + count;
    end[0] = NULL;
    end[1] = NULL;
    seed_canary(seed);
    const Elf64_auxv_t aux[] = {
        {AT_PHDR, {(uintptr_t)elf + elf->e_phoff}},
        {AT_PHENT, {sizeof(Elf64_Phdr)}},
        {AT_PHNUM, {elf->e_phnum}},
        {AT_PAGESZ, {4096}},
        {AT_RANDOM, {(uintptr_t)seed}},
        {AT_NULL, {0}},
    };
    memcpy(end + 2, aux, sizeof(aux));
    __libc_start_main(main, 1 + count, stack.argv, NULL, NULL, NULL);
}
