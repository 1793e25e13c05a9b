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

struct fata_frame {
    void *data;      /* lent with the request */
    uint32_t size;   /* receive: bytes there, >= mtu + 14; send: ignored */
    uint32_t length; /* bytes of the frame; receive: set by the driver */
};

struct fata_net_request {
    struct fata_request request; /* result: frames done (the first ones), or
                                    FATA_EIO, FATA_ENETDOWN, FATA_ECANCELED */
    struct fata_frame *frames;   /* lent */
    uint32_t count;              /* at least 1 */
};

struct fata_net_stats {
    uint64_t rx_frames, rx_bytes;
    uint64_t tx_frames, tx_bytes;
    uint64_t rx_errors, tx_errors;
    uint64_t rx_dropped; /* arrived while no receive was waiting */
};

/* Read-only for users; a driver embeds it. */
struct fata_net {
    const struct fata_net_ops *ops;
    uint8_t mac[6];
    uint16_t mtu;      /* bytes without the Ethernet header */
    uint32_t features; /* offloads; none defined yet */
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
 * Returns 0, or without a completion: FATA_EMSGSIZE (count 0, or a frame
 * shorter than its header or longer than mtu + 14; none was sent). */
FATA_NODISCARD int fata_net_send(struct fata_net *net,
                                 struct fata_net_request *r);

/* Completes when at least one frame has arrived; result is the number received,
 * their lengths are set.  Requests are served in order of submission.
 * Returns 0, or FATA_EMSGSIZE (count 0, or a buffer smaller than mtu + 14). */
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
