/* SPDX-License-Identifier: ISC */
/* The stack's metrics. */
#include "internal.h"

#include <hooks.h>
#include <lwip/pbuf.h>
#include <lwip/prot/tcp.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

#define OPENED(variable, who)                                                  \
    FATA_COUNTER(variable, "fata_tcp_opened_total",                            \
                 "TCP connections that were established.", {"by", who})
#define ENDED(variable, how)                                                   \
    FATA_COUNTER(variable, "fata_tcp_ended_total",                             \
                 "Of these the ones that have ended.", {"how", how})
#define REFUSED(variable, why)                                                 \
    FATA_COUNTER(variable, "fata_tcp_refused_total",                           \
                 "Requests for TCP connections that were turned away.",        \
                 {"why", why})

unsigned fata__tcp_alive;

OPENED(fata__tcp_accepted, "peer");
OPENED(fata__tcp_connected, "image");

ENDED(fata__tcp_closed, "closed");
ENDED(fata__tcp_aborted, "aborted");
ENDED(fata__tcp_reset, "reset");
ENDED(fata__tcp_timed_out, "timeout");

FATA_COUNTER(fata__tcp_failed, "fata_tcp_connect_failed_total",
             "TCP connections of the image that did not come about.");

REFUSED(fata__tcp_full, "connections");
REFUSED(fata__tcp_unaccepted, "backlog");
REFUSED(fata__tcp_replaced, "half-open");
REFUSED(fata__tcp_unknown, "neighbour");

FATA_COUNTER(fata__udp_dropped, "fata_udp_dropped_total",
             "Datagrams that found their socket's queue full.");
FATA_COUNTER(fata__frames_refused, "fata_net_send_full_total",
             "Times that a frame found the device's queue full.");

/* --- segments --- */

static FATA_COUNTER(segments, "fata_tcp_segments_sent_total",
                    "TCP segments sent, all kinds.");
static FATA_COUNTER(retransmitted, "fata_tcp_retransmitted_total",
                    "TCP segments sent again, window probes included.");
static FATA_COUNTER(resets, "fata_tcp_resets_sent_total", "TCP resets sent.");

void fata__lwip_tcp_output(const struct pbuf *p, const struct tcp_hdr *header,
                           const struct tcp_pcb *pcb)
{
    u8_t flags = TCPH_FLAGS(header);
    bool carries = p->tot_len > TCPH_HDRLEN_BYTES(header) ||
                   (flags & (TCP_SYN | TCP_FIN)) != 0;

    fata_metric_add(&segments, 1);
    if ((flags & TCP_RST) != 0)
        fata_metric_add(&resets, 1);
    else if (pcb != NULL && carries &&
             TCP_SEQ_LT(lwip_ntohl(header->seqno), pcb->snd_nxt))
        fata_metric_add(&retransmitted, 1);
}

/* --- what others count --- */

#define READ(variable, metric_type, metric_name, metric_help, expression, ...) \
    static int64_t read_##variable(void)                                       \
    {                                                                          \
        return (int64_t)(expression);                                          \
    }                                                                          \
    static FATA_METRIC(variable, .name = metric_name, .help = metric_help,     \
                       .type = metric_type, .read = read_##variable,           \
                       .labels = {__VA_ARGS__})

/* Of the devices of all stacks. */
static uint64_t sum(size_t counter)
{
    uint64_t sum = 0;
    for (const struct fata_stack *s = fata__stacks; s != NULL; s = s->next) {
        uint64_t one;
        memcpy(&one, (const char *)&s->net->stats + counter, sizeof(one));
        sum += one;
    }
    return sum;
}

#define DEVICE(variable, metric_name, metric_help, ...)                        \
    READ(variable, FATA_METRIC_COUNTER, metric_name, metric_help,              \
         sum(offsetof(struct fata_net_stats, variable)), __VA_ARGS__)

DEVICE(rx_frames, "fata_net_frames_total", "Frames.",
       {"direction", "received"});
DEVICE(tx_frames, "fata_net_frames_total", "Frames.", {"direction", "sent"});
DEVICE(rx_bytes, "fata_net_bytes_total", "Bytes of frames.",
       {"direction", "received"});
DEVICE(tx_bytes, "fata_net_bytes_total", "Bytes of frames.",
       {"direction", "sent"});
DEVICE(rx_errors, "fata_net_errors_total", "Frames that the device failed.",
       {"direction", "received"});
DEVICE(tx_errors, "fata_net_errors_total", "Frames that the device failed.",
       {"direction", "sent"});
DEVICE(rx_dropped, "fata_net_dropped_total",
       "Frames that arrived while nothing waited for them.");

READ(connections, FATA_METRIC_GAUGE, "fata_tcp_connections",
     "TCP connections that the program holds.", fata__tcp_alive);
READ(connections_max, FATA_METRIC_GAUGE, "fata_tcp_connections_limit",
     "The most of them: --connections.", fata__net_config.connections);

static int64_t memory_refused(void)
{
    uint64_t count;
    (void)fata__net_memory(&count);
    return (int64_t)count;
}

READ(memory, FATA_METRIC_GAUGE, "fata_net_memory_bytes",
     "Bytes that the stack has allocated.", fata__net_memory(&(uint64_t){0}));
READ(memory_max, FATA_METRIC_GAUGE, "fata_net_memory_limit_bytes",
     "The most of them: --net-memory.", fata__net_config.memory);
READ(buffers, FATA_METRIC_GAUGE, "fata_net_receive_buffers",
     "Receive buffers that readers hold.", fata__interface_held());
READ(refused, FATA_METRIC_COUNTER, "fata_net_memory_refused_total",
     "Allocations of the stack beyond that.", memory_refused());
