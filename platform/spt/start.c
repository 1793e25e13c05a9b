/* SPDX-License-Identifier: ISC */
/* Start, console, clocks and end of an spt image.  Compiled without stack
 * protector: it runs before the libc has set up the canary. */
#include "spt.h"
#include <time.h>

#define ARCH_SET_FS 0x1002 /* Linux arch/x86/include/uapi/asm/prctl.h */

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
    {SOLO5_TARGET_SPT, SOLO5_ABI_VERSION, 0, 0},
};

struct spt spt;

FATA_NORETURN void fata_spt_start(const struct solo5_spt_boot *boot);

FATA_NORETURN void fata_spt_start(const struct solo5_spt_boot *boot)
{
    spt.epoll = boot->epoll;
    spt.timer = boot->timer;
    fata_bare_start((const char *)boot->command_line,
                    (const struct solo5_manifest *)boot->manifest,
                    boot->memory_size);
}

#if defined(__x86_64__)
void fata_bare_set_tls(void *pointer)
{
    if (spt_call(__NR_arch_prctl, ARCH_SET_FS, (long)(uintptr_t)pointer, 0, 0,
                 0, 0) != 0)
        fata_platform_exit(1);
}
#endif

void fata_console_write(const char *text, size_t size)
{
    while (size > 0) {
        long n =
            spt_call(__NR_write, 1, (long)(uintptr_t)text, (long)size, 0, 0, 0);
        if (n == -4 /* EINTR */)
            continue;
        if (n <= 0)
            return;
        text += n;
        size -= (size_t)n;
    }
}

/* Of the tender's process; it touches no more than the stack. */
typedef int clock_function(clockid_t id, struct timespec *t);

static fata_time_t read_clock(clockid_t id)
{
    struct timespec t = {0};
    if (fata_start_offer.features & FATA_FEATURE_CLOCK) {
        clock_function *get = (clock_function *)fata_start_offer.clock;
        if (get(id, &t) == 0)
            return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
    }
    spt_call(__NR_clock_gettime, id, (long)(uintptr_t)&t, 0, 0, 0, 0);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

fata_time_t fata_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

fata_time_t fata_wall_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

FATA_NORETURN void fata_platform_exit(int status)
{
    for (;;)
        spt_call(__NR_exit_group, status & 255, 0, 0, 0, 0, 0);
}
