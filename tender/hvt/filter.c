/* SPDX-License-Identifier: ISC */
/* The tender confines itself before the guest runs: a guest that breaks out of
 * KVM or finds a mistake here still has only these calls, on these
 * descriptors. */
#include "hvt.h"
#include "../filter.h"

void hvt_filter_vcpu(struct filter *f, const struct hvt *h, uint64_t request)
{
    struct scmp_arg_cmp is[] = {
        filter_is(0, SCMP_CMP_EQ, (uint64_t)h->vcpu),
        filter_is(1, SCMP_CMP_EQ, request),
    };

    filter_allow(f, SCMP_SYS(ioctl), 2, is);
}

static void allow_block(struct filter *f, int call,
                        const struct solo5_device *device)
{
    uint64_t capacity = device->info.block.capacity;
    struct scmp_arg_cmp is[] = {
        filter_is(0, SCMP_CMP_EQ, (uint64_t)device->host.descriptor),
        filter_is(2, SCMP_CMP_LE, capacity),
        /* Not a block less: what a short transfer has left may begin there. */
        filter_is(3, SCMP_CMP_LT, capacity),
    };

    filter_allow(f, call, 3, is);
}

int hvt_filter_install(const struct hvt *h, struct message *why)
{
    const struct image_manifest *m = &h->image.manifest;
    struct filter f;

    filter_begin(&f);
    hvt_filter_vcpu(&f, h, KVM_RUN);
    filter_guest(&f, m, &h->events);
    for (uint32_t i = 1; i < m->entries; i++) {
        if (m->device[i].type != SOLO5_DEVICE_BLOCK)
            continue;
        allow_block(&f, SCMP_SYS(pread64), &m->device[i]);
        allow_block(&f, SCMP_SYS(pwrite64), &m->device[i]);
    }
    filter_fd(&f, SCMP_SYS(write), 2);
    hvt_filter_vcpu(&f, h, KVM_GET_REGS);
    hvt_filter_vcpu(&f, h, KVM_GET_SREGS);
    hvt_worker_rules(h, &f);
    hvt_debug_rules(h, &f);
    hvt_core_rules(h, &f);
    filter_allow(&f, SCMP_SYS(rt_sigreturn), 0, NULL);
    if (FATA_ASAN) /* asks before a function that does not return */
        filter_allow(&f, SCMP_SYS(sigaltstack), 0, NULL);
    return filter_install(&f, why);
}
