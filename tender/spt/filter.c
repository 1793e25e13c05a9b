/* SPDX-License-Identifier: ISC */
/* The sandbox: which system calls the guest may make (section 5 of the Solo5
 * ABI). */
#include "spt.h"
#include "../filter.h"

#ifndef ARCH_SET_FS
#define ARCH_SET_FS 0x1002
#endif

static void allow_block(struct filter *f, int call,
                        const struct solo5_device *device)
{
    uint64_t size = device->info.block.block_size;
    struct scmp_arg_cmp is[] = {
        filter_is(0, SCMP_CMP_EQ, (uint64_t)device->host.descriptor),
        filter_is(2, SCMP_CMP_EQ, size),
        filter_is(3, SCMP_CMP_LE, device->info.block.capacity - size),
    };

    filter_allow(f, call, 3, is);
}

int spt_filter_install(const struct spt *spt, struct message *why)
{
    const struct image_manifest *m = &spt->image.manifest;
    struct filter f;

    filter_begin(&f);
    for (uint32_t i = 1; i < m->entries; i++) {
        if ((spt->image.net_offload >> i & 1) == 0)
            continue;
        /* Frames in pieces, before all others. */
        filter_fd(&f, SCMP_SYS(readv), m->device[i].host.descriptor);
        filter_fd(&f, SCMP_SYS(writev), m->device[i].host.descriptor);
    }
    filter_guest(&f, m, &spt->events);
    for (uint32_t i = 1; i < m->entries; i++) {
        if (m->device[i].type != SOLO5_DEVICE_BLOCK)
            continue;
        allow_block(&f, SCMP_SYS(pread64), &m->device[i]);
        allow_block(&f, SCMP_SYS(pwrite64), &m->device[i]);
    }
#if defined(__x86_64__)
    struct scmp_arg_cmp is = filter_is(0, SCMP_CMP_EQ, ARCH_SET_FS);

    filter_allow(&f, SCMP_SYS(arch_prctl), 1, &is);
#endif
    return filter_install(&f, why);
}
