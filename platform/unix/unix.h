/* SPDX-License-Identifier: ISC */
/* Shared by the files of this target. */
#ifndef FATA_UNIX_H
#define FATA_UNIX_H

#include "../internal.h"
#include <fata/net.h>

/* Where the option --block:NAME=WHERE or --net:NAME=WHERE attaches device
 * `name`; NULL where it does not.  `type` as in fata/solo5.h. */
const char *unix_attached(const char *name, unsigned type);

/* --no-offload was not given. */
extern bool unix_offload;

/* From now on SIGINT and SIGTERM are the shutdown event, once. */
void unix_catch_signals(void);

/* Finds the errno-like code of this set for a host's errno. */
int unix_error(int host_errno);

/* --- waiting for descriptors --- */

struct unix_watch {
    int descriptor;
    void (*ready)(struct unix_watch *watch); /* in fata_platform_wait */
    struct fata_descriptor waits;            /* private */
};

/* Adds a descriptor for the life of the process: `ready` is called in every
 * wait that finds something to read. */
void unix_watch_add(struct unix_watch *watch);

/* See fata/host.h. */
int unix_watch_changes(struct fata_descriptor *d);

/* host.c: the net device that is the host's own network. */
struct fata_net *unix_host_net(void);

#endif
