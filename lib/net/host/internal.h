/* SPDX-License-Identifier: ISC */
/* What the files of lib/net/host share. */
#ifndef FATA_NET_HOST_INTERNAL_H
#define FATA_NET_HOST_INTERNAL_H

#include "host.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* --- stack.c --- */

/* There is one host. */
struct host {
    const struct fata_host *waits; /* NULL: not open */
    struct fata_sched *sched;
    struct fata_list listeners;
};
extern struct host fata__host;

union host_address {
    struct sockaddr any;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
};

/* The forms of an address.  IPv4 as the sockets of both families have it is
 * IPv4 again. */
void fata__host_from(const union host_address *from,
                     struct fata_address *address, uint16_t *port);
/* family  AF_INET, or AF_INET6: IPv4 is mapped into it
 * Returns its size in bytes, 0: there is no such address. */
socklen_t fata__host_to(const struct fata_address *address, uint16_t port,
                        int family, union host_address *to);

/* A socket for both families, or for IPv4 where the host has no other, bound
 * to a port.  Returns the descriptor, or FATA_EBUSY, FATA_EPERM, FATA_ENOMEM.
 */
int fata__host_bound(int type, uint16_t port);
/* What every connection has; a listener hands it down. */
void fata__host_configure(int descriptor);
/* errno of a socket that is opened, bound or connected. */
int fata__host_error(int host_errno);

/* --- buffer.c: what has arrived and is not read, or waits to be sent --- */

/* Bytes of one; the second is for streams that fill the first, of which there
 * are only eight: each call of a stream costs a window update, too. */
enum { HOST_BUFFER = 16 * 1024, HOST_STREAM = 256 * 1024 };
/* NULL: no memory, or the large ones are in use. */
char *fata__host_buffer(unsigned size);
void fata__host_buffer_free(char *buffer, unsigned size); /* or NULL */

/* --- flow.c --- */

struct host_flow {
    struct fata_flow flow;
    struct fata_descriptor descriptor;
    char *in;  /* received, not acked: in[at] .. in[end]; NULL: nothing */
    char *out; /* put, not sent: `waits` bytes; NULL: nothing */
    unsigned at, end, waits;
    unsigned size;           /* of `in` */
    bool streams;            /* the last one that was read was full */
    bool readable, writable; /* the kernel has said so, and no call else */
    bool over;               /* nothing will come but what lies there */
    bool at_end;             /* that has been read */
    bool shut;               /* shut down, once `out` is sent */
    bool connected;
    int error; /* once all has been read; for writes at once */
    uint16_t peer_port;
    struct fata_address peer;
    struct fata_list link; /* of those that are sent when the turn ends */
};

/* Makes a flow of a socket.  NULL: no memory, or too many of them.
 * descriptor  given, unless NULL is returned */
struct host_flow *fata__host_flow_new(int descriptor);
/* It is connected. */
void fata__host_flow_connected(struct host_flow *f, struct fata_metric *by);

/* --- part.c --- */

/* Sends what is left of a flow that is closed, as long as the peer takes it.
 * descriptor, data  given; `count` bytes, from fata__host_buffer */
void fata__host_part(int descriptor, char *data, unsigned count);

/* --- listen.c --- */

/* A connection has ended: who waits for a place looks again. */
void fata__host_room(void);

#endif
