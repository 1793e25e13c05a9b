/* SPDX-License-Identifier: ISC */
/* What the stack on lwIP (the files of this folder) and the host's sockets
 * (host/, only in images of flavour host) share; nothing of lwIP. */
#ifndef FATA_NET_SHARED_H
#define FATA_NET_SHARED_H

#include <fata/log.h>
#include <fata/metrics.h>
#include <fata/panic.h>
#include <fata/stack.h>
#include <fata/waiter.h>

/* What comes first in both kinds. */
struct fata_listener {
    bool host;
};
struct fata_udp {
    bool host;
};

/* Of a stack, a listener or a socket: it is the host's.  Where the flavour is
 * another one, nothing is, and the linker leaves host/ out. */
#define FATA__IS_HOST(object) (FATA_FLAVOUR_HOST && (object)->host)

/* From the keys.  Addresses are a list, `ADDRESS,NAME=ADDRESS`; "" for none. */
struct fata__net_config {
    const char *ipv4, *ipv4_gateway, *ipv6, *ipv6_gateway;
    bool no_dhcp;
    unsigned connections; /* the most, of all stacks */
    size_t memory;        /* bytes lwIP may allocate, for all of them */
};
extern struct fata__net_config fata__net_config;

/* What they say of one stack. */
struct fata__addresses {
    struct fata_address ipv4, ipv4_gateway, ipv6, ipv6_gateway;
    unsigned ipv4_prefix;
    bool unnamed; /* some of it is for the only stack */
};
struct fata__addresses fata__net_addresses(const char *name);

/* Of a stack that is open. */
struct fata__net_name {
    const char *name;
    struct fata__net_name *next;
};
void fata__net_name_add(struct fata__net_name *name);
/* Logs the addresses whose stack none of them is; returns how many. */
unsigned fata__net_check_names(void);

/* counts.c: TCP flows alive, and what there has been. */
extern unsigned fata__tcp_alive;
extern struct fata_metric fata__tcp_accepted, fata__tcp_connected;
extern struct fata_metric fata__tcp_closed, fata__tcp_aborted, fata__tcp_reset,
    fata__tcp_timed_out;
extern struct fata_metric fata__tcp_failed; /* connects */
extern struct fata_metric fata__tcp_full, fata__tcp_unaccepted,
    fata__tcp_replaced, fata__tcp_unknown;
extern struct fata_metric fata__udp_dropped;
extern struct fata_metric fata__frames_refused; /* by the queue to the device */

/* tell.c: sources of the log. */
extern struct fata_log_source fata__log_net, fata__log_dhcp, fata__log_tcp;

#endif
