/* SPDX-License-Identifier: ISC */
/* Start, console, clocks and end of an hvt image.  Compiled without stack
 * protector: it runs before the libc has set up the canary. */
#include "hvt.h"
#include <fata/cpu.h>

/* Solo5 ABI note, in a segment of its own. */
static const struct {
    uint32_t name_size, size, type;
    char name[8];
    struct solo5_abi abi;
} abi_note FATA_USED FATA_SECTION(".note.solo5.abi") = {
    SOLO5_NOTE_NAME_SIZE,
    sizeof(struct solo5_abi),
    SOLO5_NOTE_ABI,
    SOLO5_NOTE_NAME,
    {SOLO5_TARGET_HVT, SOLO5_ABI_VERSION, 0, 0},
};

static uint64_t ns_per_cycle; /* times 2^32 */

FATA_NORETURN void fata_hvt_start(const struct solo5_hvt_boot *boot);

FATA_NORETURN void fata_hvt_start(const struct solo5_hvt_boot *boot)
{
    ns_per_cycle = (FATA_S(1) << 32) / boot->cycle_hz;
    fata_bare_start((const char *)boot->command_line,
                    (const struct solo5_manifest *)boot->manifest,
                    boot->memory_size);
}

void fata_bare_set_tls(void *pointer)
{
    uint64_t base = (uint64_t)(uintptr_t)pointer;
    uint16_t cs;
    __asm__("mov %%cs, %0" : "=r"(cs));
    if ((cs & 3) == 3) /* ring 3: the tender has set CR4.FSGSBASE */
        __asm__ volatile("wrfsbase %0" : : "r"(base));
    else
        __asm__ volatile("wrmsr"
                         :
                         : "c"(0xc0000100u /* IA32_FS_BASE */),
                           "a"((uint32_t)base), "d"((uint32_t)(base >> 32)));
}

void fata_console_write(const char *text, size_t size)
{
    struct solo5_hvt_puts puts = {(uint64_t)(uintptr_t)text, size};
    hvt_call(SOLO5_HVT_PUTS, &puts);
}

fata_time_t fata_now(void)
{
    return (fata_time_t)((unsigned __int128)fata_cpu_cycles() * ns_per_cycle >>
                         32);
}

/* The host is asked at most once a second: the call leaves the machine. */
fata_time_t fata_wall_now(void)
{
    static fata_time_t asked, offset;
    fata_time_t now = fata_now();
    if (asked == 0 || now - asked >= FATA_S(1)) {
        struct solo5_hvt_walltime wall = {0};
        hvt_call(SOLO5_HVT_WALLTIME, &wall);
        asked = now;
        offset = wall.nanoseconds - now;
    }
    return now + offset;
}

FATA_NORETURN void fata_platform_exit(int status)
{
    struct solo5_hvt_halt halt = {.status = status & 255};
    for (;;)
        hvt_call(SOLO5_HVT_HALT, &halt);
}
