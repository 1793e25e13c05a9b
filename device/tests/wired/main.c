/* SPDX-License-Identifier: ISC */
/* Runs the suite on the near end of a wire; at the far end somebody answers
 * ARP. */
#include "../net/suite.h"
#include <fata/test.h>
#include <string.h>
#include "app.h"

static const struct app *app(void)
{
    return fata_test_app;
}

/* --- the far end --- */

static struct {
    struct fata_net_request receive, send;
    struct fata_frame in, out;
    uint8_t frame[1514];
    bool listening;
} peer;

static void listen(void)
{
    peer.in = (struct fata_frame){.data = peer.frame, .size = 1514};
    fata_check_int(fata_net_receive(app()->far, &peer.receive), ==, 0);
}

static void sent(struct fata_request *r)
{
    (void)r;
    listen();
}

/* Makes the request its own answer (RFC 826); answers for 10.0.0.1 only. */
static void received(struct fata_request *r)
{
    uint8_t *p = peer.frame, other[10];
    if (r->result < 1 || p[12] != 8 || p[13] != 6 || p[41] != 1) {
        listen();
        return;
    }
    memcpy(p, p + 6, 6);
    memcpy(p + 6, app()->far->mac, 6);
    p[21] = 2;
    memcpy(other, p + 22, 10);
    memcpy(p + 22, app()->far->mac, 6);
    memcpy(p + 28, p + 38, 4);
    memcpy(p + 32, other, 10);
    peer.out = (struct fata_frame){.data = p, .length = 42};
    fata_check_int(fata_net_send(app()->far, &peer.send), ==, 0);
}

static const struct suite_net *on(struct fata_net *net)
{
    static struct suite_net n = {.own = {10, 0, 0, 2}, .peer = {10, 0, 0, 1}};
    if (!peer.listening) {
        peer.listening = true;
        peer.receive = (struct fata_net_request){.request = {.done = received},
                                                 .frames = &peer.in,
                                                 .count = 1};
        peer.send = (struct fata_net_request){.request = {.done = sent},
                                              .frames = &peer.out,
                                              .count = 1};
        listen();
    }
    n.net = net;
    n.counts_nothing_received = net == app()->sound;
    return &n;
}

static const struct suite_net *wire(void)
{
    return on(app()->near);
}

static const struct suite_net *faulty(void)
{
    return on(app()->sound);
}

SUITE_NET(wire, wire);
SUITE_NET(faulty, faulty);
