/* SPDX-License-Identifier: ISC */
/* Runs the suite on a device of the host: a TAP interface, whose other end is
 * the host's kernel, or the user-mode network, whose gateway it is. */
#include "suite.h"
#include <fata/test.h>
#include <stdio.h>
#include "app.h"

static void parse(const char *text, uint8_t address[4])
{
    unsigned a[4] = {0};
    fata_check_int(sscanf(text, "%u.%u.%u.%u", &a[0], &a[1], &a[2], &a[3]), ==,
                   4);
    for (int i = 0; i < 4; i++)
        address[i] = (uint8_t)a[i];
}

static const struct suite_net *service(void)
{
    static struct suite_net n;
    const struct app *app = fata_test_app;
    n.net = app->service;
    parse(app->keys.own, n.own);
    parse(app->keys.peer, n.peer);
    return &n;
}

SUITE_NET(service, service);
