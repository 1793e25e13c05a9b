/* SPDX-License-Identifier: ISC */
/* See fake.h. */
#include "fake.h"

#include <fata/run.h>
#include <string.h>

static struct fata_request *lent, **last = &lent;
static void (*show)(const uint8_t *frame, size_t length);

static int send(struct fata_net *net, struct fata_net_request *r)
{
    static uint8_t whole[FATA_NET_LARGEST];
    size_t length = 0;
    (void)net;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct fata_frame *f = &r->frames[i];
        if (length == 0)
            fake_last = *f;
        memcpy(whole + length, f->data, f->length);
        length += f->length;
        if ((f->flags & FATA_FRAME_MORE) != 0)
            continue;
        show(whole, length);
        length = 0;
    }
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

struct fata_frame fake_last;

void fake_open(void (*sent)(const uint8_t *frame, size_t length))
{
    show = sent;
}

/* The request that is filled next; NULL: the stack does not listen. */
static struct fata_net_request *next(void)
{
    struct fata_request *request = lent;
    if (request == NULL)
        return NULL;
    lent = request->next;
    if (lent == NULL)
        last = &lent;
    return FATA_CONTAINER(request, struct fata_net_request, request);
}

static int complete(struct fata_net_request *r, uint32_t count)
{
    r->request.result = (int)count;
    fata_platform_complete(&r->request);
    return fata_sleep(1); /* the device completes, fibers run */
}

int fake_deliver(size_t (*make)(uint8_t *frame), uint32_t count)
{
    struct fata_net_request *r = next();
    if (r == NULL)
        return FATA_EIO;
    for (uint32_t i = 0; i < count; i++)
        r->frames[i].length = (uint32_t)make(r->frames[i].data);
    return complete(r, count);
}

int fake_deliver_frame(const uint8_t *frame, size_t length, uint8_t flags)
{
    struct fata_net_request *r = next();
    uint32_t n = 0;
    if (r == NULL)
        return FATA_EIO;
    r->frames[0].flags = flags;
    for (; length > r->frames[n].size; n++) {
        r->frames[n].length = r->frames[n].size;
        r->frames[n].flags |= FATA_FRAME_MORE;
        memcpy(r->frames[n].data, frame, r->frames[n].size);
        frame += r->frames[n].size;
        length -= r->frames[n].size;
    }
    r->frames[n].length = (uint32_t)length;
    memcpy(r->frames[n].data, frame, length);
    return complete(r, n + 1);
}
