/* SPDX-License-Identifier: ISC */
/* A SYN for a connection in TIME-WAIT.  lwIP answers what it would answer to a
 * late segment, so a client that uses a port again would not get in for half a
 * minute: after we have closed first, only we remember the old connection.
 * RFC 9293 3.10.7.4 lets the new one begin if its numbers are beyond the old
 * ones', which RFC 6528 sees to. */
#include "internal.h"

#include <hooks.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/tcp.h>

/* lwIP has checked the segment, taken its header off and brought the numbers
 * into our order; that is undone, and it comes in again without the old
 * connection in its way. */
err_t fata__lwip_time_wait(struct tcp_pcb *pcb, struct tcp_hdr *header,
                           struct pbuf *p)
{
    u16_t length = TCPH_HDRLEN_BYTES(header);

    if ((TCPH_FLAGS(header) & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN ||
        !TCP_SEQ_GT(header->seqno, pcb->rcv_nxt) ||
        (u8_t *)header + length != p->payload)
        return ERR_OK;
    tcp_abort(pcb); /* says nothing to the peer in this state */
    header->src = lwip_htons(header->src);
    header->dest = lwip_htons(header->dest);
    header->seqno = lwip_htonl(header->seqno);
    header->ackno = lwip_htonl(header->ackno);
    header->wnd = lwip_htons(header->wnd);
    pbuf_add_header_force(p, length);
    pbuf_ref(p); /* each of the two calls gives it back */
    tcp_input(p, ip_current_input_netif());
    return ERR_ABRT;
}
