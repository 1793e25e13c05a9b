/* SPDX-License-Identifier: ISC */
/* A context is a stack with a place to continue: one pointer.  A switch saves
 * the callee-saved integer registers (x86_64: rbx, rbp, r12-r15; aarch64:
 * x19-x30, d8-d15) and nothing else: mxcsr, the x87 control word, fpcr and the
 * TLS base belong to the image, not to a fiber. */
#ifndef FATA_CONTEXT_H
#define FATA_CONTEXT_H

/* Prepares a context that, when switched to first, calls `entry(arg)` on the
 * stack that ends at `top` (16-byte aligned, borrowed for the context's life).
 * `entry` must not return.  The frame chain ends at `entry`.
 * Returns the context; it uses fewer than 192 bytes below `top`. */
void *fata_context_make(void *top, void (*entry)(void *arg), void *arg);

/* Saves the running context in *`save` and continues `to`.  Returns when
 * something switches back to what was saved. */
void fata_context_switch(void **save, void *to);

#endif
