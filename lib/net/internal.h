/* SPDX-License-Identifier: ISC */
/* What the files of lib/net share.  lwIP is entered from fibers, from timers
 * and from completions of the device; it calls back only into functions that
 * post jobs, so that it is never entered twice.  Who enters it calls
 * fata__net_enter before and fata__net_settle after. */
#ifndef FATA_NET_INTERNAL_H
#define FATA_NET_INTERNAL_H

#include "shared.h"

#include <lwip/dns.h>
#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>

/* timers.c: see there. */
enum fata__timer {
    NEIGHBOURS,
    DHCP_FINE,
    DHCP_COARSE,
    REASSEMBLY,
    MLD,
    OTHERS
};

struct fata__timers {
    struct fata_timer tcp, other;
    fata_time_t tcp_ran;  /* when tcp_ticks was right */
    fata_time_t tcp_next; /* for when the tick is set */
    fata_time_t other_next;
    fata_time_t due[OTHERS], ran[OTHERS];
    fata_time_t talked;    /* the last frame was sent */
    unsigned fragments_ms; /* how long fragments may still be waiting */
};

/* index.c: a hash table of all connections that lwIP has. */
struct fata__index {
    void **slots;
    size_t count; /* of these; a power of two */
    uint64_t key;
    u8_t ext_arg; /* the first that it has of a connection */
    bool aimed;   /* lwIP's lists begin elsewhere; really with these: */
    struct tcp_pcb *active, *time_wait;
};

enum { FATA__NAMESERVER_SOURCES = 2 };

struct fata_stack {
    bool host; /* then the rest is not used: host/ has its own */
    struct netif netif;
    struct fata_net *net;
    struct fata_sched *sched;
    struct fata_list ready; /* fibers that wait for an address */
    u8_t ext_arg;           /* of a half-open connection: its listener */
    struct fata__addresses given;
    struct fata__interface *iface; /* interface.c's */
    struct fata__timers ticks;
    struct fata__index index;
    ip4_addr_t told_ipv4; /* the addresses as the log has them */
    unsigned told_ipv6;   /* a bit for each that is valid */
    fata_time_t defended; /* the address against another's claim */
    /* Of DHCP and of routers, as lwIP numbers them; nameservers.c's. */
    ip_addr_t nameservers[FATA__NAMESERVER_SOURCES][DNS_MAX_SERVERS];
    char *saved; /* lwIP's variables while others run; swap.c's */
    struct fata_stack *next;
};

/* swap.c: the stack whose lwIP's variables are - callbacks of lwIP are for it
 * -, NULL before there is one; and all of them. */
extern struct fata_stack *fata__net, *fata__stacks;
/* Makes it one of them, and the one whose they are.  0, FATA_ENOMEM, or
 * FATA_ENOTSUP: this target has only one. */
int fata__net_add(struct fata_stack *stack);
void fata__net_swap(struct fata_stack *stack);

/* Before anything of lwIP's is touched, a packet given back included. */
static inline void fata__net_switch(struct fata_stack *stack)
{
    if (FATA_UNLIKELY(stack != fata__net))
        fata__net_swap(stack);
}

/* interface.c */
int fata__interface_open(struct fata_stack *stack);
err_t fata__interface_init(struct netif *netif);
void fata__interface_settle(void);
/* Receive buffers that readers hold. */
unsigned fata__interface_held(void);

/* offload.c: the last frame that was given to a device with offloads, while
 * segments of TCP may still join it. */
struct fata__segments {
    struct fata_frame *frame; /* its first piece; NULL: none may join */
    uint8_t *headers;         /* Ethernet, IP, TCP */
    uint32_t length, next;    /* bytes of the frame; number of the next byte */
    uint16_t tcp, end;        /* where the header of TCP is, and its end */
    uint16_t segment;         /* bytes of payload in each but the last */
    bool many, full, push;
};
/* Looks at a frame that goes out.  Returns false if it is not TCP: it needs no
 * work. */
bool fata__segments_begin(struct fata__segments *s, struct fata_frame *frame,
                          const struct pbuf *p);
/* True if p, which goes out next, continues s and is counted in now; then its
 * headers, s->end bytes, are not sent.
 * features  of the device */
bool fata__segments_join(struct fata__segments *s, const struct pbuf *p,
                         uint32_t features);
/* The frame is complete: its headers say so. */
void fata__segments_end(struct fata__segments *s);

/* index.c.  0 or FATA_ENOMEM. */
int fata__index_open(void);
/* A connection is, or is about to be, in one of lwIP's lists; its ends are
 * known.  It leaves by itself when lwIP frees it. */
void fata__index_add(struct tcp_pcb *pcb);
/* lwIP has looked at a packet: its lists begin again as they do.  Also a hook
 * (port/include/hooks.h). */
void fata__index_restore(void);

/* timers.c */
void fata__net_timers_init(void);
/* Around each entry into lwIP: switches to the stack and makes its ticks right;
 * starts the timers that it needs now. */
void fata__net_enter(struct fata_stack *stack);
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
/* False: a loopback address (RFC 1122 3.2.1.3 g), which must not leave. */
bool fata__net_reaches(const ip_addr_t *to);
/* lwIP's code as ours, for calls that send. */
int fata__net_error(err_t err);

/* tcp.c */
struct tcp_flow {
    struct fata_flow flow;
    struct fata_stack *stack;
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
