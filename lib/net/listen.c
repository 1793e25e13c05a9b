/* SPDX-License-Identifier: ISC */
/* Listening.  A connection is half open until its handshake is done, which
 * costs an attacker one packet with a false address: so 128 of them are kept
 * for a listener, and a new one takes the place of the oldest.  lwIP has no
 * such rule; its extra arguments tell when half-open connections come and go.
 */
#include "internal.h"
#include "host/host.h"

#include <lwip/priv/nd6_priv.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>

enum { HALF_OPEN = 128 };

struct listener {
    struct fata_listener base;
    struct fata_stack *stack;
    struct tcp_pcb *pcb;
    struct fata_list queue;  /* of flows, established, not accepted */
    struct fata_list waiter; /* in accept */
    unsigned queued, backlog;
    unsigned half_open;
};

/* --- neighbours --- */

/* lwIP's table of IPv6 neighbours forgets those it talks to before those that
 * do not answer, and a link has more addresses than any table: where half of it
 * is waiting for answers, SYNs of who is not in it are not answered.  A client
 * that is there has asked for our address before, and is. */
static bool neighbour_may_enter(const ip_addr_t *from)
{
    unsigned asked = 0;
    if (!IP_IS_V6(from))
        return true;
    for (int i = 0; i < LWIP_ND6_NUM_NEIGHBORS; i++) {
        const struct nd6_neighbor_cache_entry *n = &neighbor_cache[i];
        if (n->state != ND6_NO_ENTRY &&
            ip6_addr_cmp(&n->next_hop_address, ip_2_ip6(from)))
            return true;
        asked += n->state == ND6_INCOMPLETE;
    }
    return asked < LWIP_ND6_NUM_NEIGHBORS / 2;
}

/* --- half open --- */

static void gone(u8_t id, void *data)
{
    struct listener *listener = data;
    (void)id;
    if (listener != NULL)
        listener->half_open--;
}

/* New ones begin the list. */
static struct tcp_pcb *oldest(const struct listener *listener)
{
    struct tcp_pcb *found = NULL;
    for (struct tcp_pcb *p = tcp_active_pcbs; p != NULL; p = p->next)
        if (tcp_ext_arg_get(p, fata__net->ext_arg) == listener)
            found = p;
    return found;
}

static err_t on_syn(u8_t id, struct tcp_pcb_listen *from, struct tcp_pcb *pcb);

static const struct tcp_ext_arg_callbacks callbacks = {gone, on_syn};

static err_t on_syn(u8_t id, struct tcp_pcb_listen *from, struct tcp_pcb *pcb)
{
    struct listener *listener = from->callback_arg;
    /* What is not answered the peer tries again. */
    if (fata__tcp_alive >= fata__net_config.connections) {
        fata_metric_add(&fata__tcp_full, 1);
        fata_log_warning(&fata__log_tcp, "not answered: connections=%u port=%u",
                         fata__tcp_alive, pcb->local_port);
        return ERR_MEM;
    }
    if (listener->queued >= listener->backlog) {
        fata_metric_add(&fata__tcp_unaccepted, 1);
        fata_log_debug(&fata__log_tcp, "not answered: backlog=%u port=%u",
                       listener->backlog, pcb->local_port);
        return ERR_MEM;
    }
    if (!neighbour_may_enter(&pcb->remote_ip)) {
        fata_metric_add(&fata__tcp_unknown, 1);
        return ERR_MEM;
    }
    fata__index_add(pcb);
    if (listener->half_open == HALF_OPEN) {
        fata_metric_add(&fata__tcp_replaced, 1);
        tcp_abandon(oldest(listener), 0);
    }
    tcp_ext_arg_set_callbacks(pcb, id, &callbacks);
    tcp_ext_arg_set(pcb, id, listener);
    listener->half_open++;
    return ERR_OK;
}

/* --- established --- */

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct listener *listener = arg;
    struct fata_entry *waiter;
    struct tcp_flow *f;

    if (err != ERR_OK || pcb == NULL) /* lwIP had no memory for it */
        return ERR_VAL;
    tcp_ext_arg_set(pcb, fata__net->ext_arg, NULL);
    listener->half_open--;
    f = fata__tcp_flow_new(pcb);
    if (f == NULL) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    fata_metric_add(&fata__tcp_accepted, 1);
    fata__tcp_flow_connected(f);
    fata_list_push_back(&listener->queue, &f->link);
    listener->queued++;
    waiter = fata_waiter_first(&listener->waiter);
    if (waiter != NULL)
        fata_waiter_wake(waiter, 0);
    return ERR_OK;
}

/* --- the interface --- */

int fata_stack_listen(struct fata_stack *stack, uint16_t port, unsigned backlog,
                      struct fata_listener **out)
{
    struct listener *listener;
    struct tcp_pcb *pcb = NULL, *bound;
    err_t err;

    fata_assert(port != 0 && backlog != 0);
    if (FATA__IS_HOST(stack))
        return fata__host_listen(port, backlog, out);
    listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return FATA_ENOMEM;
    listener->stack = stack;
    fata__net_switch(stack);
    bound = tcp_new_ip_type(IPADDR_TYPE_ANY);
    if (bound != NULL)
        ip_set_option(bound, SOF_REUSEADDR);
    err = bound == NULL ? ERR_MEM : tcp_bind(bound, IP_ANY_TYPE, port);
    if (err == ERR_OK) {
        tcp_ext_arg_set_callbacks(bound, stack->ext_arg, &callbacks);
        pcb = tcp_listen_with_backlog_and_err(bound, 1, &err);
    }
    if (pcb == NULL) {
        if (bound != NULL)
            tcp_abort(bound);
        free(listener);
        return fata__net_error(err);
    }
    fata_list_init(&listener->queue);
    fata_list_init(&listener->waiter);
    listener->pcb = pcb;
    listener->backlog = backlog;
    tcp_arg(pcb, listener);
    tcp_accept(pcb, on_accept);
    *out = &listener->base;
    return 0;
}

static struct listener *of(struct fata_listener *listener)
{
    return FATA_CONTAINER(listener, struct listener, base);
}

int fata_listener_accept(struct fata_listener *base, struct fata_flow **flow,
                         fata_time_t deadline)
{
    struct listener *listener = of(base);
    struct fata_waiter waiter;
    int err;

    if (FATA__IS_HOST(base))
        return fata__host_accept(base, flow, deadline);
    fata_assert(fata_list_empty(&listener->waiter)); /* one at a time */
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    while (fata_list_empty(&listener->queue)) {
        err = fata_waiter_wait(&waiter, &listener->waiter, deadline, "accept");
        if (err != 0)
            return err;
    }
    struct fata_list *first = fata_list_pop_front(&listener->queue);
    listener->queued--;
    *flow = &FATA_CONTAINER(first, struct tcp_flow, link)->flow;
    return 0;
}

void fata_listener_close(struct fata_listener *base)
{
    struct listener *listener = of(base);
    struct fata_entry *waiter;
    struct tcp_pcb *pcb;

    if (FATA__IS_HOST(base)) {
        fata__host_listener_close(base);
        return;
    }
    waiter = fata_waiter_first(&listener->waiter);
    if (waiter != NULL)
        fata_waiter_wake(waiter, FATA_EPIPE);
    fata__net_enter(listener->stack);
    while (!fata_list_empty(&listener->queue))
        fata_flow_abort(
            &FATA_CONTAINER(listener->queue.next, struct tcp_flow, link)->flow);
    while ((pcb = oldest(listener)) != NULL)
        tcp_abort(pcb);
    (void)tcp_close(listener->pcb);
    fata__net_settle();
    free(listener);
}
