/* SPDX-License-Identifier: ISC */
/* Places in lwIP where it asks us: LWIP_HOOK_FILENAME. */
#ifndef LWIP_PORT_HOOKS_H
#define LWIP_PORT_HOOKS_H

#include <lwip/err.h>
#include <lwip/ip_addr.h>

struct pbuf;
struct netif;

/* The IPv6 router given by hand, or NULL. */
const ip6_addr_t *fata__lwip_gateway(void);
#define LWIP_HOOK_ND6_GET_GW(netif, to) fata__lwip_gateway()

/* Initial sequence numbers: RFC 6528. */
uint32_t fata__lwip_isn(const ip_addr_t *local, uint16_t local_port,
                        const ip_addr_t *remote, uint16_t remote_port);
#define LWIP_HOOK_TCP_ISN fata__lwip_isn

/* A packet comes in: does it start a timer?  Returns 0: lwIP goes on. */
int fata__lwip_ip4_input(const struct pbuf *p);
int fata__lwip_ip6_input(const struct pbuf *p);
/* If it is a segment of TCP, lwIP finds its connection at once:
 * lib/net/index.c; until fata__index_restore. */
void fata__lwip_aim4(const struct pbuf *p);
void fata__lwip_aim6(const struct pbuf *p);
void fata__index_restore(void);
#define LWIP_HOOK_IP4_INPUT(p, netif)                                          \
    (fata__lwip_aim4(p), fata__lwip_ip4_input(p))
#define LWIP_HOOK_IP6_INPUT(p, netif)                                          \
    (fata__lwip_aim6(p), fata__lwip_ip6_input(p))

/* A frame comes in, p begins with its header: ARP may tell that somebody else
 * has our address.  Returns netif. */
struct netif *fata__lwip_arp(const struct pbuf *p, struct netif *netif);
#define LWIP_ARP_FILTER_NETIF 1
#define LWIP_ARP_FILTER_NETIF_FN(p, netif, type)                               \
    ((type) == ETHTYPE_ARP ? fata__lwip_arp(p, netif) : (netif))

/* lwIP knows whom a segment is for: a connection, a listener, or a connection
 * in TIME-WAIT.  Returns ERR_OK: lwIP goes on. */
struct tcp_hdr;
struct tcp_pcb;
err_t fata__lwip_time_wait(struct tcp_pcb *pcb, struct tcp_hdr *header,
                           struct pbuf *p);
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, size, size1, more, p)          \
    (fata__index_restore(), (pcb)->state == TIME_WAIT                          \
                                ? fata__lwip_time_wait(pcb, header, p)         \
                                : ERR_OK)

/* A segment goes out; p begins with its header.  For counting: no option is
 * added. */
void fata__lwip_tcp_output(const struct pbuf *p, const struct tcp_hdr *header,
                           const struct tcp_pcb *pcb);
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(p, header, pcb, options)                 \
    (fata__lwip_tcp_output(p, header, pcb), (options))

#endif
