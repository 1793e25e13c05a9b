/* SPDX-License-Identifier: ISC */
/* The network stack: TCP and UDP over IPv4 and IPv6, on a net device; or, where
 * an image is a process, the same on sockets of the host.
 *
 *     devices:
 *       service: { kind: net }
 *       stack: { kind: stack, net: service }
 *
 *     int start(struct app *app)
 *     {
 *         return fata_stack_serve(app->stack, 80, talk, NULL);
 *     }
 *
 * Its addresses come from the keys --ipv4, --ipv6 and their like, from DHCP and
 * from IPv6 routers (docs/network.md), or are the host's.  It answers as soon
 * as the main loop runs.  Connections are flows: fata/flow.h.
 *
 * Context: the main loop's thread; calls that suspend in a fiber.
 * Allocation: bounded by --connections, --net-memory and 0.6 MB of receive
 * buffers; on sockets of the host by --connections, 32 KiB each, which one has
 * only while something waits to be read or sent, and 2 MiB.  There may be
 * several stacks: these bounds are for all of them together, but each has
 * receive buffers of its own. */
#ifndef FATA_STACK_H
#define FATA_STACK_H

#include <fata/address.h>
#include <fata/cc.h>
#include <fata/flow.h>
#include <fata/net.h>
#include <fata/time.h>

struct fata_stack;
struct fata_listener;
struct fata_udp;

/* Opens a stack; start-up calls it.
 * stack  returned; lives as long as the image
 * name   lent for ever: by which keys may call it: --ipv4=NAME=10.0.0.2/24
 * net    lent for ever: nobody else may use it.  One that is the host's network
 *        (fata_net.host) makes it a stack on the host's sockets
 * Returns 0, FATA_ENOMEM, FATA_EBUSY (there is one on the host's sockets),
 * FATA_EINVAL (there are several, and an address has no name) or FATA_ENOTSUP
 * (there are several, and the target's linker script does not gather lwIP's
 * variables). */
FATA_NODISCARD int fata_stack_open(struct fata_stack **stack, const char *name,
                                   struct fata_net *net);

/* Waits until the stack has an address that others can reach: an IPv4 one, or
 * an IPv6 one that is not link-local.  A host has had its time: at once.
 * Returns 0, FATA_ETIMEDOUT or FATA_ECANCELED.  Context: fiber, suspends. */
FATA_NODISCARD int fata_stack_ready(struct fata_stack *stack,
                                    fata_time_t deadline);

/* Writes the valid addresses, at most `room`.  Returns how many there are.  Of
 * a host: those of other interfaces than loopback, if there are any; none that
 * is link-local. */
size_t fata_stack_addresses(const struct fata_stack *stack,
                            struct fata_address *addresses, size_t room);

/* Writes the name servers that DHCP and IPv6 routers (RDNSS, RFC 8106) have
 * told, at most `room`; DHCP's first.  Returns how many there are. */
size_t fata_stack_nameservers(const struct fata_stack *stack,
                              struct fata_address *addresses, size_t room);

/* --- TCP --- */

/* Listens on all addresses of both families.
 * port      1 .. 65535
 * backlog   connections that may wait for an accept, at least 1; further ones
 *           are not answered and try again
 * listener  returned; the caller's until fata_listener_close
 * Of half-open connections 128 are kept, then the oldest goes.
 * Returns 0, FATA_EBUSY (somebody listens there), FATA_ENOMEM or FATA_EPERM
 * (the host keeps the port, one below 1024, from this user). */
FATA_NODISCARD int fata_stack_listen(struct fata_stack *stack, uint16_t port,
                                     unsigned backlog,
                                     struct fata_listener **listener);

/* Waits for a connection.
 * flow  returned; the caller's until it is closed
 * Returns 0, FATA_EPIPE (closed meanwhile), FATA_ETIMEDOUT or FATA_ECANCELED.
 * One fiber at a time.  Context: fiber, suspends. */
FATA_NODISCARD int fata_listener_accept(struct fata_listener *listener,
                                        struct fata_flow **flow,
                                        fata_time_t deadline);

/* Ends listening; connections that nobody has accepted are reset.  A fiber in
 * accept gets FATA_EPIPE. */
void fata_listener_close(struct fata_listener *listener);

/* Connects.
 * flow  returned; the caller's until it is closed
 * Returns 0, FATA_ECONNREFUSED, FATA_ENETDOWN (no way to there),
 * FATA_ETIMEDOUT, FATA_ECANCELED, FATA_ENOMEM.  Context: fiber, suspends. */
FATA_NODISCARD int fata_stack_connect(struct fata_stack *stack,
                                      const struct fata_address *to,
                                      uint16_t port, struct fata_flow **flow,
                                      fata_time_t deadline);

/* The two ends of a connection.
 * flow  from accept, connect or serve
 * address, port  returned; may be NULL */
void fata_stack_peer(const struct fata_flow *flow, struct fata_address *address,
                     uint16_t *port);
void fata_stack_local(const struct fata_flow *flow,
                      struct fata_address *address, uint16_t *port);

/* --- a server --- */

/* Handles a connection in a fiber of its own; called when there is something to
 * read, be it the end, so that a connection which says nothing needs no stack.
 * (A server that speaks first accepts by itself.)  Returns 0: the connection is
 * closed; FATA_FLOW_IDLE: the fiber ends, and the function is called anew when
 * there is something to read; a code: the connection is aborted. */
typedef int fata_stack_handler(struct fata_flow *flow, void *arg);

enum { FATA_FLOW_IDLE = 1 };

/* Serves until it is cancelled: listens, and calls fn(flow, arg) for each
 * connection.  A connection's error ends that connection only; those that are
 * not the peer's doing are logged, source tcp.  Where no stack is free
 * (`stacks:` in the manifest) connections wait for one.
 * Returns FATA_ECANCELED, or why it could not begin, as fata_stack_listen says.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_stack_serve(struct fata_stack *stack, uint16_t port,
                                    fata_stack_handler *fn, void *arg);

/* --- UDP --- */

/* Opens a socket on all addresses of both families.
 * port    0: a random one
 * socket  returned; the caller's until fata_udp_close
 * Returns 0, FATA_EBUSY, FATA_ENOMEM or FATA_EPERM. */
FATA_NODISCARD int fata_stack_udp(struct fata_stack *stack, uint16_t port,
                                  struct fata_udp **socket);

uint16_t fata_udp_port(const struct fata_udp *socket);

/* Waits for a datagram.  At most 64 are kept (by a host: what fits into 208
 * KiB, if nobody has set it otherwise), later ones are lost. data borrowed
 * until return; what does not fit is cut off from, port  returned; may be NULL
 * Returns the datagram's size in bytes, also where it was cut, FATA_ETIMEDOUT,
 * FATA_ECANCELED, or FATA_EPIPE (closed meanwhile).  One fiber at a time.
 * Context: fiber, suspends. */
FATA_NODISCARD int fata_udp_receive(struct fata_udp *socket, void *data,
                                    size_t size, struct fata_address *from,
                                    uint16_t *port, fata_time_t deadline);

/* Sends a datagram.  Does not suspend.
 * Returns 0, FATA_EMSGSIZE, FATA_ENETDOWN (no way to there) or FATA_ENOMEM. */
FATA_NODISCARD int fata_udp_send(struct fata_udp *socket, const void *data,
                                 size_t size, const struct fata_address *to,
                                 uint16_t port);

void fata_udp_close(struct fata_udp *socket);

#endif
