/* SPDX-License-Identifier: ISC */
/* A context is a place to continue, on a stack: three words.  A switch saves
 * nothing else: it tells the compiler that all registers are lost, which saves
 * those that hold something - and being inline it has no `ret` that the CPU
 * would predict for the wrong stack.  mxcsr, the x87 control word, fpcr and
 * the TLS base belong to the image, not to a fiber.
 *
 * A debugger finds a context's caller by its three words.  Shadow stacks (CET
 * SHSTK) are not supported: whoever links this must not ask for them. */
#ifndef FATA_CONTEXT_H
#define FATA_CONTEXT_H

#include <fata/cc.h>
#include <stddef.h>
#include <stdint.h>

struct fata_context {
    void *sp;
    void *fp;
    void *pc;
};

/* A context that, when switched to first, calls `entry` with its own address
 * on the stack that ends at `top` (16-byte aligned; 16 bytes below it are
 * used).  `entry` must not return.  The chain of frames ends there. */
static inline void
fata_context_make(struct fata_context *context, void *top,
                  void (*entry)(const struct fata_context *self))
{
    void **sp = top;
#if defined(__x86_64__)
    *--sp = NULL; /* aligns, */
    *--sp = NULL; /* and is the return address */
    sp++;
#endif
    context->sp = sp;
    context->fp = NULL;
    context->pc = (void *)(uintptr_t)entry;
}

#if defined(__x86_64__)

#if defined(__CET__) && (__CET__ & 1)
#define FATA_CONTEXT_LANDING "endbr64"
#else
#define FATA_CONTEXT_LANDING ""
#endif

/* zmm16 to zmm31 and the masks exist for the compiler only with AVX-512. */
#if defined(__AVX512F__)
#define FATA_CONTEXT_AVX512                                                    \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23",  \
        "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",         \
        "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define FATA_CONTEXT_AVX512
#endif

/* Saves the running context in *from and continues `to`; returns when
 * something switches back.  Pushes nothing: the caller may be a leaf function
 * with a red zone. */
FATA_INLINE void fata_context_switch(struct fata_context *from,
                                     const struct fata_context *to)
{
    __asm__ volatile("movq %%rsp, 0(%%rsi)\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rbp, 8(%%rsi)\n\t"
                     "movq %%rax, 16(%%rsi)\n\t"
                     "movq 0(%%rdi), %%rsp\n\t"
                     "movq 8(%%rdi), %%rbp\n\t"
                     "jmpq *16(%%rdi)\n"
                     "1:\t" FATA_CONTEXT_LANDING
                     : "+D"(to), "+S"(from)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11",
                       "r12", "r13", "r14", "r15", "memory", "cc", "xmm0",
                       "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15" FATA_CONTEXT_AVX512);
}

#elif defined(__aarch64__)

#if defined(__ARM_FEATURE_BTI_DEFAULT)
#define FATA_CONTEXT_LANDING "hint #36" /* bti j */
#else
#define FATA_CONTEXT_LANDING ""
#endif

FATA_INLINE void fata_context_switch(struct fata_context *from,
                                     const struct fata_context *to)
{
    register const struct fata_context *x0 __asm__("x0") = to;
    register struct fata_context *x1 __asm__("x1") = from;
    /* By x16, as BTI lets that begin functions, too. */
    __asm__ volatile(
        "mov x2, sp\n\t"
        "adr x3, 1f\n\t"
        "stp x2, x29, [x1]\n\t"
        "str x3, [x1, #16]\n\t"
        "ldp x2, x29, [x0]\n\t"
        "ldr x16, [x0, #16]\n\t"
        "mov sp, x2\n\t"
        "mov x30, xzr\n\t"
        "br x16\n"
        "1:\t" FATA_CONTEXT_LANDING
        : "+r"(x0), "+r"(x1)
        :
        : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
          "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22",
          "x23", "x24", "x25", "x26", "x27", "x28", "x30", "memory", "cc", "v0",
          "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
          "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
          "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}

#else
#error "no context switch for this CPU"
#endif

#endif
