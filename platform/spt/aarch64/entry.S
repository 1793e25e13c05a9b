/* SPDX-License-Identifier: ISC */
/* Entry of spt images, aarch64: x0 = boot info, sp = end of memory - 16. */
	.section .interp, "a", @progbits
	.string	"/nonexistent/solo5/"

	.section .text.start, "ax", @progbits
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined x30
	mov	x29, xzr
	mov	x30, xzr
	mov	x19, x0
	ldr	x0, [x0]		/* memory size */
	bl	fata_bare_stack
	mov	sp, x0			/* stack 0 of the arena */
	mov	x0, x19
	mov	x30, xzr
	bl	fata_spt_start
	brk	#0
	.cfi_endproc
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
