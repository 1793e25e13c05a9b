/* SPDX-License-Identifier: ISC */
/* The checks that every network driver can rely on. */
#include <fata/net.h>
#include <fata/platform.h>
#include <stddef.h>

int fata_net_send(struct fata_net *net, struct fata_net_request *r)
{
    if (r->count == 0)
        return FATA_EMSGSIZE;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t length = r->frames[i].length;
        if (length < FATA_NET_HEADER || length > net->mtu + FATA_NET_HEADER)
            return FATA_EMSGSIZE;
    }
    return net->ops->send(net, r);
}

int fata_net_receive(struct fata_net *net, struct fata_net_request *r)
{
    if (r->count == 0)
        return FATA_EMSGSIZE;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->frames[i].size < net->mtu + FATA_NET_HEADER)
            return FATA_EMSGSIZE;
    return net->ops->receive(net, r);
}

void fata_net_cancel(struct fata_net *net, struct fata_net_request *r)
{
    net->ops->cancel(net, r);
}

int fata_net_wait_link(struct fata_net *net, struct fata_request *r)
{
    if (net->link != NULL)
        return FATA_EBUSY;
    r->result = 0;
    net->link = r;
    return 0;
}

void fata_net_set_link(struct fata_net *net, bool down)
{
    struct fata_request *r = net->link;
    if (net->down == down)
        return;
    net->down = down;
    net->link = NULL;
    if (r != NULL)
        fata_platform_complete(r);
}
