/* SPDX-License-Identifier: ISC */
/* UDP sockets: received datagrams wait in a ring. */
#include "internal.h"
#include "host/host.h"

#include <fata/random.h>
#include <lwip/udp.h>
#include <stdlib.h>

enum { KEPT = 64, FIRST_PORT = 49152, PORTS = 16384, TRIES = 64 };

struct datagram {
    struct pbuf *data;
    ip_addr_t from;
    u16_t port;
};

struct udp {
    struct fata_udp base;
    struct fata_stack *stack;
    struct udp_pcb *pcb;
    struct datagram ring[KEPT];
    unsigned first, count;
    struct fata_list waiter;
};

static struct udp *of(struct fata_udp *socket)
{
    return FATA_CONTAINER(socket, struct udp, base);
}

static void on_received(void *arg, struct udp_pcb *pcb, struct pbuf *p,
                        const ip_addr_t *from, u16_t port)
{
    struct udp *u = arg;
    struct fata_entry *waiter = fata_waiter_first(&u->waiter);
    (void)pcb;
    if (u->count == KEPT) {
        fata_metric_add(&fata__udp_dropped, 1);
        pbuf_free(p);
        return;
    }
    struct datagram *d = &u->ring[(u->first + u->count++) % KEPT];
    *d = (struct datagram){p, *from, port};
    if (waiter != NULL)
        fata_waiter_wake(waiter, 0);
}

int fata_stack_udp(struct fata_stack *stack, uint16_t port,
                   struct fata_udp **socket)
{
    struct udp *u;
    err_t err = ERR_USE;

    if (FATA__IS_HOST(stack))
        return fata__host_udp(port, socket);
    u = calloc(1, sizeof(*u));
    if (u == NULL)
        return FATA_ENOMEM;
    u->stack = stack;
    fata__net_switch(stack);
    u->pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (u->pcb == NULL) {
        free(u);
        return FATA_ENOMEM;
    }
    if (port != 0)
        err = udp_bind(u->pcb, IP_ANY_TYPE, port);
    for (int i = 0; port == 0 && err == ERR_USE && i < TRIES; i++)
        err = udp_bind(u->pcb, IP_ANY_TYPE,
                       (u16_t)(FIRST_PORT + fata_random_below(PORTS)));
    if (err != ERR_OK) {
        udp_remove(u->pcb);
        free(u);
        return fata__net_error(err);
    }
    fata_list_init(&u->waiter);
    udp_recv(u->pcb, on_received, u);
    *socket = &u->base;
    return 0;
}

uint16_t fata_udp_port(const struct fata_udp *socket)
{
    if (FATA__IS_HOST(socket))
        return fata__host_udp_port(socket);
    return ((const struct udp *)(const void *)socket)->pcb->local_port;
}

int fata_udp_receive(struct fata_udp *socket, void *data, size_t size,
                     struct fata_address *from, uint16_t *port,
                     fata_time_t deadline)
{
    struct udp *u = of(socket);
    struct fata_waiter waiter;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (FATA__IS_HOST(socket))
        return fata__host_udp_receive(socket, data, size, from, port, deadline);
    fata_assert(fata_list_empty(&u->waiter)); /* one at a time */
    while (u->count == 0) {
        int err = fata_waiter_wait(&waiter, &u->waiter, deadline, "datagram");
        if (err != 0)
            return err;
    }
    fata__net_switch(u->stack);
    struct datagram *d = &u->ring[u->first];
    int length = d->data->tot_len;
    u->first = (u->first + 1) % KEPT;
    u->count--;
    pbuf_copy_partial(d->data, data,
                      (u16_t)(size < UINT16_MAX ? size : UINT16_MAX), 0);
    pbuf_free(d->data);
    if (from != NULL)
        *from = fata__net_address(&d->from);
    if (port != NULL)
        *port = d->port;
    return length;
}

int fata_udp_send(struct fata_udp *socket, const void *data, size_t size,
                  const struct fata_address *to, uint16_t port)
{
    ip_addr_t address;
    struct pbuf *p;
    err_t err;

    if (FATA__IS_HOST(socket))
        return fata__host_udp_send(socket, data, size, to, port);
    if (size > UINT16_MAX - 28)
        return FATA_EMSGSIZE;
    fata__net_switch(of(socket)->stack);
    if (!fata__net_to_lwip(to, &address))
        return FATA_EINVAL;
    if (!fata__net_reaches(&address))
        return FATA_ENETDOWN;
    p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    if (p == NULL)
        return FATA_ENOMEM;
    fata__net_enter(of(socket)->stack);
    (void)pbuf_take(p, data, (u16_t)size);
    err = udp_sendto(of(socket)->pcb, p, &address, port);
    pbuf_free(p);
    fata__net_settle();
    return fata__net_error(err);
}

void fata_udp_close(struct fata_udp *socket)
{
    struct udp *u = of(socket);
    struct fata_entry *waiter;

    if (FATA__IS_HOST(socket)) {
        fata__host_udp_close(socket);
        return;
    }
    waiter = fata_waiter_first(&u->waiter);
    if (waiter != NULL)
        fata_waiter_wake(waiter, FATA_EPIPE);
    fata__net_switch(u->stack);
    udp_remove(u->pcb);
    for (; u->count > 0; u->count--) {
        pbuf_free(u->ring[u->first].data);
        u->first = (u->first + 1) % KEPT;
    }
    free(u);
}
