/* SPDX-License-Identifier: ISC */
/* The net device that is the host's own network: a mark for the stack, which
 * takes the host's sockets (fata/host.h).  For who sends frames it has no
 * link. */
#include "unix.h"

static int send(struct fata_net *net, struct fata_net_request *r)
{
    (void)net;
    r->request.result = FATA_ENETDOWN;
    fata_platform_complete(&r->request);
    return 0;
}

/* All have completed. */
static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    (void)net;
    (void)r;
}

struct fata_net *unix_host_net(void)
{
    static const struct fata_host host = {unix_watch_changes};
    static const struct fata_net_ops ops = {send, send, cancel};
    static struct fata_net net = {.ops = &ops, .host = &host, .down = true};
    return &net;
}
