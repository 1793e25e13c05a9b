/* SPDX-License-Identifier: ISC */
/* What the files of lib/net share.  lwIP is entered from fibers, from timers
 * and from completions of the device; it calls back only into functions that
 * post jobs, so that it is never entered twice.  Who enters it calls
 * fata__net_enter before and fata__net_settle after. */
#ifndef FATA_NET_INTERNAL_H
#define FATA_NET_INTERNAL_H

#include "shared.h"

#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>

struct fata_stack {
    bool host; /* then the rest is not used: host/ has its own */
    struct netif netif;
    struct fata_net *net;
    struct fata_sched *sched;
    struct fata_list ready; /* fibers that wait for an address */
    u8_t ext_arg;           /* of a half-open connection: its listener */
};

/* lwIP's state is global, so there is one. */
extern struct fata_stack fata__net;

/* interface.c */
int fata__interface_open(struct fata_stack *stack);
err_t fata__interface_init(struct netif *netif);
void fata__interface_settle(void);
/* Receive buffers that readers hold. */
unsigned fata__interface_held(void);

/* timers.c */
void fata__net_timers_init(struct fata_stack *stack);
/* Around each entry into lwIP: makes its ticks right; starts the timers that it
 * needs now. */
void fata__net_enter(void);
void fata__net_settle(void);
/* A frame goes out: neighbours are being talked to. */
void fata__net_timers_active(void);

/* memory.c: bytes that lwIP has allocated, and how often there were no more. */
size_t fata__net_memory(uint64_t *refused);

/* tell.c */
struct tcp_flow;
void fata__tell_flow(const struct tcp_flow *f, const char *what);
/* The interface's addresses may have changed. */
void fata__tell_addresses(const struct netif *netif);

/* stack.c: the two forms of an address. */
struct fata_address fata__net_address(const ip_addr_t *address);
bool fata__net_to_lwip(const struct fata_address *address, ip_addr_t *to);
/* lwIP's code as ours, for calls that send. */
int fata__net_error(err_t err);

/* tcp.c */
struct tcp_flow {
    struct fata_flow flow;
    struct tcp_pcb *pcb;          /* NULL: lwIP has ended it */
    struct pbuf *received, *last; /* what the reader has not acked; one list,
                                     whose tot_len do not count */
    size_t at;                    /* bytes acked of the first of these */
    bool at_end;                  /* the peer will send no more */
    bool connected;
    int error; /* once `received` is empty */
    struct fata_address peer, local;
    uint16_t peer_port, local_port;
    struct fata_list link; /* in its listener's queue */
};

/* Makes a flow of a connection.  NULL: no memory, or too many of them. */
struct tcp_flow *fata__tcp_flow_new(struct tcp_pcb *pcb);
/* The ends of the connection are known. */
void fata__tcp_flow_connected(struct tcp_flow *f);

#endif
