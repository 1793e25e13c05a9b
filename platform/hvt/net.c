/* SPDX-License-Identifier: ISC */
/* Network devices by the tender's ring, or where it has none by hypercall, a
 * frame a call. */
#include "../frame_net.h"
#include "../ring_net.h"
#include "hvt.h"
#include <fata/bare_words.h>
#include <string.h>

static union {
    struct fata_net net; /* with which both begin */
    struct frame_net frame;
    struct ring_net ring;
} devices[SOLO5_MANIFEST_MAX];

/* Where the note says; the name is that of generated code. */
union {
    struct fata_ring ring;
    char bytes[FATA_RING_SIZE(FATA_NET_RING_ENTRIES)];
} fata_net_ring FATA_ALIGNED(4096);

static struct ring_nets nets;

static long transfer(enum solo5_hvt_call number, struct frame_net *d,
                     const void *data, size_t size)
{
    struct solo5_hvt_net call = {.handle = (uint64_t)d->descriptor,
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
    if (nets.ring.shared == NULL && devices[handle].net.ops != NULL)
        frame_net_ready(&devices[handle].frame);
}

void hvt_net_turn(bool sleep)
{
    if (nets.ring.shared != NULL)
        ring_net_turn(&nets, sleep);
}

/* Once, for all devices: how they are served. */
static void choose(void)
{
    static const char ring[] = "fata: net: ring\n";
    static const char calls[] = "fata: net: hypercalls\n";
    static bool chosen;
    bool has = (fata_start_offer.features & FATA_FEATURE_NET_RING) != 0;
    if (chosen)
        return;
    chosen = true;
    if (!fata_bare_quiet)
        fata_console_write(has ? ring : calls,
                           (has ? sizeof(ring) : sizeof(calls)) - 1);
    if (!has)
        return;
    nets.ring.shared = &fata_net_ring.ring;
    nets.ring.entries = FATA_NET_RING_ENTRIES;
    nets.ring.doorbell = fata_start_offer.doorbell;
    for (uint32_t i = 1; i < fata_start_manifest->entries; i++)
        nets.devices += fata_start_manifest->device[i].type == SOLO5_DEVICE_NET;
}

int fata_net_open(struct fata_net **net, const char *name)
{
    uint64_t handle;
    const struct solo5_device *m =
        fata_bare_device(name, SOLO5_DEVICE_NET, &handle);
    struct fata_net *n;
    struct frame_net *f;
    if (m == NULL)
        return FATA_ENODEV;
    n = &devices[handle].net;
    if (n->ops != NULL)
        return FATA_EBUSY;
    choose();
    if (nets.ring.shared != NULL) {
        ring_net_init(&nets, &devices[handle].ring, (uint32_t)handle);
    } else {
        f = &devices[handle].frame;
        f->read = read_frame;
        f->write = write_frame;
        f->descriptor = (int)handle;
        frame_net_init(f);
    }
    memcpy(n->mac, m->info.net.mac, sizeof(n->mac));
    n->mtu = m->info.net.mtu;
    *net = n;
    return 0;
}
