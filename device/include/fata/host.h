/* SPDX-License-Identifier: ISC */
/* The host's own network, where an image is a process of it: sockets, and no
 * frames.  A net device that is attached to it (fata_net.host) only says so,
 * and takes descriptors into the platform's wait; lib/net/host uses it.
 * Context: the image's one thread.  Allocation: none. */
#ifndef FATA_HOST_H
#define FATA_HOST_H

/* What has become so of a descriptor. */
enum {
    FATA_READABLE = 1, /* something to read: the end of a stream, too */
    FATA_WRITABLE = 2, /* room to write */
    FATA_OVER = 4,     /* nothing more will come: it ends with what is there */
};

/* Embedded by who waits for a descriptor. */
struct fata_descriptor {
    int number;
    /* Called in fata_platform_wait after a change, once for each, with all that
     * is so then.  It posts jobs, and ends nobody's life but its own. */
    void (*ready)(struct fata_descriptor *d, unsigned what);
};

struct fata_host {
    /* Tells d->ready of changes from now on, and of what there is already.
     * d  lent until the descriptor is closed or another d has its number
     * Returns 0 or FATA_ENOMEM. */
    int (*watch)(struct fata_descriptor *d);
};

#endif
