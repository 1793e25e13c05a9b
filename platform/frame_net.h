/* SPDX-License-Identifier: ISC */
/* A network device whose host end takes and gives one frame a call and tells
 * when it is readable: the plain ABI's device, a TAP interface. */
#ifndef FATA_PLATFORM_FRAME_NET_H
#define FATA_PLATFORM_FRAME_NET_H

#include <fata/net.h>

struct frame_net {
    struct fata_net net;
    /* Return bytes, or a negative Linux errno; -EAGAIN: nothing there. */
    long (*read)(struct frame_net *d, void *data, size_t size);
    long (*write)(struct frame_net *d, const void *data, size_t size);
    int descriptor;
    struct fata_request *head, **tail; /* waiting receives, FIFO */
};

/* Sets up d->net but for mac and mtu; read, write and descriptor are set by the
 * caller. */
void frame_net_init(struct frame_net *d);

/* The device is readable: serves waiting receives. */
void frame_net_ready(struct frame_net *d);

#endif
