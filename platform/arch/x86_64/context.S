/* SPDX-License-Identifier: ISC */
/* Context switch, x86_64 System V.  A saved context is a stack pointer to:
 *   r15 r14 r13 r12 rbx rbp, return address. */
	.text

	.globl	fata_context_switch
	.type	fata_context_switch, @function
	.balign	16
fata_context_switch:			/* rdi: save, rsi: to */
	.cfi_startproc
	endbr64
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.cfi_endproc
	.size	fata_context_switch, . - fata_context_switch

	.globl	fata_context_make
	.type	fata_context_make, @function
	.balign	16
fata_context_make:			/* rdi: top, rsi: entry, rdx: arg */
	.cfi_startproc
	endbr64
	/* A null return address and frame pointer end every backtrace. */
	movq	$0, -8(%rdi)
	leaq	first(%rip), %rax
	movq	%rax, -16(%rdi)
	movq	$0, -24(%rdi)		/* rbp */
	movq	$0, -32(%rdi)		/* rbx */
	movq	%rsi, -40(%rdi)		/* r12: entry */
	movq	%rdx, -48(%rdi)		/* r13: arg */
	movq	$0, -56(%rdi)		/* r14 */
	movq	$0, -64(%rdi)		/* r15 */
	leaq	-64(%rdi), %rax
	ret
	.cfi_endproc
	.size	fata_context_make, . - fata_context_make

	.type	first, @function
	.balign	16
first:					/* rsp = top - 8, as after a call */
	.cfi_startproc
	.cfi_undefined rip
	movq	%r13, %rdi
	jmpq	*%r12
	.cfi_endproc
	.size	first, . - first

	.section .note.GNU-stack, "", @progbits
