/* SPDX-License-Identifier: ISC */
/* Functions of musl that are system calls in assembly and left out of it
 * (ports/musl/build.sh): here they are the same calls, which are missing, so
 * that who needs them is told what of.  Handlers are never installed, so that
 * nothing returns from one. */
#include <fata/sys.h>

long SYS_SYMBOL(clone)(void);
long fata_sys_dynamic(void);

int __clone(void);
long __syscall_cp_asm(void);
FATA_NORETURN void __unmapself(void);
FATA_NORETURN void __restore_rt(void);
FATA_NORETURN void __restore(void); /* another one on aarch64 */

int __clone(void)
{
    return (int)SYS_SYMBOL(clone)();
}

#ifdef __NR_vfork
long SYS_SYMBOL(vfork)(void);
int vfork(void);

int vfork(void)
{
    return (int)SYS_SYMBOL(vfork)();
}
#else
int vfork(void);

int vfork(void)
{
    return __clone();
}
#endif

long __syscall_cp_asm(void)
{
    return fata_sys_dynamic();
}

/* The end of a thread, which only clone can have begun. */
void __unmapself(void)
{
    __clone();
    fata_panic("libc", "a thread ended");
}

void __restore_rt(void)
{
    fata_panic("libc", "a signal handler returned");
}

void __restore(void)
{
    __restore_rt();
}
