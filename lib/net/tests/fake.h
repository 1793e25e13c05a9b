/* SPDX-License-Identifier: ISC */
/* A net device whose other end is the test: what the stack sends is shown to a
 * function, what it receives the test makes. */
#ifndef FATA_NET_FAKE_H
#define FATA_NET_FAKE_H

#include <fata/net.h>

extern struct fata_net fake_net; /* 02:00:00:00:00:02; no offloads, unless the
                                    test sets them first */
/* What the last frame shown says of itself. */
extern struct fata_frame fake_last;

/* sent  called for each frame that the stack sends, borrowed until it returns
 */
void fake_open(void (*sent)(const uint8_t *frame, size_t length));

/* The stack receives `count` frames, at most 32, in one batch; make writes one
 * and returns its length.  Then fibers run.
 * Returns 0, FATA_EIO (the stack does not listen) or FATA_ECANCELED.
 * Context: fiber, suspends. */
FATA_NODISCARD int fake_deliver(size_t (*make)(uint8_t *frame), uint32_t count);

/* The same for one frame of any length, over as many buffers as it needs.
 * flags  FATA_FRAME_* that it has */
FATA_NODISCARD int fake_deliver_frame(const uint8_t *frame, size_t length,
                                      uint8_t flags);

#endif
