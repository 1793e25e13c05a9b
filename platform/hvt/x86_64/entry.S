/* SPDX-License-Identifier: ISC */
/* Entry of hvt images, x86_64: rdi = boot info, rsp = end of memory - 8; in
 * ring 3 under fata-hvt, in ring 0 elsewhere.  No descriptor table is loaded
 * and no segment register touched, so that both are the same. */
	.section .interp, "a", @progbits
	.string	"/nonexistent/solo5/"

	.section .text.start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined rip
	xorl	%ebp, %ebp
	movq	%rdi, %rbx
	andq	$-16, %rsp
	movq	(%rbx), %rdi		/* memory size */
	call	fata_bare_stack
	movq	%rax, %rsp		/* stack 0 of the arena */
	movq	%rbx, %rdi
	pushq	$0
	pushq	$0			/* the frame chain ends here */
	call	fata_hvt_start
	hlt
	.cfi_endproc
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
