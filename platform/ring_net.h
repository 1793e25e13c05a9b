/* SPDX-License-Identifier: ISC */
/* Network devices behind a ring: frames go from and to where the program has
 * them; many an entry, and no call. */
#ifndef FATA_PLATFORM_RING_NET_H
#define FATA_PLATFORM_RING_NET_H

#include "ring.h"
#include "vnet.h"
#include <fata/net.h>
#include <fata/solo5.h>

/* Frames are counted in pieces.  Requests of one direction, FIFO; the posted
 * ones come first.  While a request is here its result counts how many of its
 * frames were posted. */
struct ring_queue {
    struct fata_request *head, **tail;
    struct fata_request *next;  /* the first that is not all posted, or NULL */
    uint32_t sequence, next_id; /* numbers of head and next */
    uint32_t posted;            /* frames of all, not completed */
    uint32_t done, good;        /* of head: completed, with success */
    int error;                  /* of head, where good < done */
};

struct ring_nets;

struct ring_net {
    struct fata_net net;
    struct ring_nets *nets;
    uint32_t handle;
    struct ring_queue send, receive;
};

/* All devices of one ring. */
struct ring_nets {
    struct ring ring;
    struct ring_net *device[SOLO5_MANIFEST_MAX]; /* by handle; NULL: not open */
    uint32_t devices; /* that will be, for their share of the ring */
    uint32_t sending; /* frames posted, not completed */
    struct fata_vnet header[FATA_NET_RING_ENTRIES / 2]; /* of these */
    uint32_t headers; /* used so far, each again when it is its turn */
};

/* Sets up d->net but for mac and mtu, and d as nets->device[handle].
 * offload  the tender has said that its frames have headers */
void ring_net_init(struct ring_nets *nets, struct ring_net *d, uint32_t handle,
                   bool offload);

/* Tells the tender what is new and takes what has completed.
 * sleep  wake us when there is more, unless a request has completed */
void ring_net_turn(struct ring_nets *nets, bool sleep);

#endif
