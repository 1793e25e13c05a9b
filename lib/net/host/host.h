/* SPDX-License-Identifier: ISC */
/* The stack as sockets of the host: the same interface (fata/stack.h), served
 * by its kernel.  Sockets never block; each is told of changes in the
 * platform's wait, edge-triggered, and is tried before it is waited for, so
 * that a request costs one receive, one send and its part of a wait. */
#ifndef FATA_NET_HOST_H
#define FATA_NET_HOST_H

#include "../shared.h"

#include <fata/net.h>

/* The functions of fata/stack.h, as stack.c and the others call them. */
int fata__host_open(const struct fata_net *net);
size_t fata__host_addresses(struct fata_address *addresses, size_t room);
size_t fata__host_nameservers(struct fata_address *addresses, size_t room);
int fata__host_listen(uint16_t port, unsigned backlog,
                      struct fata_listener **listener);
int fata__host_accept(struct fata_listener *listener, struct fata_flow **flow,
                      fata_time_t deadline);
void fata__host_listener_close(struct fata_listener *listener);
int fata__host_connect(const struct fata_address *to, uint16_t port,
                       struct fata_flow **flow, fata_time_t deadline);
extern const struct fata_flow_ops fata__host_flow_ops;
void fata__host_peer(const struct fata_flow *flow, struct fata_address *address,
                     uint16_t *port);
void fata__host_local(const struct fata_flow *flow,
                      struct fata_address *address, uint16_t *port);
int fata__host_udp(uint16_t port, struct fata_udp **socket);
uint16_t fata__host_udp_port(const struct fata_udp *socket);
int fata__host_udp_receive(struct fata_udp *socket, void *data, size_t size,
                           struct fata_address *from, uint16_t *port,
                           fata_time_t deadline);
int fata__host_udp_send(struct fata_udp *socket, const void *data, size_t size,
                        const struct fata_address *to, uint16_t port);
void fata__host_udp_close(struct fata_udp *socket);

#endif
