/* SPDX-License-Identifier: ISC */
/* The stack canary, instead of musl's: a smashed stack ends in a panic that
 * says so.  gcc and clang look for the canary at %fs:0x28 on x86_64 and in
 * __stack_chk_guard on aarch64.  Compiled without stack protector. */
#include <fata/panic.h>
#include <stdint.h>
#include <string.h>

uintptr_t __stack_chk_guard;

/* Called by musl's start-up with the 16 bytes of AT_RANDOM. */
void __init_ssp(void *entropy);
FATA_NORETURN void __stack_chk_fail(void);

void __init_ssp(void *entropy)
{
    memcpy(&__stack_chk_guard, entropy, sizeof(__stack_chk_guard));
    /* A zero byte stops overruns by strings. */
    ((char *)&__stack_chk_guard)[1] = 0;
#if defined(__x86_64__)
    __asm__ volatile("mov %0, %%fs:0x28" : : "r"(__stack_chk_guard) : "memory");
#endif
}

FATA_NORETURN void __stack_chk_fail(void)
{
    fata_panic("stack protector", "a buffer on the stack was overrun");
}
