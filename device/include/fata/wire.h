/* SPDX-License-Identifier: ISC */
/* A wire: two network devices in memory; what one end sends the other receives.
 * Each way it holds a bounded number of frames, and those that do not fit are
 * lost at the receiver, as on any wire.  The same calls give the same frames in
 * the same order.
 * Context: any code of the image's thread; nothing suspends. */
#ifndef FATA_WIRE_H
#define FATA_WIRE_H

#include <fata/net.h>
#include <fata/pcap.h>

#define FATA_WIRE_MTU 1500u

struct fata_wire_slot {
    uint32_t length;
    uint8_t frame[FATA_WIRE_MTU + FATA_NET_HEADER];
};

/* Private but for `net`. */
struct fata_wire_end {
    struct fata_net net;
    struct fata_wire_end *peer;
    struct fata_pcap *capture;
    struct fata_request *head, **tail; /* waiting receives, FIFO */
    struct fata_wire_slot *slots;      /* frames that have arrived: a ring */
    uint32_t size, first, count;
};

struct fata_wire {
    struct fata_wire_end end[2]; /* end[i].net is the device */
};

/* Lays a wire; its link is up.  The ends are 02:00:00:00:00:01 and :02.
 * wire   given, with its requests done or cancelled when its memory goes
 * slots  given: 2 * size, for the wire's life
 * size   frames each way, at least 1 */
void fata_wire_init(struct fata_wire *wire, struct fata_wire_slot *slots,
                    uint32_t size);

/* Cuts the wire, or mends it: both ends' links change.  While it is cut, sends
 * fail with FATA_ENETDOWN; frames that have arrived stay. */
void fata_wire_cut(struct fata_wire *wire, bool cut);

/* Captures each frame that is sent.  capture  lent; NULL ends it */
void fata_wire_capture(struct fata_wire *wire, struct fata_pcap *capture);

/* For manifests: the first end of a new wire of `frames` each way, on the heap.
 * Returns 0, FATA_EINVAL (frames < 1) or FATA_ENOMEM. */
FATA_NODISCARD int fata_wire_open(struct fata_net **net, const char *name,
                                  int64_t frames);

/* The other end of `wire`.  Returns 0, or FATA_EINVAL (it is no wire). */
FATA_NODISCARD int fata_wire_open_end(struct fata_net **net, const char *name,
                                      struct fata_net *wire);

#endif
