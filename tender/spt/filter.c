/* SPDX-License-Identifier: ISC */
/* The sandbox: which system calls the guest may make (section 5 of the Solo5
 * ABI).  Everything else kills the process.  The program is built by libseccomp
 * but installed by hand: libseccomp would need calls after it. */
#include "spt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifndef ARCH_SET_FS
#define ARCH_SET_FS 0x1002
#endif

/* Adds rules and remembers the first error, so that the table below reads as
 * one. */
struct table {
    scmp_filter_ctx context;
    int error;
};

static void allow(struct table *t, int call, unsigned count,
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

static void allow_fd(struct table *t, int call, int fd)
{
    struct scmp_arg_cmp is = argument(0, SCMP_CMP_EQ, (uint64_t)fd);

    allow(t, call, 1, &is);
}

static void allow_block(struct table *t, int call,
                        const struct solo5_device *device)
{
    uint64_t size = device->info.block.block_size;
    struct scmp_arg_cmp is[] = {
        argument(0, SCMP_CMP_EQ, (uint64_t)device->host.descriptor),
        argument(2, SCMP_CMP_EQ, size),
        argument(3, SCMP_CMP_LE, device->info.block.capacity - size),
    };

    allow(t, call, 3, is);
}

/* Rules come out in this order: the frequent calls first. */
static void add_rules(struct table *t, const struct spt *spt)
{
    const struct image_manifest *m = &spt->image.manifest;

    for (uint64_t clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++) {
        struct scmp_arg_cmp is = argument(0, SCMP_CMP_EQ, clock);

        allow(t, SCMP_SYS(clock_gettime), 1, &is);
    }
    allow_fd(t, SCMP_SYS(epoll_pwait), spt->epoll);
    allow_fd(t, SCMP_SYS(timerfd_settime), spt->timer);
    for (uint32_t i = 1; i < m->entries; i++) {
        const struct solo5_device *device = &m->device[i];

        if (device->type == SOLO5_DEVICE_NET) {
            allow_fd(t, SCMP_SYS(read), device->host.descriptor);
            allow_fd(t, SCMP_SYS(write), device->host.descriptor);
        } else {
            allow_block(t, SCMP_SYS(pread64), device);
            allow_block(t, SCMP_SYS(pwrite64), device);
        }
    }
    allow_fd(t, SCMP_SYS(write), 1);
    allow(t, SCMP_SYS(exit_group), 0, NULL);
#if defined(__x86_64__)
    struct scmp_arg_cmp is = argument(0, SCMP_CMP_EQ, ARCH_SET_FS);

    allow(t, SCMP_SYS(arch_prctl), 1, &is);
#endif
    if (spt->shutdown >= 0) { /* fault.c: the handler and its return */
        allow_fd(t, SCMP_SYS(write), spt->shutdown);
        allow(t, SCMP_SYS(rt_sigreturn), 0, NULL);
    }
}

/* Exports the program into `code`; returns its length in instructions, or a
 * negative error.  A pipe holds more than the longest program. */
static long export_program(struct table *t, struct sock_filter *code,
                           size_t size)
{
    int ends[2];
    long got;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    got = seccomp_export_bpf(t->context, ends[1]);
    if (got == 0)
        got = read(ends[0], code, size);
    if (got < 0)
        got = got == -1 ? -errno : got;
    close(ends[0]);
    close(ends[1]);
    return got < 0 ? got : got / (long)sizeof *code;
}

int spt_filter_install(const struct spt *spt, struct message *why)
{
    static struct sock_filter code[BPF_MAXINSNS];
    struct table t = {.context = seccomp_init(SCMP_ACT_KILL_PROCESS)};
    long length;

    if (t.context == NULL)
        return fail(
            why,
            "cannot make a system-call filter: this kernel has no seccomp");
    /* int $0x80 and x32 calls too end the process. */
    t.error = seccomp_attr_set(t.context, SCMP_FLTATR_ACT_BADARCH,
                               SCMP_ACT_KILL_PROCESS);
    add_rules(&t, spt);
    length = t.error < 0 ? t.error : export_program(&t, code, sizeof code);
    seccomp_release(t.context);
    if (length <= 0)
        return fail(why, "cannot make the system-call filter: %s",
                    strerror((int)-length));

    struct sock_fprog program = {.len = (unsigned short)length, .filter = code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        return fail(why,
                    "cannot install the system-call filter: %s: the kernel "
                    "needs CONFIG_SECCOMP_FILTER",
                    strerror(errno));
    return 0;
}
