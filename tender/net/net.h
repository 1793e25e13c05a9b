/* SPDX-License-Identifier: ISC */
/* fata-net: the user-mode network, a worker process between one image and the
 * host's sockets.  Frames of the image come in on one end of a datagram socket
 * pair; libslirp takes them apart.  Shared by the files of this program. */
#ifndef TENDER_NET_NET_H
#define TENDER_NET_NET_H

#include "../message.h"
#include "forward.h"

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_NAME "fata-net"
#define NET_MTU  1500u

/* The longest Ethernet frame either way. */
#define NET_FRAME (NET_MTU + 14u)

struct net {
    int frames;  /* the socket pair's end */
    int control; /* stream to whoever started us; its end is ours, or -1 */
    int capture; /* pcap file, or -1 */
    bool reach_host;
    struct {
        uint64_t to_image; /* the image does not read: its queue is full */
        uint64_t refused;  /* of the image: see frame.c */
        uint64_t capture;  /* not written: the disk is full */
    } dropped;
};

/* --- frame.c --- */

/* May the worker take this frame of the image?  Pure.
 * Refused: lengths that are no frame's, and IP to addresses that mean this
 * host's loopback, which libslirp would connect to as told. */
FATA_NODISCARD bool frame_allowed(const uint8_t *frame, size_t size);

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

/* Until the image or the starter is gone. */
void stack_run(void);

/* --- files.c --- */

/* Reads what libslirp will ask for; there are no other files from here on. */
void files_keep(void);

/* --- filter.c --- */

/* Gives up capabilities and all system calls but those of sockets. */
FATA_NODISCARD int filter_install(const struct net *n, struct message *why);

#endif
