/* SPDX-License-Identifier: ISC */
/* fata-net: the user-mode network, a worker process between one image and the
 * host's sockets.  Frames of the image come in on one end of a datagram socket
 * pair; libslirp takes them apart.  Shared by the files of this program. */
#ifndef TENDER_NET_NET_H
#define TENDER_NET_NET_H

#include "../message.h"
#include "forward.h"
#include "frame.h"

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_NAME "fata-net"
struct net {
    int frames;  /* the socket pair's end */
    int control; /* stream to whoever started us; its end is ours, or -1 */
    int capture; /* pcap file, or -1 */
    struct frame_guard guard;
    struct {
        uint64_t to_image; /* the image does not read: its queue is full */
        uint64_t refused;  /* of the image: see frame.h */
        uint64_t capture;  /* not written: the disk is full */
    } dropped;
};

/* --- capture.c: pcap, microseconds, Ethernet --- */

/* Makes the file, in place of an old one. */
FATA_NODISCARD int capture_open(struct net *n, const char *path,
                                struct message *why);
void capture_frame(struct net *n, const void *frame, size_t size);

/* --- stack.c: libslirp --- */

/* n  lent for the life of the process */
FATA_NODISCARD int stack_start(struct net *n, struct message *why);

/* Binds and listens; a port of 0 becomes the one that was given. */
FATA_NODISCARD int stack_forward(struct forward *f, struct message *why);

/* Waits for frames, sockets and time, if it may, and does what there is to do.
 * False: the image or the starter is gone. */
FATA_NODISCARD bool stack_turn(bool wait);

void stack_stop(void);

/* --- files.c --- */

/* Reads what libslirp will ask for; there are no other files from here on. */
void files_keep(void);

/* --- filter.c --- */

/* Gives up capabilities and all system calls but those of sockets. */
FATA_NODISCARD int filter_install(const struct net *n, struct message *why);

#endif
