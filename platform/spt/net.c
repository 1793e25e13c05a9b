/* SPDX-License-Identifier: ISC */
/* Network devices by read and write on the tender's descriptors. */
#include "../plain.h"
#include "spt.h"

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

void spt_net_ready(uint64_t handle)
{
    if (handle < SOLO5_MANIFEST_MAX && devices[handle].net.ops != NULL)
        frame_net_ready(&devices[handle]);
}

int fata_net_open(struct fata_net **net, const char *name)
{
    return plain_net_open(net, name, devices, read_frame, write_frame);
}
