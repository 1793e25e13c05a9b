/* SPDX-License-Identifier: ISC */
/* Network devices by read and write on the tender's descriptors; in pieces with
 * a header before them where there are offloads. */
#include "../frame_net.h"
#include "spt.h"
#include <fata/bare.h>
#include <string.h>

static struct frame_net devices[SOLO5_MANIFEST_MAX];

static long read_frame(struct frame_net *d, void *data, size_t size)
{
    return spt_call(__NR_read, d->descriptor, (long)(uintptr_t)data, (long)size,
                    0, 0, 0);
}

static long write_frame(struct frame_net *d, const void *data, size_t size)
{
    return spt_call(__NR_write, d->descriptor, (long)(uintptr_t)data,
                    (long)size, 0, 0, 0);
}

static long read_pieces(struct frame_net *d, const struct frame_piece *piece,
                        unsigned count)
{
    return spt_call(__NR_readv, d->descriptor, (long)(uintptr_t)piece,
                    (long)count, 0, 0, 0);
}

static long write_pieces(struct frame_net *d, const struct frame_piece *piece,
                         unsigned count)
{
    return spt_call(__NR_writev, d->descriptor, (long)(uintptr_t)piece,
                    (long)count, 0, 0, 0);
}

/* Whether its frames have a struct fata_vnet before them. */
static bool offloads(uint64_t handle)
{
    return (fata_start_offer.features & FATA_FEATURE_NET_OFFLOAD) != 0 &&
           (fata_start_offer.net_offload >> handle & 1) != 0;
}

void spt_net_ready(uint64_t handle)
{
    if (handle < SOLO5_MANIFEST_MAX && devices[handle].net.ops != NULL)
        frame_net_ready(&devices[handle]);
}

int fata_net_open(struct fata_net **net, const char *name)
{
    uint64_t handle;
    const struct solo5_device *m =
        fata_bare_device(name, SOLO5_DEVICE_NET, &handle);
    struct frame_net *d;
    if (m == NULL)
        return FATA_ENODEV;
    d = &devices[handle];
    if (d->net.ops != NULL)
        return FATA_EBUSY;
    d->read = read_frame;
    d->write = write_frame;
    if (offloads(handle)) {
        d->read_pieces = read_pieces;
        d->write_pieces = write_pieces;
    }
    d->descriptor = m->host.descriptor;
    memcpy(d->net.mac, m->info.net.mac, sizeof(d->net.mac));
    d->net.mtu = m->info.net.mtu;
    frame_net_init(d);
    *net = &d->net;
    return 0;
}
