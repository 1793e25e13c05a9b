/* SPDX-License-Identifier: ISC */
/* A fuzzer's bytes as frames for the stack. */
#ifndef FATA_NET_PLAY_H
#define FATA_NET_PLAY_H

#include <fata/cc.h>
#include <stddef.h>
#include <stdint.h>

/* Opens a stack that serves ports 7 (TCP, UDP) on the device of ../fake.h.
 * Returns 0 or a code.  Context: fiber. */
FATA_NODISCARD int play_open(void);
/* Always called, also after an error. */
FATA_NODISCARD int play_close(void);

/* Records, each: one byte of what is to be put right, one byte and a half of
 * the frame's length, the frame.  Afterwards the stack holds nothing of them.
 * data  borrowed until return
 * Returns 0 or a code.  Context: fiber, suspends. */
FATA_NODISCARD int play(const uint8_t *data, size_t size);

#endif
