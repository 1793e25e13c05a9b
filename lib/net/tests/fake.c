/* SPDX-License-Identifier: ISC */
/* See fake.h. */
#include "fake.h"

#include <fata/run.h>

static struct fata_request *lent, **last = &lent;
static void (*show)(const uint8_t *frame, size_t length);

static int send(struct fata_net *net, struct fata_net_request *r)
{
    (void)net;
    for (uint32_t i = 0; i < r->count; i++)
        show(r->frames[i].data, r->frames[i].length);
    r->request.result = (int)r->count;
    fata_platform_complete(&r->request);
    return 0;
}

static int receive(struct fata_net *net, struct fata_net_request *r)
{
    (void)net;
    r->request.next = NULL;
    *last = &r->request;
    last = &r->request.next;
    return 0;
}

static void cancel(struct fata_net *net, struct fata_net_request *r)
{
    (void)net;
    (void)r;
}

static const struct fata_net_ops ops = {send, receive, cancel};

struct fata_net fake_net = {.ops = &ops,
                            .mac = {2, 0, 0, 0, 0, 2},
                            .mtu = 1500};

void fake_open(void (*sent)(const uint8_t *frame, size_t length))
{
    show = sent;
}

int fake_deliver(size_t (*make)(uint8_t *frame), uint32_t count)
{
    struct fata_request *request = lent;
    struct fata_net_request *r =
        FATA_CONTAINER(request, struct fata_net_request, request);
    if (request == NULL)
        return FATA_EIO;
    lent = request->next;
    if (lent == NULL)
        last = &lent;
    for (uint32_t i = 0; i < count; i++)
        r->frames[i].length = (uint32_t)make(r->frames[i].data);
    request->result = (int)count;
    fata_platform_complete(request);
    return fata_sleep(1); /* the device completes, fibers run */
}
