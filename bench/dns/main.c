/* SPDX-License-Identifier: ISC */
/* Lookups in a loop; `plain` beside it is the same without names. */
#include <fata/dns.h>
#include <fata/run.h>
#include "app.h"

int start(struct app *app)
{
    fata_time_t soon = fata_time_add(fata_now(), FATA_S(600));
    struct fata_address a[FATA_DNS_ALL_ADDRESSES];
    struct fata_flow *flow;

    for (int64_t i = 0; i < app->keys.rounds; i++) {
        if (app->keys.forget)
            fata_dns_forget(app->resolver);
        int n = fata_dns_resolve(app->resolver, app->keys.to, a, FATA_COUNT(a),
                                 soon);
        if (n < 0)
            return n;
    }
    int err = fata_dns_connect(app->resolver, app->keys.to, 53, &flow, soon);
    if (err == 0)
        fata_flow_close(flow);
    return err;
}
