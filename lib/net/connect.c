/* SPDX-License-Identifier: ISC */
/* Connecting. */
#include "internal.h"
#include "host/host.h"

#include <fata/random.h>
#include <string.h>

/* RFC 6335: the ports that nobody registers. */
enum { FIRST_PORT = 49152, PORTS = 16384, TRIES = 64 };

/* A random local port (RFC 6056): who cannot see the packets cannot guess.
 * lwIP finds that a port is taken only among addresses of the same type. */
static err_t bind_randomly(struct tcp_pcb *pcb, u8_t type)
{
    err_t err = ERR_USE;
    ip_addr_t any;
    memset(&any, 0, sizeof(any));
    IP_SET_TYPE_VAL(any, type);
    for (int i = 0; i < TRIES && err == ERR_USE; i++)
        err =
            tcp_bind(pcb, &any, (u16_t)(FIRST_PORT + fata_random_below(PORTS)));
    return err;
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct tcp_flow *f = arg;
    (void)pcb;
    (void)err;
    fata__tcp_flow_connected(f);
    fata_metric_add(&fata__tcp_connected, 1);
    fata_flow_writable(&f->flow);
    return ERR_OK;
}

static int wait(struct tcp_flow *f, fata_time_t deadline)
{
    struct fata_waiter waiter;
    while (!f->connected && f->error == 0) {
        int err =
            fata_waiter_wait(&waiter, &f->flow.writer, deadline, "connect");
        if (err != 0)
            return err;
    }
    return f->connected ? 0 : f->error;
}

int fata_stack_connect(struct fata_stack *stack, const struct fata_address *to,
                       uint16_t port, struct fata_flow **flow,
                       fata_time_t deadline)
{
    ip_addr_t address;
    struct tcp_pcb *pcb;
    struct tcp_flow *f;
    int err;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (FATA__IS_HOST(stack))
        return fata__host_connect(to, port, flow, deadline);
    fata__net_switch(stack);
    if (!fata__net_to_lwip(to, &address) || port == 0)
        return FATA_EINVAL;
    if (!fata__net_reaches(&address))
        return FATA_ENETDOWN;
    fata__net_enter(stack);
    pcb = tcp_new_ip_type(IP_GET_TYPE(&address));
    if (pcb == NULL)
        return FATA_ENOMEM;
    f = fata__tcp_flow_new(pcb);
    if (f == NULL) {
        tcp_abort(pcb);
        return FATA_ENOMEM;
    }
    err = fata__net_error(bind_randomly(pcb, IP_GET_TYPE(&address)));
    if (err == 0)
        err = fata__net_error(tcp_connect(pcb, &address, port, on_connected));
    if (err == 0)
        fata__index_add(pcb);
    fata__net_settle();
    if (err == 0)
        err = wait(f, deadline);
    if (err != 0) {
        fata_metric_add(&fata__tcp_failed, 1);
        fata_flow_abort(&f->flow);
        return err;
    }
    *flow = &f->flow;
    return 0;
}
