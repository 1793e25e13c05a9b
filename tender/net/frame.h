/* SPDX-License-Identifier: ISC */
/* Which frames of the image the worker takes.  Pure: no input or output. */
#ifndef TENDER_NET_FRAME_H
#define TENDER_NET_FRAME_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_MTU 1500u

/* The longest Ethernet frame either way. */
#define NET_FRAME (NET_MTU + 14u)

/* Programs of this host that have sent the image a datagram, over a forward,
 * and may be answered: the last so many. */
#define FRAME_PEERS 256u

struct frame_guard {
    bool reach_host; /* 10.0.2.2 is the host's loopback */
    struct frame_peer {
        bool used, six;
        uint16_t host, image; /* ports */
    } peer[FRAME_PEERS];
    size_t next_peer;
};

/* May the worker take this frame of the image?  Not those whose length is no
 * frame's; nor fragments, as putting them together is where libslirp crashes
 * (a datagram fits a frame); nor IP to what is this host's loopback, by
 * whatever address, but answers to what has come from there.
 * frame  borrowed; read within [0, size) */
FATA_NODISCARD bool frame_allowed(const struct frame_guard *g,
                                  const uint8_t *frame, size_t size);

/* A frame goes to the image: it may be answered. */
void frame_to_image(struct frame_guard *g, const uint8_t *frame, size_t size);

#endif
