/* SPDX-License-Identifier: ISC */
/* Matches options with manifest entries, by name and type.  Both ways: every
 * device is attached, every option is for a device. */
#include "device.h"

#include <fcntl.h>
#include <string.h>

int device_check_descriptors(const struct options *options, struct message *why)
{
    for (size_t i = 0; i < options->device_count; i++) {
        const struct device_option *d = &options->device[i];

        if (d->descriptor >= 0 && fcntl(d->descriptor, F_GETFD) < 0)
            return fail(why, "--net:%s=@%d: no such descriptor was inherited",
                        d->name, d->descriptor);
    }
    return 0;
}

static struct solo5_device *find(struct image_manifest *manifest,
                                 const char *name, uint32_t type)
{
    for (uint32_t i = 1; i < manifest->entries; i++)
        if (manifest->device[i].type == type &&
            strcmp(manifest->device[i].name, name) == 0)
            return &manifest->device[i];
    return NULL;
}

static int attach_net(struct image *image, const struct device_option *o,
                      uint64_t wanted, struct message *why)
{
    struct solo5_device *device =
        find(&image->manifest, o->name, SOLO5_DEVICE_NET);
    uint64_t bit;
    bool offload;

    if (device == NULL)
        return fail(why, "--net:%s: the image has no such net device", o->name);
    bit = UINT64_C(1) << (device - image->manifest.device);
    offload = wanted != 0 && image->has_note &&
              (image->note.wants & wanted) == wanted &&
              (image->note.net_offload & bit) != 0;
    if (net_attach(device, o, &offload, why) < 0)
        return -1;
    if (offload)
        image->net_offload |= bit;
    device->attached = 1;
    return 0;
}

/* One record may name a block device and a net device: names are
 * separate by type. */
static int attach(struct image *image, const struct device_option *o,
                  uint64_t wanted, struct message *why)
{
    bool has_net = o->network != NULL || o->descriptor >= 0;
    struct solo5_device *device;

    if (o->block == NULL && o->block_size != 0)
        return fail(why, "--block-sector-size:%s needs --block:%s=PATH",
                    o->name, o->name);
    if (!has_net && o->has_mac)
        return fail(why, "--net-mac:%s needs --net:%s=INTERFACE", o->name,
                    o->name);
    if (o->block != NULL) {
        device = find(&image->manifest, o->name, SOLO5_DEVICE_BLOCK);
        if (device == NULL)
            return fail(why, "--block:%s: the image has no such block device",
                        o->name);
        if (block_attach(device, o, why) < 0)
            return -1;
        device->attached = 1;
    }
    return has_net ? attach_net(image, o, wanted, why) : 0;
}

int device_attach(struct image *image, const struct options *options,
                  struct message *why)
{
    const struct image_manifest *manifest = &image->manifest;

    for (size_t i = 0; i < options->device_count; i++)
        if (attach(image, &options->device[i], options->offload, why) < 0)
            return -1;
    for (uint32_t i = 1; i < manifest->entries; i++) {
        const struct solo5_device *d = &manifest->device[i];

        if (d->attached)
            continue;
        if (d->type == SOLO5_DEVICE_BLOCK)
            return fail(why,
                        "block device %s is not attached: give --block:%s=PATH",
                        d->name, d->name);
        return fail(why,
                    "net device %s is not attached: give --net:%s=INTERFACE (a "
                    "tap) or --net:%s=@FD",
                    d->name, d->name, d->name);
    }
    return 0;
}
