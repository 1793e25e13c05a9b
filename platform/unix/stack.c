/* SPDX-License-Identifier: ISC */
/* Guards under the stacks of the arena. */
#include "unix.h"
#include <sys/mman.h>
#include <sys/resource.h>

/* Linux 6.13: a guard without a mapping of its own. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#if FATA_ASAN
/* The leak checker reads all data, guards included, and would fault: poison
 * instead, which instrumented code reports. */
#include <sanitizer/asan_interface.h>

static bool protect(void *page)
{
    __asan_poison_memory_region(page, 4096);
    return true;
}
#else
static bool protect(void *page)
{
    return madvise(page, 4096, MADV_GUARD_INSTALL) == 0 ||
           mprotect(page, 4096, PROT_NONE) == 0;
}
#endif

bool fata_platform_guards(void)
{
    static enum { UNKNOWN, YES, NO } guarded;
    if (guarded == UNKNOWN) {
        guarded = YES;
        /* Stack 0 is not used here: the main loop has the process's. */
        for (size_t i = 1; i < fata_start_stacks.count; i++)
            if (!protect((char *)fata_start_stacks.base +
                         i * fata_start_stacks.stack_size))
                guarded = NO;
    }
    return guarded == YES;
}

bool fata__stack_readable(uintptr_t address, size_t size)
{
    uintptr_t base = (uintptr_t)fata_start_stacks.base;
    size_t stack = fata_start_stacks.stack_size;
    if (address >= base && address - base < stack * fata_start_stacks.count) {
        size_t at = (address - base) % stack;
        return at >= 4096 && size <= stack - at;
    }
    /* The process's own stack: from here up to a little below its end. */
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return address >= here && address - here < 256 * 1024;
}
