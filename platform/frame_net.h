/* SPDX-License-Identifier: ISC */
/* A network device whose host end takes and gives one frame a call and tells
 * when it is readable: the plain ABI's device, a TAP interface. */
#ifndef FATA_PLATFORM_FRAME_NET_H
#define FATA_PLATFORM_FRAME_NET_H

#include <fata/net.h>
#include <stddef.h>

/* A struct iovec of Linux. */
struct frame_piece {
    void *data;
    size_t size;
};

struct frame_net {
    struct fata_net net;
    /* Return bytes, or a negative Linux errno; -EAGAIN: nothing there. */
    long (*read)(struct frame_net *d, void *data, size_t size);
    long (*write)(struct frame_net *d, const void *data, size_t size);
    /* The same for pieces, the first of which is a struct fata_vnet: of devices
     * with offloads; else NULL. */
    long (*read_pieces)(struct frame_net *d, const struct frame_piece *piece,
                        unsigned count);
    long (*write_pieces)(struct frame_net *d, const struct frame_piece *piece,
                         unsigned count);
    int descriptor;
    struct fata_request *head, **tail; /* waiting receives, FIFO */
};

/* Sets up d->net but for mac and mtu; the functions and the descriptor are set
 * by the caller. */
void frame_net_init(struct frame_net *d);

/* The device is readable: serves waiting receives. */
void frame_net_ready(struct frame_net *d);

#endif
