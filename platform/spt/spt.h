/* SPDX-License-Identifier: ISC */
/* Shared by the files of this target: the boot info, and the system calls that
 * the tender's filter lets through (Solo5 ABI, section spt). */
#ifndef FATA_SPT_H
#define FATA_SPT_H

#include "../internal.h"

#include <fata/bare.h>
#include <sys/syscall.h>

/* Descriptors of the tender, from the boot info. */
extern struct spt {
    int epoll;
    int timer;
} spt;

/* Returns what the kernel does: a value, or a negative errno. */
static inline long spt_call(long number, long a, long b, long c, long d, long e,
                            long f)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#else
#error "no system call for this CPU"
#endif
}

/* A network device is readable: serves its waiting receives. */
void spt_net_ready(uint64_t handle);

#endif
