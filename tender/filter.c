/* SPDX-License-Identifier: ISC */
/* Rules, and their installation.  The program is built by libseccomp but
 * installed by hand: libseccomp would need calls after it. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

void filter_begin(struct filter *f)
{
    f->context = seccomp_init(SCMP_ACT_KILL_PROCESS);
    /* int $0x80 and x32 calls too end the process. */
    f->error = f->context == NULL
                   ? -ENOSYS
                   : seccomp_attr_set(f->context, SCMP_FLTATR_ACT_BADARCH,
                                      SCMP_ACT_KILL_PROCESS);
}

struct scmp_arg_cmp filter_is(unsigned index, enum scmp_compare op,
                              uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = index, .op = op, .datum_a = value};
}

void filter_allow(struct filter *f, int call, unsigned count,
                  const struct scmp_arg_cmp *conditions)
{
    if (f->error >= 0)
        f->error = seccomp_rule_add_array(f->context, SCMP_ACT_ALLOW, call,
                                          count, conditions);
}

void filter_fd(struct filter *f, int call, int fd)
{
    struct scmp_arg_cmp is = filter_is(0, SCMP_CMP_EQ, (uint64_t)fd);

    filter_allow(f, call, 1, &is);
}

void filter_guest(struct filter *f, const struct image_manifest *m,
                  const struct events *e)
{
    for (uint64_t clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC; clock++) {
        struct scmp_arg_cmp is = filter_is(0, SCMP_CMP_EQ, clock);

        filter_allow(f, SCMP_SYS(clock_gettime), 1, &is);
    }
    filter_fd(f, SCMP_SYS(epoll_pwait), e->epoll);
    filter_fd(f, SCMP_SYS(timerfd_settime), e->timer);
    for (uint32_t i = 1; i < m->entries; i++) {
        if (m->device[i].type != SOLO5_DEVICE_NET)
            continue;
        filter_fd(f, SCMP_SYS(read), m->device[i].host.descriptor);
        filter_fd(f, SCMP_SYS(write), m->device[i].host.descriptor);
    }
    filter_fd(f, SCMP_SYS(write), 1);
    if (e->shutdown >= 0) /* the handler, and its return */
        filter_fd(f, SCMP_SYS(write), e->shutdown);
    if (e->shutdown >= 0)
        filter_allow(f, SCMP_SYS(rt_sigreturn), 0, NULL);
    filter_allow(f, SCMP_SYS(exit_group), 0, NULL);
}

/* Exports the program into `code`; returns its length in instructions, or a
 * negative error.  A pipe holds more than the longest program. */
static long export_program(const struct filter *f, struct sock_filter *code,
                           size_t size)
{
    int ends[2];
    long got;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    got = seccomp_export_bpf(f->context, ends[1]);
    if (got == 0)
        got = read(ends[0], code, size);
    if (got < 0)
        got = got == -1 ? -errno : got;
    close(ends[0]);
    close(ends[1]);
    return got < 0 ? got : got / (long)sizeof *code;
}

int filter_install(struct filter *f, struct message *why)
{
    static struct sock_filter code[BPF_MAXINSNS];
    struct sock_fprog program = {.filter = code};
    long length =
        f->error < 0 ? f->error : export_program(f, code, sizeof code);

    seccomp_release(f->context);
    if (length <= 0)
        return fail(why, "cannot make the system-call filter: %s",
                    strerror((int)-length));
    program.len = (unsigned short)length;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        return fail(why,
                    "cannot install the system-call filter: %s: the kernel "
                    "needs CONFIG_SECCOMP_FILTER",
                    strerror(errno));
    return 0;
}
