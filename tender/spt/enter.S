/* SPDX-License-Identifier: ISC */
/* spt_enter_guest(entry, stack, boot): the guest starts with its stack, the
 * address of the boot info in the first argument register, and zeros. */

    .text
    .globl spt_enter_guest
    .type spt_enter_guest, %function
spt_enter_guest:
#if defined(__x86_64__)
    mov %rsi, %rsp
    mov %rdi, %rax
    mov %rdx, %rdi
    xor %ebx, %ebx
    xor %ecx, %ecx
    xor %edx, %edx
    xor %esi, %esi
    xor %ebp, %ebp
    xor %r8d, %r8d
    xor %r9d, %r9d
    xor %r10d, %r10d
    xor %r11d, %r11d
    xor %r12d, %r12d
    xor %r13d, %r13d
    xor %r14d, %r14d
    xor %r15d, %r15d
    cld
    jmp *%rax
#elif defined(__aarch64__)
    mov sp, x1
    mov x16, x0
    mov x0, x2
    mov x29, xzr
    mov x30, xzr
    br x16
#else
#error "no spt on this CPU"
#endif
    .size spt_enter_guest, . - spt_enter_guest

    .section .note.GNU-stack, "", %progbits
