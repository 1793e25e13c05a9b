/* SPDX-License-Identifier: ISC */
/* The header that a TAP interface with offloads has before each frame, and what
 * fata/net.h says of the frame. */
#ifndef FATA_PLATFORM_VNET_H
#define FATA_PLATFORM_VNET_H

#include <fata/abi.h>
#include <fata/net.h>

/* What a device with this header offers. */
#define VNET_FEATURES                                                          \
    (FATA_NET_PIECES | FATA_NET_SEND_CHECKSUM | FATA_NET_SEND_TCP4 |           \
     FATA_NET_SEND_TCP6 | FATA_NET_RECEIVE_FEATURES)

/* Writes the header of a frame that is sent.
 * f  its first piece, checked by fata_net_send */
void vnet_put(const struct fata_frame *f, struct fata_vnet *header);

/* Reads the header of a frame of `length` bytes that has come in; it is the
 * host's, and believed only as far as it fits the frame.
 * f  its first piece: what follows f->length is set
 * Returns false if it makes no sense. */
bool vnet_take(const struct fata_vnet *header, uint32_t length,
               struct fata_frame *f);

#endif
