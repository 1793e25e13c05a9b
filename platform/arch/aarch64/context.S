/* SPDX-License-Identifier: ISC */
/* Context switch, aarch64 (AAPCS64).  A saved context is a stack pointer to
 * 160 bytes: x19-x28, x29 (frame), x30 (return address), d8-d15. */
	.text

	.globl	fata_context_switch
	.type	fata_context_switch, @function
	.balign	16
fata_context_switch:			/* x0: save, x1: to */
	.cfi_startproc
	sub	sp, sp, #160
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp, #0]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	ret
	.cfi_endproc
	.size	fata_context_switch, . - fata_context_switch

	.globl	fata_context_make
	.type	fata_context_make, @function
	.balign	16
fata_context_make:			/* x0: top, x1: entry, x2: arg */
	.cfi_startproc
	sub	x0, x0, #160
	stp	x1, x2, [x0, #0]	/* x19: entry, x20: arg */
	adr	x9, first
	stp	xzr, x9, [x0, #80]	/* x29: end of the frame chain */
	ret
	.cfi_endproc
	.size	fata_context_make, . - fata_context_make

	.type	first, @function
	.balign	16
first:
	.cfi_startproc
	.cfi_undefined x30
	mov	x0, x20
	mov	x30, xzr
	br	x19
	.cfi_endproc
	.size	first, . - first

	.section .note.GNU-stack, "", @progbits
