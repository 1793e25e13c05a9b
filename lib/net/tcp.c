/* SPDX-License-Identifier: ISC */
/* TCP connections as flows. */
#include "internal.h"
#include "host/host.h"

#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>

/* A peer that has gone is noticed after four minutes of silence; a connection
 * without one wakes the image every two. */
#define KEEP_IDLE_MS     120000
#define KEEP_INTERVAL_MS 30000
#define KEEP_COUNT       4

/* A writer that waits goes on when this much may be queued, so that it is not
 * woken for every segment. */
#define ROOM_AGAIN (TCP_SND_BUF / 4)

static struct tcp_flow *of(struct fata_flow *flow)
{
    return FATA_CONTAINER(flow, struct tcp_flow, flow);
}

/* --- from lwIP --- */

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p,
                         err_t err)
{
    struct tcp_flow *f = arg;
    (void)err;
    if (p == NULL) {
        f->at_end = true;
    } else {
        /* Every second segment is acknowledged at once (RFC 5681); lwIP takes
         * a large one for one. */
        if (p->tot_len > TCP_MSS)
            tcp_ack_now(pcb);
        if (f->received == NULL)
            f->received = p;
        else
            f->last->next = p;
        f->last = p;
        while (f->last->next != NULL)
            f->last = f->last->next;
    }
    fata_flow_readable(&f->flow);
    return ERR_OK;
}

static bool all_sent(const struct tcp_pcb *pcb)
{
    return pcb->unsent == NULL && pcb->unacked == NULL;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    struct tcp_flow *f = arg;
    (void)length;
    if (pcb->snd_buf >= ROOM_AGAIN || all_sent(pcb))
        fata_flow_writable(&f->flow);
    return ERR_OK;
}

static void ended(const struct tcp_flow *f, struct fata_metric *how)
{
    fata_metric_add(how, 1);
    fata__tell_flow(f, how->labels[0].value);
}

/* lwIP has freed the connection. */
static void on_error(void *arg, err_t err)
{
    struct tcp_flow *f = arg;
    f->pcb = NULL;
    f->error = fata__net_error(err);
    if (!f->connected && f->error == FATA_ECONNRESET)
        f->error = FATA_ECONNREFUSED;
    if (f->connected)
        ended(f, f->error == FATA_ETIMEDOUT ? &fata__tcp_timed_out
                                            : &fata__tcp_reset);
    fata_flow_readable(&f->flow);
    fata_flow_writable(&f->flow);
}

/* --- the flow's operations --- */

static int peek(struct fata_flow *flow, const void **data)
{
    struct tcp_flow *f = of(flow);
    if (f->received != NULL) {
        *data = (const char *)f->received->payload + f->at;
        return f->received->len - (int)f->at;
    }
    return f->error != 0 ? f->error : f->at_end ? 0 : FATA_EAGAIN;
}

/* Frees the first of what was received. */
static void drop_first(struct tcp_flow *f)
{
    struct pbuf *p = f->received;
    f->received = p->next;
    p->next = NULL;
    p->tot_len = p->len;
    pbuf_free(p);
    f->at = 0;
}

static void ack(struct fata_flow *flow, size_t count)
{
    struct tcp_flow *f = of(flow);
    u16_t length = (u16_t)count; /* what one pbuf holds */

    fata__net_switch(f->stack);
    f->at += count;
    if (f->at == f->received->len)
        drop_first(f);
    if (f->pcb == NULL)
        return;
    fata__net_enter(f->stack);
    tcp_recved(f->pcb, length);
}

static int put(struct fata_flow *flow, const struct fata_slice *data, bool more)
{
    struct tcp_flow *f = of(flow);
    struct tcp_pcb *pcb = f->pcb;
    size_t n = data->length;
    u8_t flags = data->stays ? 0 : TCP_WRITE_FLAG_COPY;
    err_t err;

    if (pcb == NULL)
        return f->error != 0 ? f->error : FATA_EPIPE;
    if (n > pcb->snd_buf)
        n = pcb->snd_buf;
    if (n > UINT16_MAX)
        n = UINT16_MAX;
    /* Small pieces of what is large would make small segments. */
    if (n < data->length && n < TCP_MSS)
        return FATA_EAGAIN;
    if (more || n < data->length)
        flags |= TCP_WRITE_FLAG_MORE;
    fata__net_enter(f->stack);
    err = tcp_write(pcb, data->data, (u16_t)n, flags);
    if (err == ERR_OK)
        return (int)n;
    /* No memory, or too many pieces: some come free when others arrive. */
    if (err == ERR_MEM)
        return all_sent(pcb) ? FATA_ENOMEM : FATA_EAGAIN;
    return fata__net_error(err);
}

static void flush(struct fata_flow *flow)
{
    struct tcp_flow *f = of(flow);
    if (f->pcb == NULL)
        return;
    fata__net_switch(f->stack);
    (void)tcp_output(f->pcb); /* what it cannot send it tries again */
    fata__net_settle();
}

static int shut_down(struct fata_flow *flow)
{
    struct tcp_flow *f = of(flow);
    if (f->pcb == NULL)
        return f->error != 0 ? f->error : FATA_EPIPE;
    fata__net_enter(f->stack);
    err_t err = tcp_shutdown(f->pcb, 0, 1);
    fata__net_settle();
    return fata__net_error(err);
}

static void end(struct fata_flow *flow, bool abort)
{
    struct tcp_flow *f = of(flow);
    struct tcp_pcb *pcb = f->pcb;

    fata__net_switch(f->stack);
    while (f->received != NULL)
        drop_first(f);
    if (pcb != NULL) {
        fata__net_enter(f->stack);
        tcp_arg(pcb, NULL);
        tcp_recv(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_err(pcb, NULL);
        /* What was not read makes it a reset. */
        if (abort || tcp_close(pcb) != ERR_OK)
            tcp_abort(pcb);
        if (f->connected)
            ended(f, abort ? &fata__tcp_aborted : &fata__tcp_closed);
        fata__net_settle();
    }
    fata_list_remove(&f->link);
    fata__tcp_alive--;
    free(f);
}

static const struct fata_flow_ops ops = {peek, ack, put, flush, shut_down, end};

/* --- beginning --- */

void fata__tcp_flow_connected(struct tcp_flow *f)
{
    const struct tcp_pcb *pcb = f->pcb;
    f->connected = true;
    f->peer = fata__net_address(&pcb->remote_ip);
    f->peer_port = pcb->remote_port;
    f->local = fata__net_address(&pcb->local_ip);
    f->local_port = pcb->local_port;
    fata__tell_flow(f, "established");
}

struct tcp_flow *fata__tcp_flow_new(struct tcp_pcb *pcb)
{
    struct tcp_flow *f;
    if (fata__tcp_alive >= fata__net_config.connections)
        return NULL;
    f = calloc(1, sizeof(*f));
    if (f == NULL)
        return NULL;
    fata__tcp_alive++;
    fata_flow_init(&f->flow, &ops);
    fata_list_init(&f->link);
    f->stack = fata__net;
    f->pcb = pcb;
    ip_set_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = KEEP_IDLE_MS;
    pcb->keep_intvl = KEEP_INTERVAL_MS;
    pcb->keep_cnt = KEEP_COUNT;
    tcp_nagle_disable(pcb); /* a write is a message, not a keystroke */
    tcp_arg(pcb, f);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    return f;
}

/* --- its ends --- */

static bool is_host(const struct fata_flow *flow)
{
    return FATA_FLAVOUR_HOST && flow->ops == &fata__host_flow_ops;
}

static const struct tcp_flow *tcp_of(const struct fata_flow *flow)
{
    fata_assert(flow->ops == &ops); /* a flow of the stack */
    return (
        const struct tcp_flow *)(const void *)((const char *)flow -
                                               offsetof(struct tcp_flow, flow));
}

void fata_stack_peer(const struct fata_flow *flow, struct fata_address *address,
                     uint16_t *port)
{
    const struct tcp_flow *f;
    if (is_host(flow)) {
        fata__host_peer(flow, address, port);
        return;
    }
    f = tcp_of(flow);
    if (address != NULL)
        *address = f->peer;
    if (port != NULL)
        *port = f->peer_port;
}

void fata_stack_local(const struct fata_flow *flow,
                      struct fata_address *address, uint16_t *port)
{
    const struct tcp_flow *f;
    if (is_host(flow)) {
        fata__host_local(flow, address, port);
        return;
    }
    f = tcp_of(flow);
    if (address != NULL)
        *address = f->local;
    if (port != NULL)
        *port = f->local_port;
}
