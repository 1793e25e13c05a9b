/* SPDX-License-Identifier: ISC */
/* Opening network devices of the manifest. */
#include "plain.h"

#include <fata/bare.h>
#include <string.h>

int plain_net_open(struct fata_net **net, const char *name,
                   struct frame_net devices[SOLO5_MANIFEST_MAX],
                   long (*read)(struct frame_net *, void *, size_t),
                   long (*write)(struct frame_net *, const void *, size_t))
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
    d->read = read;
    d->write = write;
    d->descriptor = m->host.descriptor;
    memcpy(d->net.mac, m->info.net.mac, sizeof(d->net.mac));
    d->net.mtu = m->info.net.mtu;
    frame_net_init(d);
    *net = &d->net;
    return 0;
}
