/* SPDX-License-Identifier: ISC */
/* What the net devices of an image are attached to, before it starts: TAP
 * interfaces, the user-mode network, the host's own. */
#ifndef TOOL_NETWORK_H
#define TOOL_NETWORK_H

#include "commands.h"

struct network_options {
    struct vec ports; /* [ADDRESS:]HOST:GUEST[/udp] */
    const char *pcap; /* a file, or NULL */
};

/* Networks made for one run of an image; they end with it. */
struct network {
    int pid;                  /* of fata-net, or 0 */
    int control;              /* its life: it ends when this is closed */
    int status;               /* of one that has ended, as of wait */
    int kept[64], kept_count; /* the image's ends */
};

/* -p and --pcap mean the user-mode network of the only net device that is left:
 * adds NAME=user to launch->net.  Without them a net device of which nothing is
 * said, and which only stacks use, is the host's network where the image is a
 * process of it: NAME=host.  Returns NULL, or what is wrong. */
const char *network_choose(struct launch *launch,
                           const struct network_options *o);

/* Makes what launch->net names and what is not there, and puts descriptors in
 * its place: NAME=user[,host], NAME=tapN[,ADDRESS/BITS].  NULL, or what is
 * wrong - empty where the worker has said it -; then nothing is left behind.
 * Where `tell`, says what is there now.
 * *n  in use until network_close */
const char *network_open(struct network *n, struct launch *launch,
                         const struct network_options *o, bool tell);
/* Lets the programs started from here on inherit the image's ends. */
void network_inherit(const struct network *n);
/* Also the worker's end of life, for a process that does not come back. */
void network_outlive(const struct network *n);
/* The image has its ends: forgets ours. */
void network_given(struct network *n);
/* Ends the worker, if it has not ended. */
void network_close(struct network *n);

/* --- tap.c --- */

/* Makes a TAP interface that lasts as long as the descriptor; -1 with errno.
 * offload  frames on the descriptor have a header for offloads in front */
int tap_make(const char *name, bool offload);
/* Gives it an IPv4 address, unless NULL, and sets it up.  NULL, or what is
 * wrong. */
const char *tap_up(const char *name, const char *address);

/* A network namespace that this process is in for a while; all zeros before. */
struct own_network {
    int outside; /* a descriptor of the one it comes from, or 0 */
};

/* Goes into a new one, with its loopback up; nothing happens where it is in it
 * already.  It lasts as long as a program started here, or an interface.
 * Returns NULL, or why it cannot. */
const char *own_network_enter(struct own_network *n);
/* Goes back, if it is in one. */
void own_network_leave(struct own_network *n);

#endif
