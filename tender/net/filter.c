/* SPDX-License-Identifier: ISC */
/* What the worker may still do when the image's first frame comes: use sockets
 * of the internet, and nothing else.  libslirp parses what the image sends; an
 * image that takes it over has no file, no process and no other kind of
 * socket. */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Adds rules and remembers the first error, so that the lists below read as
 * one. */
struct table {
    scmp_filter_ctx context;
    int error;
};

static void rule(struct table *t, uint32_t action, int call, unsigned count,
                 const struct scmp_arg_cmp *arguments)
{
    int error =
        seccomp_rule_add_array(t->context, action, call, count, arguments);

    if (error < 0 && t->error == 0)
        t->error = error;
}

static struct scmp_arg_cmp equal(unsigned index, uint64_t value)
{
    return (
        struct scmp_arg_cmp){.arg = index, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp masked(unsigned index, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = index,
                                 .op = SCMP_CMP_MASKED_EQ,
                                 .datum_a = mask,
                                 .datum_b = value};
}

static void allow_with(struct table *t, int call, struct scmp_arg_cmp is)
{
    rule(t, SCMP_ACT_ALLOW, call, 1, &is);
}

/* IPv4 and IPv6; streams, and datagrams, among which are echo requests.
 * The raw socket that libslirp tries where echo is forbidden is an error. */
static void add_sockets(struct table *t)
{
    static const uint64_t families[] = {AF_INET, AF_INET6};
    static const uint64_t types[] = {SOCK_STREAM, SOCK_DGRAM};
    struct scmp_arg_cmp raw = masked(1, 0xf, SOCK_RAW);

    for (size_t i = 0; i < FATA_COUNT(families); i++)
        for (size_t k = 0; k < FATA_COUNT(types); k++) {
            struct scmp_arg_cmp is[] = {equal(0, families[i]),
                                        masked(1, 0xf, types[k])};

            rule(t, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, is);
        }
    rule(t, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, &raw);
    allow_with(t, SCMP_SYS(fcntl), equal(1, F_GETFD));
    allow_with(t, SCMP_SYS(fcntl), equal(1, F_SETFD));
    allow_with(t, SCMP_SYS(fcntl), equal(1, F_GETFL));
    allow_with(t, SCMP_SYS(fcntl), equal(1, F_SETFL));
    allow_with(t, SCMP_SYS(ioctl), equal(1, FIONREAD));
    allow_with(t, SCMP_SYS(ioctl), equal(1, FIONBIO));
}

/* Of the heap: nothing of a file, nothing to be executed. */
static void add_memory(struct table *t)
{
    struct scmp_arg_cmp map[] = {masked(2, PROT_EXEC, 0),
                                 masked(4, UINT32_MAX, UINT32_MAX)};

    rule(t, SCMP_ACT_ALLOW, SCMP_SYS(mmap), FATA_COUNT(map), map);
    allow_with(t, SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0));
}

static void add_rules(struct table *t, const struct net *n)
{
    static const int calls[] = {
        /* sockets that are there */
        SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
        SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(accept),
        SCMP_SYS(accept4), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
        SCMP_SYS(shutdown), SCMP_SYS(close), SCMP_SYS(getsockname),
        SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
        /* where the C library cannot read the clock without a call */
        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
        /* memory */
        SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
        SCMP_SYS(futex), SCMP_SYS(getrandom),
        /* its end */
        SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group)};

    for (size_t i = 0; i < FATA_COUNT(calls); i++)
        rule(t, SCMP_ACT_ALLOW, calls[i], 0, NULL);
    add_sockets(t);
    add_memory(t);
    allow_with(t, SCMP_SYS(write), equal(0, 2));
    allow_with(t, SCMP_SYS(writev), equal(0, 2));
    if (n->control >= 0) {
        allow_with(t, SCMP_SYS(read), equal(0, (uint64_t)n->control));
        allow_with(t, SCMP_SYS(write), equal(0, (uint64_t)n->control));
    }
    if (n->capture >= 0)
        allow_with(t, SCMP_SYS(writev), equal(0, (uint64_t)n->capture));
}

/* Of root, too: what a capability allows is not for an image. */
static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    return (int)syscall(SYS_capset, &header, none);
}

int filter_install(const struct net *n, struct message *why)
{
    struct table t = {.context = seccomp_init(SCMP_ACT_KILL_PROCESS)};

    if (t.context == NULL)
        return fail(
            why,
            "cannot make a system-call filter: this kernel has no seccomp");
    if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || drop_capabilities() < 0)
        return fail(why, "cannot give up privileges: %s", strerror(errno));
    add_rules(&t, n);
    if (t.error == 0)
        t.error = seccomp_load(t.context);
    if (t.error < 0)
        return fail(why,
                    "cannot install the system-call filter: %s: the kernel "
                    "needs CONFIG_SECCOMP_FILTER",
                    strerror(-t.error));
    return 0; /* the context stays: nobody needs its memory */
}
