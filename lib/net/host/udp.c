/* SPDX-License-Identifier: ISC */
/* UDP sockets of the host: datagrams wait in the kernel. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 16 };

struct host_udp {
    struct fata_udp base;
    struct fata_descriptor descriptor;
    struct fata_list waiter;
    int family;
    uint16_t port;
    bool readable;
    uint32_t dropped; /* by the kernel, as it last said */
};

static struct host_udp *of(struct fata_udp *socket)
{
    return FATA_CONTAINER(socket, struct host_udp, base);
}

static void on_change(struct fata_descriptor *d, unsigned what)
{
    struct host_udp *u = FATA_CONTAINER(d, struct host_udp, descriptor);
    struct fata_entry *waiter = fata_waiter_first(&u->waiter);
    if ((what & FATA_READABLE) == 0)
        return;
    u->readable = true;
    if (waiter != NULL)
        fata_waiter_wake(waiter, 0);
}

int fata__host_udp(uint16_t port, struct fata_udp **socket)
{
    struct host_udp *u = calloc(1, sizeof(*u));
    union host_address own;
    socklen_t size = sizeof(own);
    struct fata_address any;
    int yes = 1, fd, err;

    if (u == NULL)
        return FATA_ENOMEM;
    fd = fata__host_bound(SOCK_DGRAM, port);
    if (fd < 0) {
        free(u);
        return fd;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
    (void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof(yes));
    u->base.host = true;
    u->descriptor = (struct fata_descriptor){fd, on_change};
    fata_list_init(&u->waiter);
    err = getsockname(fd, &own.any, &size) == 0 ? 0 : FATA_EIO;
    if (err == 0)
        err = fata__host.waits->watch(&u->descriptor);
    if (err != 0) {
        close(fd);
        free(u);
        return err;
    }
    u->family = own.any.sa_family;
    fata__host_from(&own, &any, &u->port);
    *socket = &u->base;
    return 0;
}

uint16_t fata__host_udp_port(const struct fata_udp *socket)
{
    return ((const struct host_udp *)(const void *)socket)->port;
}

/* The kernel says with each datagram how many were lost before it. */
static void count_dropped(struct host_udp *u, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
         c = CMSG_NXTHDR(message, c)) {
        uint32_t now;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&now, CMSG_DATA(c), sizeof(now));
        fata_metric_add(&fata__udp_dropped, now - u->dropped);
        u->dropped = now;
    }
}

/* Returns the datagram's size, or FATA_EAGAIN. */
static int take(struct host_udp *u, void *data, size_t size,
                struct fata_address *from, uint16_t *port)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
    union host_address peer = {.any.sa_family = AF_INET};
    struct iovec part = {data, size};
    struct msghdr message = {.msg_name = &peer,
                             .msg_namelen = sizeof(peer),
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t n = -1;

    /* An error is of something sent before, and nobody asks for it. */
    for (int tries = 0; n < 0 && u->readable && tries < TRIES; tries++) {
        n = recvmsg(u->descriptor.number, &message, MSG_TRUNC);
        u->readable = n >= 0 || errno != EAGAIN;
    }
    if (n < 0)
        return FATA_EAGAIN;
    count_dropped(u, &message);
    fata__host_from(&peer, from, port);
    return (int)n;
}

int fata__host_udp_receive(struct fata_udp *socket, void *data, size_t size,
                           struct fata_address *from, uint16_t *port,
                           fata_time_t deadline)
{
    struct host_udp *u = of(socket);
    struct fata_waiter waiter;
    struct fata_address address;
    uint16_t number;
    int n;

    fata_assert(fata_list_empty(&u->waiter)); /* one at a time */
    while ((n = take(u, data, size, &address, &number)) < 0) {
        int err = fata_waiter_wait(&waiter, &u->waiter, deadline, "datagram");
        if (err != 0)
            return err;
    }
    if (from != NULL)
        *from = address;
    if (port != NULL)
        *port = number;
    return n;
}

int fata__host_udp_send(struct fata_udp *socket, const void *data, size_t size,
                        const struct fata_address *to, uint16_t port)
{
    struct host_udp *u = of(socket);
    union host_address address;
    socklen_t length = fata__host_to(to, port, u->family, &address);
    ssize_t n;
    int err;

    if (length == 0)
        return to->family == 6 ? FATA_ENETDOWN : FATA_EINVAL;
    do
        n = sendto(u->descriptor.number, data, size, MSG_NOSIGNAL, &address.any,
                   length);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return 0;
    err = fata__host_error(errno);
    return err == FATA_EPERM ? FATA_ENETDOWN : err;
}

void fata__host_udp_close(struct fata_udp *socket)
{
    struct host_udp *u = of(socket);
    struct fata_entry *waiter = fata_waiter_first(&u->waiter);
    if (waiter != NULL)
        fata_waiter_wake(waiter, FATA_EPIPE);
    close(u->descriptor.number);
    free(u);
}
