/* SPDX-License-Identifier: ISC */
/* Connecting. */
#include "internal.h"

#include <errno.h>
#include <unistd.h>

static int wait(struct host_flow *f, fata_time_t deadline)
{
    struct fata_waiter waiter;
    while (!f->connected && f->error == 0) {
        int err =
            fata_waiter_wait(&waiter, &f->flow.writer, deadline, "connect");
        if (err != 0)
            return err;
    }
    return f->connected ? 0 : f->error;
}

/* Of a connect: what the host does not let us reach cannot be reached. */
static int error_of(int host_errno)
{
    int err = fata__host_error(host_errno);
    return err == FATA_EPERM ? FATA_ENETDOWN : err;
}

/* A socket that connects, or a code. */
static int begin(const struct fata_address *to, uint16_t port)
{
    int family = to->family == 4 ? AF_INET : AF_INET6;
    union host_address address;
    socklen_t size = fata__host_to(to, port, family, &address);
    int fd, err;

    if (size == 0 || port == 0)
        return FATA_EINVAL;
    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno == EAFNOSUPPORT ? FATA_ENETDOWN : error_of(errno);
    fata__host_configure(fd);
    if (connect(fd, &address.any, size) == 0 || errno == EINPROGRESS)
        return fd;
    err = error_of(errno);
    close(fd);
    return err;
}

int fata__host_connect(const struct fata_address *to, uint16_t port,
                       struct fata_flow **flow, fata_time_t deadline)
{
    struct host_flow *f = NULL;
    int fd = begin(to, port), err = fd;

    if (fd >= 0) {
        f = fata__host_flow_new(fd);
        if (f == NULL)
            close(fd);
        err = f == NULL ? FATA_ENOMEM : fata__host.waits->watch(&f->descriptor);
    }
    if (err == 0) {
        f->peer = *to;
        f->peer_port = port;
        err = wait(f, deadline);
    }
    if (err != 0) {
        fata_metric_add(&fata__tcp_failed, 1);
        if (f != NULL)
            fata_flow_abort(&f->flow);
        return err;
    }
    *flow = &f->flow;
    return 0;
}
