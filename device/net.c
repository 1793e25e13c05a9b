/* SPDX-License-Identifier: ISC */
/* The checks that every network driver can rely on. */
#include <fata/net.h>
#include <fata/platform.h>
#include <stddef.h>

/* A frame that was received may be sent on as it is. */
#define FLAGS (FATA_FRAME_MORE | FATA_FRAME_CHECKSUM | FATA_FRAME_CHECKED)

/* Whether the device offers what the frame wants, and it makes sense. */
static bool offered(const struct fata_net *net, const struct fata_frame *f,
                    uint64_t length)
{
    uint32_t cut = f->cut == FATA_FRAME_TCP4   ? FATA_NET_SEND_TCP4
                   : f->cut == FATA_FRAME_TCP6 ? FATA_NET_SEND_TCP6
                                               : 0;
    bool checksum = (f->flags & FATA_FRAME_CHECKSUM) != 0;

    if ((f->flags & ~FLAGS) != 0)
        return false;
    if (checksum && ((net->features & FATA_NET_SEND_CHECKSUM) == 0 ||
                     f->checksum_start < FATA_NET_HEADER ||
                     f->checksum_start + f->checksum_offset + 2u > f->length))
        return false;
    if (f->cut == 0)
        return true;
    return (net->features & cut) != 0 && checksum && f->segment > 0 &&
           f->header > f->checksum_start + 16u && f->header <= f->length &&
           length > f->header;
}

/* Looks at one frame, of `left` entries at most; returns its pieces, or a
 * code. */
static int check(const struct fata_net *net, const struct fata_frame *f,
                 uint32_t left)
{
    uint64_t length = f->length;
    uint32_t n = 1;

    for (; (f[n - 1].flags & FATA_FRAME_MORE) != 0; n++) {
        if (n == left || n == FATA_NET_PIECES_MOST ||
            (net->features & FATA_NET_PIECES) == 0 ||
            (f[n].flags & ~FATA_FRAME_MORE) != 0 || f[n].cut != 0)
            return FATA_EINVAL;
        length += f[n].length;
    }
    if (length < FATA_NET_HEADER ||
        length > (f->cut != 0 ? FATA_NET_LARGEST : net->mtu + FATA_NET_HEADER))
        return FATA_EMSGSIZE;
    return offered(net, f, length) ? (int)n : FATA_EINVAL;
}

int fata_net_send(struct fata_net *net, struct fata_net_request *r)
{
    if (r->count == 0)
        return FATA_EMSGSIZE;
    for (uint32_t i = 0; i < r->count;) {
        int pieces = check(net, &r->frames[i], r->count - i);
        if (pieces < 0)
            return pieces;
        i += (uint32_t)pieces;
    }
    return net->ops->send(net, r);
}

int fata_net_receive(struct fata_net *net, struct fata_net_request *r)
{
    uint64_t size = 0;
    if (r->count == 0)
        return FATA_EMSGSIZE;
    for (uint32_t i = 0; i < r->count; i++) {
        struct fata_frame *f = &r->frames[i];
        if (f->size < net->mtu + FATA_NET_HEADER)
            return FATA_EMSGSIZE;
        size += i < FATA_NET_ROOM_MOST ? f->size : 0;
        f->flags = f->cut = 0;
    }
    if ((net->features & FATA_NET_RECEIVE_LARGE) != 0 &&
        size < FATA_NET_LARGEST)
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
