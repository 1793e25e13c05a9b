/* SPDX-License-Identifier: ISC */
/* lwIP's options, each with its reason.  What is not here is lwIP's default. */
#ifndef LWIP_LWIPOPTS_H
#define LWIP_LWIPOPTS_H

/* --- surroundings: one thread, no operating system, the raw API --- */
#define NO_SYS                1
#define SYS_LIGHTWEIGHT_PROT  0 /* nothing interrupts */
#define LWIP_SOCKET           0
#define LWIP_NETCONN          0
#define LWIP_TIMERS           0 /* lib/net/timers.c: none runs without need */
#define LWIP_ERRNO_STDINCLUDE 0
#define LWIP_HOOK_FILENAME    "hooks.h"

/* --- memory: everything from one bounded heap (lib/net/memory.c), so that
 * no pool is too small while another one is empty.  When it is used up lwIP
 * drops the oldest connection in TIME-WAIT, else the packet. --- */
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT   8

/* --- pbufs --- */
#define LWIP_SUPPORT_CUSTOM_PBUF 1 /* received frames stay where they are */
/* The interface gathers what is scattered. */
#define LWIP_NETIF_TX_SINGLE_PBUF    0
#define PBUF_LINK_ENCAPSULATION_HLEN 0

/* --- link: one interface --- */
#define LWIP_ARP      1
#define ARP_QUEUEING  1  /* the first packets of a burst survive ARP ... */
#define ARP_QUEUE_LEN 16 /* ... this many for an address */
/* A /24 as a whole; 24 bytes each.  In a full table lwIP forgets whom it talks
 * to before those who do not answer, so that SYNs with neighbours' addresses,
 * forged, would stop everybody's traffic. */
#define ARP_TABLE_SIZE                256
#define ETHARP_SUPPORT_STATIC_ENTRIES 0
#define LWIP_NETIF_LINK_CALLBACK      0
#define LWIP_NETIF_STATUS_CALLBACK    1 /* an address came or went */
#define LWIP_SINGLE_NETIF             1 /* no search for the route */
#define LWIP_NETIF_LOOPBACK           1 /* to its own address: lib/net polls */

/* --- IP --- */
#define LWIP_IPV4               1
#define LWIP_IPV6               1
#define LWIP_ICMP               1
#define LWIP_BROADCAST_PING     0 /* no part in smurf attacks */
#define LWIP_MULTICAST_PING     0
#define IP_FORWARD              0
#define IP_REASSEMBLY           1
#define IP_REASS_MAX_PBUFS      64 /* fragments kept, of all packets: 96 KiB */
#define IP_FRAG                 1
#define IP_OPTIONS_ALLOWED      0 /* nobody needs source routes */
#define LWIP_DHCP               1
#define LWIP_DHCP_CHECK_LINK_UP 1
#define DHCP_DOES_ARP_CHECK     0 /* it delays every start by a second */
#define LWIP_AUTOIP             0
#define LWIP_IGMP               0
#define LWIP_RAW                0

#define LWIP_IPV6_AUTOCONFIG          1 /* SLAAC, RFC 4862 */
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 1
#define LWIP_IPV6_MLD                 1 /* switches that snoop need it */
#define LWIP_IPV6_FRAG                1
#define LWIP_IPV6_REASS               1
#define IPV6_FRAG_COPYHEADER          1 /* pointers are larger than its room */
#define LWIP_IPV6_SCOPES              1
#define LWIP_ND6_ALLOW_RA_UPDATES     1
#define LWIP_ND6_NUM_NEIGHBORS        64
#define LWIP_ND6_NUM_DESTINATIONS     64
#define MEMP_NUM_MLD6_GROUP           8

/* --- name servers: DHCP and routers tell them, lib/net/nameservers.c keeps
 * them; lwIP's own client (dns.c) is not compiled --- */
#define LWIP_DNS                       1
#define DNS_MAX_SERVERS                3 /* from either */
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS DNS_MAX_SERVERS

/* --- UDP --- */
#define LWIP_UDP 1

/* --- TCP --- */
#define LWIP_TCP 1
#define TCP_MSS  1460 /* an Ethernet frame; what is sent follows the path */

/* 256 KiB in flight in each direction: 2 Gbit/s at 1 ms, 100 Mbit/s at 20 ms.
 * It is a bound, not a reservation: a connection that is idle holds nothing,
 * and all together are bounded by --net-memory and the receive buffers. */
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE  3
#define TCP_WND        (256 * 1024)
#define TCP_SND_BUF    (256 * 1024)
/* pbufs queued: two for each segment of a full buffer, and as many for small
 * writes. */
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS)
#define MEMP_NUM_TCP_SEG TCP_SND_QUEUELEN /* checked, else unused */
#define TCP_SNDLOWAT     (32 * TCP_MSS) /* the socket layer's; checked, unused */
/* The peer hears of room when a quarter of the window has come free. */
#define TCP_WND_UPDATE_THRESHOLD (TCP_WND / 4)
/* Small writes one after another share a segment; a segment allocates this
 * much more than it holds. */
#define TCP_OVERSIZE 256

#define TCP_QUEUE_OOSEQ     1
#define TCP_OOSEQ_MAX_BYTES TCP_WND
#define LWIP_TCP_SACK_OUT   1 /* the peer resends only what was lost */
#define LWIP_TCP_TIMESTAMPS 0 /* 12 bytes a segment for a better RTT */
#define LWIP_TCP_KEEPALIVE  1
/* Ticks of 50 ms instead of 250: delayed acknowledgements as Linux has them,
 * retransmission after 200 ms instead of a second.  The ticks run only while
 * something waits for them. */
#define TCP_TMR_INTERVAL 50
#define TCP_MAXRTX       12
#define TCP_SYNMAXRTX    6
/* TIME-WAIT is 30 s; the initial sequence numbers of RFC 6528 guard the rest.
 */
#define TCP_MSL  15000
#define SO_REUSE 1 /* listen while connections of before are in TIME-WAIT */
/* Half-open connections are counted by lib/net/listen.c, which replaces the
 * oldest; lwIP's own backlog refuses the newest. */
#define TCP_LISTEN_BACKLOG        0
#define LWIP_TCP_PCB_NUM_EXT_ARGS 4 /* of listen.c and index.c */
#define LWIP_CALLBACK_API         1

/* --- checksums: made and checked in software, see lib/net/checksum.c, but for
 * those of TCP where the device does it: lib/net/interface.c --- */
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define LWIP_CHECKSUM_ON_COPY        0

/* --- nobody reads these --- */
#define LWIP_STATS 0
#define LWIP_DEBUG 0

#endif
