/* SPDX-License-Identifier: ISC */
/* Frames that are nearly right: templates of what the stack understands, with
 * the numbers of the connections that it has open, damaged at random; most with
 * good checksums, as the others go no further than those. */
#ifndef FATA_NET_FORGE_H
#define FATA_NET_FORGE_H

#include "../packet.h"

void forge_seed(uint32_t seed);
uint32_t forge_random(uint32_t bound);

/* The stack has sent this: learns its numbers. */
void forge_learn(const uint8_t *frame, size_t length);

/* Returns the length of the frame that it has made. */
size_t forge_frame(uint8_t frame[FRAME_MAX], const uint8_t mac[6]);

#endif
