/* SPDX-License-Identifier: ISC */
/* Network devices by hypercall, a frame a call. */
#include "../plain.h"
#include "hvt.h"

static struct frame_net devices[SOLO5_MANIFEST_MAX];

static long transfer(enum solo5_hvt_call number, struct frame_net *d,
                     const void *data, size_t size)
{
    struct solo5_hvt_net call = {.handle = (uint64_t)(d - devices),
                                 .data = (uint64_t)(uintptr_t)data,
                                 .length = size};
    hvt_call(number, &call);
    switch (call.result) {
    case SOLO5_OK:
        return (long)call.length;
    case SOLO5_AGAIN:
        return FATA_EAGAIN;
    default:
        return FATA_EIO;
    }
}

static long read_frame(struct frame_net *d, void *data, size_t size)
{
    return transfer(SOLO5_HVT_NET_READ, d, data, size);
}

static long write_frame(struct frame_net *d, const void *data, size_t size)
{
    return transfer(SOLO5_HVT_NET_WRITE, d, data, size);
}

void hvt_net_ready(uint64_t handle)
{
    if (devices[handle].net.ops != NULL)
        frame_net_ready(&devices[handle]);
}

int fata_net_open(struct fata_net **net, const char *name)
{
    return plain_net_open(net, name, devices, read_frame, write_frame);
}
