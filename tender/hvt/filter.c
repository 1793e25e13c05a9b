/* SPDX-License-Identifier: ISC */
/* The tender confines itself before the guest runs: a guest that breaks out of
 * KVM or finds a mistake here still has only these calls, on these
 * descriptors. */
#include "hvt.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/* Adds rules and remembers the first error, so that the list below reads as
 * one. */
struct hvt_filter {
    scmp_filter_ctx context;
    int error;
};

static void allow(struct hvt_filter *t, int call, unsigned count,
                  const struct scmp_arg_cmp *arguments)
{
    int error = seccomp_rule_add_array(t->context, SCMP_ACT_ALLOW, call, count,
                                       arguments);

    if (error < 0 && t->error == 0)
        t->error = error;
}

static struct scmp_arg_cmp argument(unsigned index, enum scmp_compare op,
                                    uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = index, .op = op, .datum_a = value};
}

void hvt_filter_fd(struct hvt_filter *t, int call, int fd)
{
    struct scmp_arg_cmp is = argument(0, SCMP_CMP_EQ, (uint64_t)fd);

    allow(t, call, 1, &is);
}

void hvt_filter_vcpu(struct hvt_filter *t, const struct hvt *h,
                     uint64_t request)
{
    struct scmp_arg_cmp is[] = {
        argument(0, SCMP_CMP_EQ, (uint64_t)h->vcpu),
        argument(1, SCMP_CMP_EQ, request),
    };

    allow(t, SCMP_SYS(ioctl), 2, is);
}

static void allow_block(struct hvt_filter *t, int call,
                        const struct solo5_device *device)
{
    uint64_t capacity = device->info.block.capacity;
    struct scmp_arg_cmp is[] = {
        argument(0, SCMP_CMP_EQ, (uint64_t)device->host.descriptor),
        argument(2, SCMP_CMP_LE, capacity),
        /* Not a block less: what a short transfer has left may begin there. */
        argument(3, SCMP_CMP_LT, capacity),
    };

    allow(t, call, 3, is);
}

/* Rules come out in this order: the frequent calls first. */
static void add_rules(struct hvt_filter *t, const struct hvt *h)
{
    const struct image_manifest *m = &h->image.manifest;

    hvt_filter_vcpu(t, h, KVM_RUN);
    hvt_filter_fd(t, SCMP_SYS(epoll_pwait), h->epoll);
    hvt_filter_fd(t, SCMP_SYS(timerfd_settime), h->timer);
    for (uint32_t i = 1; i < m->entries; i++) {
        const struct solo5_device *device = &m->device[i];

        if (device->type == SOLO5_DEVICE_NET) {
            hvt_filter_fd(t, SCMP_SYS(read), device->host.descriptor);
            hvt_filter_fd(t, SCMP_SYS(write), device->host.descriptor);
        } else {
            allow_block(t, SCMP_SYS(pread64), device);
            allow_block(t, SCMP_SYS(pwrite64), device);
        }
    }
    for (uint64_t clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++) {
        struct scmp_arg_cmp is = argument(0, SCMP_CMP_EQ, clock);

        allow(t, SCMP_SYS(clock_gettime), 1, &is);
    }
    hvt_filter_fd(t, SCMP_SYS(write), 1);
    hvt_filter_fd(t, SCMP_SYS(write), 2);
    if (h->shutdown >= 0)
        hvt_filter_fd(t, SCMP_SYS(write), h->shutdown);
    hvt_filter_vcpu(t, h, KVM_GET_REGS);
    hvt_filter_vcpu(t, h, KVM_GET_SREGS);
    hvt_worker_rules(h, t);
    hvt_debug_rules(h, t);
    allow(t, SCMP_SYS(rt_sigreturn), 0, NULL);
    allow(t, SCMP_SYS(exit_group), 0, NULL);
    if (FATA_ASAN) /* asks before a function that does not return */
        allow(t, SCMP_SYS(sigaltstack), 0, NULL);
}

int hvt_filter_install(const struct hvt *h, struct message *why)
{
    struct hvt_filter t = {.context = seccomp_init(SCMP_ACT_KILL_PROCESS)};
    int error;

    if (t.context == NULL)
        return fail(
            why,
            "cannot make a system-call filter: this kernel has no seccomp");
    t.error = seccomp_attr_set(t.context, SCMP_FLTATR_ACT_BADARCH,
                               SCMP_ACT_KILL_PROCESS);
    add_rules(&t, h);
    error = t.error < 0 ? t.error : seccomp_load(t.context);
    if (error < 0)
        return fail(why,
                    "cannot install the system-call filter: %s: the kernel "
                    "needs CONFIG_SECCOMP_FILTER",
                    strerror(-error));
    return 0; /* the context stays: freeing it would need calls */
}
