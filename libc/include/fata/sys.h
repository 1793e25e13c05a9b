/* SPDX-License-Identifier: ISC */
/* How a system call of the libc is served: a function named after its number,
 * called by the seam (ports/musl/seam/syscall_arch.h).  Returns what Linux
 * would: a value, or a negative errno.  A call of which there is no such
 * function is missing: an image that reaches it does not link. */
#ifndef FATA_SYS_H
#define FATA_SYS_H

#include <fata/cc.h>
#include <fata/panic.h>
#include <errno.h>
#include <sys/syscall.h>

/* syscall(): a number that is computed. */
#define __NR_syscall dynamic

#define SYS_PASTE_(a, b) a##b
#define SYS_PASTE(a, b)  SYS_PASTE_(a, b)

#if defined(__x86_64__)
/* The seam calls from functions that may have left the stack unaligned. */
#define SYS_CALL_ATTRIBUTE __attribute__((force_align_arg_pointer))
#else
#define SYS_CALL_ATTRIBUTE
#endif

/* Declares and begins the definition of the server of call `name`:
 *     SYS_SERVE(write)(long fd, const char *data, size_t size) { ... } */
#define SYS_SYMBOL(name) SYS_PASTE(fata_sys_, SYS_PASTE(__NR_, name))
#define SYS_SERVE(name)  SYS_CALL_ATTRIBUTE long SYS_SYMBOL(name)

/* What `fata check` says of the call: a line in a section that no image gets
 * (flag e).  A call with a server and without such a line is served. */
#define SYS_STATE(name, state, text)                                           \
    __asm__(".pushsection .fata.sys, \"e\"\n\t.ascii \"" FATA_STRING(          \
        SYS_SYMBOL(name)) " " state " " text "\\n\"\n\t.popsection")

/* A call that is refused harmlessly: always this result, which programs meet on
 * Linux too (no such file, not implemented, ...). */
#define SYS_REFUSE(name, result)                                               \
    SYS_STATE(name, "refused", #result);                                       \
    long SYS_SYMBOL(name)(void);                                               \
    long SYS_SYMBOL(name)(void)                                                \
    {                                                                          \
        return (result);                                                       \
    }                                                                          \
    extern int fata__sys_semicolon

/* A missing call that a manifest allows (`allow`): it links, and ends the image
 * when it is made. */
#define SYS_ALLOW(name)                                                        \
    SYS_STATE(name, "allowed", "");                                            \
    FATA_NORETURN SYS_SERVE(name)(void);                                       \
    SYS_SERVE(name)(void)                                                      \
    {                                                                          \
        fata_panic("libc", "system call " #name ", which images do not have"); \
    }                                                                          \
    extern int fata__sys_semicolon

#endif
