/* SPDX-License-Identifier: ISC */
/* Stands before musl's arch/<cpu>/syscall_arch.h (quote include path): a system
 * call whose number is a constant calls the symbol fata_sys_<number>, which an
 * archive member of libc/ serves or refuses; what no member defines is found
 * when the image is linked.  The few calls with a computed number reach
 * fata_sys_dynamic.
 *
 * The call is made from inline assembly because only there a constant can be
 * made part of a symbol's name (operand modifier c).  The callee is compiled
 * with force_align_arg_pointer, this code without a red zone. */
#ifndef FATA_SEAM_SYSCALL_ARCH_H
#define FATA_SEAM_SYSCALL_ARCH_H

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)
#define IPC_64            0

#define FATA_SEAM static inline __attribute__((always_inline, unused))

extern long fata_sys_dynamic(long n, long a, long b, long c, long d, long e,
                             long f);

#if defined(__x86_64__)

#define FATA_SEAM_CLOBBERS                                                     \
    "r10", "r11", "cc", "memory", "st", "st(1)", "st(2)", "st(3)", "st(4)",    \
        "st(5)", "st(6)", "st(7)", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",     \
        "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",     \
        "xmm13", "xmm14", "xmm15"

#define FATA_SEAM_CALL(n, a, b, c, d, e, f)                                    \
    long ret;                                                                  \
    register long r8 __asm__("r8") = e;                                        \
    register long r9 __asm__("r9") = f;                                        \
    __asm__ __volatile__("call fata_sys_%c[number]"                            \
                         : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+c"(d),      \
                           "+r"(r8), "+r"(r9)                                  \
                         : [number] "i"(n)                                     \
                         : FATA_SEAM_CLOBBERS);                                \
    return ret

#elif defined(__aarch64__)

#define FATA_SEAM_CLOBBERS                                                     \
    "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",   \
        "x17", "x30", "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5",      \
        "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",      \
        "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25",  \
        "v26", "v27", "v28", "v29", "v30", "v31"

#define FATA_SEAM_CALL(n, a, b, c, d, e, f)                                    \
    register long x0 __asm__("x0") = a;                                        \
    register long x1 __asm__("x1") = b;                                        \
    register long x2 __asm__("x2") = c;                                        \
    register long x3 __asm__("x3") = d;                                        \
    register long x4 __asm__("x4") = e;                                        \
    register long x5 __asm__("x5") = f;                                        \
    __asm__ __volatile__("bl fata_sys_%c[number]"                              \
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4),   \
                           "+r"(x5)                                            \
                         : [number] "i"(n)                                     \
                         : FATA_SEAM_CLOBBERS);                                \
    return x0

#else
#error "no system call seam for this CPU"
#endif

FATA_SEAM long fata_seam(long n, long a, long b, long c, long d, long e, long f)
{
    if (__builtin_constant_p(n)) {
        FATA_SEAM_CALL(n, a, b, c, d, e, f);
    }
    return fata_sys_dynamic(n, a, b, c, d, e, f);
}

/* musl wraps these in macros of the same names. */
FATA_SEAM long __syscall0(long n)
{
    return fata_seam(n, 0, 0, 0, 0, 0, 0);
}

FATA_SEAM long __syscall1(long n, long a)
{
    return fata_seam(n, a, 0, 0, 0, 0, 0);
}

FATA_SEAM long __syscall2(long n, long a, long b)
{
    return fata_seam(n, a, b, 0, 0, 0, 0);
}

FATA_SEAM long __syscall3(long n, long a, long b, long c)
{
    return fata_seam(n, a, b, c, 0, 0, 0);
}

FATA_SEAM long __syscall4(long n, long a, long b, long c, long d)
{
    return fata_seam(n, a, b, c, d, 0, 0);
}

FATA_SEAM long __syscall5(long n, long a, long b, long c, long d, long e)
{
    return fata_seam(n, a, b, c, d, e, 0);
}

FATA_SEAM long __syscall6(long n, long a, long b, long c, long d, long e,
                          long f)
{
    return fata_seam(n, a, b, c, d, e, f);
}

#endif
