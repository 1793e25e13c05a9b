/* SPDX-License-Identifier: ISC */
/* An image that connects, without names. */
#include <fata/run.h>
#include <fata/stack.h>
#include "app.h"

int start(struct app *app)
{
    struct fata_address address;
    struct fata_flow *flow;
    fata_time_t soon = fata_time_add(fata_now(), FATA_S(600));

    int err = fata_address_parse(&address, app->keys.to);
    if (err == 0)
        err = fata_stack_ready(app->stack, soon);
    if (err == 0)
        err = fata_stack_connect(app->stack, &address, 53, &flow, soon);
    if (err == 0)
        fata_flow_close(flow);
    return err;
}
