/* SPDX-License-Identifier: ISC */
/* What a target without an operating system and the shared start-up code need
 * of each other. */
#ifndef FATA_BARE_H
#define FATA_BARE_H

#include <fata/abi.h>
#include <fata/cc.h>
#include <fata/platform.h>
#include <fata/solo5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- implemented here, called by the target's entry code --- */

/* Called by the entry code on the stack that the tender gave.  Returns the top
 * of stack 0 of the arena, where the entry code continues with
 * fata_bare_start; ends the image with a message when its memory is too small.
 * memory_size  end of guest memory, bytes */
void *fata_bare_stack(uint64_t memory_size);

/* Starts the libc, which calls main(); on stack 0.
 * command_line  borrowed until return, NUL-terminated
 * manifest      the tender's copy, filled and attached; lives on */
FATA_NORETURN void fata_bare_start(const char *command_line,
                                   const struct solo5_manifest *manifest,
                                   uint64_t memory_size);

/* Returns the manifest entry of an attached device, or NULL.  *handle is its
 * index. */
const struct solo5_device *fata_bare_device(const char *name, uint32_t type,
                                            uint64_t *handle);

/* What the tender offers beyond the plain ABI: zero features without it. */
extern struct fata_offer fata_start_offer;

/* --- implemented by the target --- */

/* Sets the CPU's thread pointer (x86_64: FS base). */
void fata_bare_set_tls(void *pointer);

#endif
