/* SPDX-License-Identifier: ISC */
/* Connections that end as their first letter says (client.c); after the last
 * one, when the image is told to stop, no connection, no receive buffer and
 * none of lwIP's memory may be held that was not before. */
#include "../../internal.h"

#include <fata/run.h>
#include <lwip/priv/tcp_priv.h>
#include <stdio.h>
#include "app.h"

static int talk(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    char how = *(const char *)data;
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err != 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return how == 'a'   ? FATA_ECANCELED /* any code: it is reset */
           : how == 's' ? 0
                        : FATA_FLOW_IDLE;
}

static int serve(void *arg)
{
    return fata_stack_serve(arg, 7, talk, NULL);
}

struct holding {
    unsigned connections, half_open, time_wait, buffers;
    size_t memory;
};

static struct holding look(void)
{
    struct holding h = {.connections = fata__tcp_alive,
                        .buffers = fata__interface_held(),
                        .memory = fata__net_memory(&(uint64_t){0})};
    for (const struct tcp_pcb *p = tcp_active_pcbs; p != NULL; p = p->next)
        h.half_open++;
    for (const struct tcp_pcb *p = tcp_tw_pcbs; p != NULL; p = p->next)
        h.time_wait++;
    return h;
}

static void show(const char *when, const struct holding *h)
{
    printf("soak: %s: %u connections, %u in lwIP, %u in TIME-WAIT, %u buffers, "
           "%zu bytes\n",
           when, h->connections, h->half_open, h->time_wait, h->buffers,
           h->memory);
}

int start(struct app *app)
{
    struct fata_scope scope;
    struct holding before, after;
    int err = fata_stack_ready(app->stack, FATA_NEVER);
    if (err != 0)
        return err;
    fata_scope_open(&scope);
    before = look();
    err = fata_scope_spawn(&scope, serve, app->stack);
    if (err == 0)
        err = fata_shutdown_wait(FATA_NEVER);
    after = look();
    show("at the end", &after);
    fata_scope_cancel(&scope);
    int first = fata_scope_close(&scope);
    if (err == 0)
        err = first;
    if (err != 0 && err != FATA_ECANCELED)
        return err;
    err = fata_sleep(FATA_MS(10)); /* the last frames go out */
    if (err != 0)
        return err;
    while (tcp_tw_pcbs != NULL) /* lwIP would in half a minute */
        tcp_abort(tcp_tw_pcbs);
    after = look();
    show("before", &before);
    show("after", &after);
    if (after.connections != 0 || after.half_open != 0 ||
        after.buffers != before.buffers || after.memory > before.memory) {
        printf("soak: something is left\n");
        return FATA_EIO;
    }
    printf("soak: nothing is left\n");
    return 0;
}
