/* SPDX-License-Identifier: ISC */
/* Runs the suite on a TAP interface with offloads; its other end is the host's
 * kernel, 10.99.0.1.  Under a tender that has none it is a device without. */
#include "../net/suite.h"
#include <fata/test.h>
#include "app.h"

static const struct suite_net *service(void)
{
    static struct suite_net n = {.own = {10, 99, 0, 2}, .peer = {10, 99, 0, 1}};
    const struct app *app = fata_test_app;
    n.net = app->service;
    return &n;
}

SUITE_NET(service, service);
SUITE_NET_OFFLOAD(service, service);
