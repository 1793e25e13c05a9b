/* SPDX-License-Identifier: ISC */
/* How a system call of the libc is served: a function named after its number,
 * called by the seam (ports/musl/seam/syscall_arch.h).  Returns what Linux
 * would: a value, or a negative errno.  A call of which there is no such
 * function is missing: an image that reaches it does not link. */
#ifndef FATA_SYS_H
#define FATA_SYS_H

#include <fata/cc.h>
#include <errno.h>
#include <sys/syscall.h>

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

/* A call that is refused harmlessly: always this result, which programs meet on
 * Linux too (no such file, not implemented, ...). */
#define SYS_REFUSE(name, result)                                               \
    long SYS_SYMBOL(name)(void);                                               \
    long SYS_SYMBOL(name)(void)                                                \
    {                                                                          \
        return (result);                                                       \
    }                                                                          \
    extern int fata__sys_semicolon

#endif
