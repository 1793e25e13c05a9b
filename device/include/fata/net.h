/* SPDX-License-Identifier: ISC */
/* Network devices as requests: Ethernet frames in batches.  The caller lends
 * the buffers of both directions, so that a driver reads a frame into the place
 * where the caller wants it and sends it from where it lies.
 * Context: any code of the image's thread; nothing here suspends.  Allocation:
 * none.  A device lives as long as the image. */
#ifndef FATA_NET_H
#define FATA_NET_H

#include <fata/cc.h>
#include <fata/error.h>
#include <fata/host.h>
#include <fata/request.h>
#include <stdbool.h>
#include <stdint.h>

#define FATA_NET_HEADER 14u /* Ethernet header: destination, source, type */

/* Offloads: what a device does besides carrying frames.  Those of sending a
 * user may use or not; those of receiving he must be able to take.  A device of
 * the host has them only where the manifest says that its user understands
 * them. */
#define FATA_NET_PIECES           (1u << 0) /* send: frames in pieces */
#define FATA_NET_SEND_CHECKSUM    (1u << 1) /* send: finishes a checksum */
#define FATA_NET_SEND_TCP4        (1u << 2) /* send: cuts TCP over IPv4 ... */
#define FATA_NET_SEND_TCP6        (1u << 3) /* ... and over IPv6; see below */
#define FATA_NET_RECEIVE_CHECKSUM (1u << 4) /* by the frames' flags */
#define FATA_NET_RECEIVE_LARGE    (1u << 5) /* frames in pieces, large ones */
#define FATA_NET_RECEIVE_FEATURES                                              \
    (FATA_NET_RECEIVE_CHECKSUM | FATA_NET_RECEIVE_LARGE)

#define FATA_NET_PIECES_MOST 128u /* of a frame that is sent */
#define FATA_NET_ROOM_MOST   64u  /* buffers in which a largest one has room */
#define FATA_NET_LARGEST     (65535u + FATA_NET_HEADER) /* bytes of a frame */

/* A frame, or a piece of one: all of a frame's pieces but the last say
 * FATA_FRAME_MORE.  What follows `length` is the frame's and stands in its
 * first piece; a receive sets it. */
struct fata_frame {
    void *data;      /* lent with the request */
    uint32_t size;   /* receive: bytes there, >= mtu + 14; send: ignored */
    uint32_t length; /* bytes of the piece; receive: set by the driver */
    uint8_t flags;   /* FATA_FRAME_* */
    uint8_t cut;     /* FATA_FRAME_TCP4, FATA_FRAME_TCP6, or 0 */
    uint16_t header; /* send, if cut: bytes before the payload, all in the first
                        piece */
    uint16_t segment;         /* if cut: bytes of payload for each */
    uint16_t checksum_start;  /* if FATA_FRAME_CHECKSUM */
    uint16_t checksum_offset; /* of the checksum, from there */
};

#define FATA_FRAME_MORE 1u /* the next of the request's frames goes on */
/* The checksum is unfinished: it holds the sum of the pseudo header, and the
 * sum (RFC 1071) of the frame from checksum_start on is to be put there.
 * A received frame that says so comes from this host and is sound. */
#define FATA_FRAME_CHECKSUM 2u
#define FATA_FRAME_CHECKED  4u /* received: checksums above IP are right */

/* A TCP segment that is too long: it stands for those that one gets by cutting
 * its payload.  Its checksum is unfinished. */
#define FATA_FRAME_TCP4 1u
#define FATA_FRAME_TCP6 2u

struct fata_net_request {
    struct fata_request request; /* result: frames or pieces done (the first
                                    ones, of whole frames), or FATA_EIO,
                                    FATA_ENETDOWN, FATA_ECANCELED */
    struct fata_frame *frames;   /* lent */
    uint32_t count;              /* at least 1 */
};

struct fata_net_stats {
    uint64_t rx_frames, rx_bytes; /* a large frame is one */
    uint64_t tx_frames, tx_bytes;
    uint64_t rx_errors, tx_errors;
    uint64_t rx_dropped; /* arrived while no receive was waiting */
};

/* Read-only for users; a driver embeds it. */
struct fata_net {
    const struct fata_net_ops *ops;
    uint8_t mac[6];
    uint16_t mtu;      /* bytes without the Ethernet header */
    uint32_t features; /* FATA_NET_*; a user ignores those it does not know */
    struct fata_net_stats stats;
    bool down;                    /* no link: what is sent goes nowhere */
    const struct fata_host *host; /* not NULL: this is the host's own network,
                                     fata/host.h, and carries no frames */
    struct fata_request *link;    /* private: who waits for a change of it */
};

struct fata_net_ops {
    int (*send)(struct fata_net *net, struct fata_net_request *r);
    int (*receive)(struct fata_net *net, struct fata_net_request *r);
    void (*cancel)(struct fata_net *net, struct fata_net_request *r);
};

/* Sends r->count frames in order.  Completes when the device has taken or
 * failed them; result is the number sent, or an error if none was.
 * Returns 0, or without a completion, nothing sent: FATA_EMSGSIZE (count 0, or
 * a frame shorter than its header, or longer than mtu + 14 or, if cut,
 * FATA_NET_LARGEST), FATA_EINVAL (a frame wants what the device does not offer,
 * or makes no sense). */
FATA_NODISCARD int fata_net_send(struct fata_net *net,
                                 struct fata_net_request *r);

/* Completes when at least one frame has arrived; result is the number received,
 * their lengths are set.  Requests are served in order of submission.
 * Returns 0, or FATA_EMSGSIZE (count 0, or a buffer smaller than mtu + 14, or,
 * with FATA_NET_RECEIVE_LARGE, the first FATA_NET_ROOM_MOST together smaller
 * than FATA_NET_LARGEST). */
FATA_NODISCARD int fata_net_receive(struct fata_net *net,
                                    struct fata_net_request *r);

/* Asks for the end of a receive: it completes soon, with FATA_ECANCELED or with
 * what it had.  Harmless when it has completed already, as long as its `done`
 * has not run. */
void fata_net_cancel(struct fata_net *net, struct fata_net_request *r);

/* Completes with 0 when `net->down` has changed.
 * Returns 0, or FATA_EBUSY (somebody waits already). */
FATA_NODISCARD int fata_net_wait_link(struct fata_net *net,
                                      struct fata_request *r);

/* For drivers: the link is up or down now. */
void fata_net_set_link(struct fata_net *net, bool down);

/* Opens the host-attached device `name`; implemented by the platform.
 * net  returned; lives as long as the image
 * Returns 0, FATA_ENODEV (not attached), FATA_EBUSY (open already) or FATA_EIO.
 */
FATA_NODISCARD int fata_net_open(struct fata_net **net, const char *name);

#endif
