/* SPDX-License-Identifier: ISC */
/* Sends back what it receives.  A connection from which nothing comes has no
 * fiber: the function returns, and is called anew with the next bytes. */
#include <fata/run.h>
#include <fata/stack.h>
#include <stdio.h>
#include "app.h"

static int echo(struct fata_flow *flow, void *arg)
{
    const void *data;
    (void)arg;
    int n = fata_flow_read(flow, &data, FATA_NEVER);
    if (n <= 0)
        return n;
    int err = fata_flow_send(flow, data, (size_t)n, FATA_NEVER);
    if (err < 0)
        return err;
    fata_flow_ack(flow, (size_t)n);
    return FATA_FLOW_IDLE;
}

int start(struct app *app)
{
    struct fata_address address;
    char text[FATA_ADDRESS_TEXT];
    int err = fata_stack_ready(app->stack, FATA_NEVER);
    if (err < 0)
        return err;
    if (fata_stack_addresses(app->stack, &address, 1) > 0)
        printf("echo on %s port %d\n", fata_address_print(&address, text),
               (int)app->keys.port);
    return fata_stack_serve(app->stack, (uint16_t)app->keys.port, echo, NULL);
}
