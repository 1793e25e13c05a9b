/* SPDX-License-Identifier: ISC */
/* Which segments count as sent again. */
#include "sample.h"

#include <hooks.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>

/* A segment of `length` bytes and its header. */
static void output(struct tcp_pcb *pcb, u32_t number, u8_t flags, u16_t length)
{
    struct tcp_hdr header = {0};
    struct pbuf p = {.payload = &header, .tot_len = (u16_t)(TCP_HLEN + length)};
    header.seqno = lwip_htonl(number);
    TCPH_HDRLEN_FLAGS_SET(&header, TCP_HLEN / 4, flags);
    fata__lwip_tcp_output(&p, &header, pcb);
}

FATA_TEST(segments_sent_again_are_counted)
{
    struct tcp_pcb pcb = {.snd_nxt = 5}; /* close to where numbers wrap */
    long sent = value_of("fata_tcp_segments_sent_total ");
    long again = value_of("fata_tcp_retransmitted_total ");
    long resets = value_of("fata_tcp_resets_sent_total ");

    output(&pcb, 5, TCP_ACK, 100); /* new */
    output(&pcb, 5, TCP_ACK, 0);   /* an acknowledgement */
    output(&pcb, 4, TCP_ACK, 0);   /* a keepalive */
    output(&pcb, 5, TCP_SYN, 0);   /* new */
    output(NULL, 0, TCP_RST, 0);   /* to nobody */
    output(&pcb, 4, TCP_RST, 0);   /* of a connection */
    fata_check_int(value_of("fata_tcp_retransmitted_total "), ==, again);
    output(&pcb, 4, TCP_ACK, 1);
    output(&pcb, UINT32_MAX, TCP_ACK, 6);
    output(&pcb, 4, TCP_SYN, 0);
    output(&pcb, 4, TCP_FIN | TCP_ACK, 0);
    fata_check_int(value_of("fata_tcp_retransmitted_total "), ==, again + 4);
    fata_check_int(value_of("fata_tcp_resets_sent_total "), ==, resets + 2);
    fata_check_int(value_of("fata_tcp_segments_sent_total "), ==, sent + 10);
}

FATA_TEST(without_a_device_its_counters_are_0)
{
    fata_check_int(value_of("fata_net_frames_total{direction=\"received\"} "),
                   ==, 0);
    fata_check_int(value_of("fata_net_bytes_total{direction=\"sent\"} "), ==,
                   0);
    fata_check_int(value_of("fata_net_memory_bytes "), ==, 0);
}
