/* SPDX-License-Identifier: ISC */
/* Listening.  Connections that nobody accepts wait in the kernel, which keeps
 * as many as the backlog says.  Where one cannot be taken - there are as many
 * as --connections, or no descriptors are left - it waits there, too. */
#include "internal.h"

#include <errno.h>
#include <fata/fiber.h>
#include <fata/platform.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Descriptors may come free without our doing: it is tried again. */
#define AGAIN FATA_MS(100)

/* Accepted one after another before the others have a turn. */
enum { AT_ONCE = 64 };

struct host_listener {
    struct fata_listener base;
    struct fata_descriptor descriptor;
    struct fata_list link;   /* of all */
    struct fata_list waiter; /* in accept */
    bool readable;
    bool full;         /* they come faster than they can be taken */
    unsigned accepted; /* since others had a turn */
};

static void wake(struct host_listener *l, int result)
{
    struct fata_entry *entry = fata_waiter_first(&l->waiter);
    if (entry != NULL)
        fata_waiter_wake(entry, result);
}

static void on_change(struct fata_descriptor *d, unsigned what)
{
    struct host_listener *l =
        FATA_CONTAINER(d, struct host_listener, descriptor);
    (void)what;
    l->readable = true;
    if (!l->full)
        wake(l, 0);
}

void fata__host_room(void)
{
    FATA_LIST_FOREACH (node, &fata__host.listeners) {
        struct host_listener *l =
            FATA_CONTAINER(node, struct host_listener, link);
        if (l->full)
            wake(l, 0);
    }
}

int fata__host_listen(uint16_t port, unsigned backlog,
                      struct fata_listener **out)
{
    struct host_listener *l = calloc(1, sizeof(*l));
    int fd, err = 0;

    if (l == NULL)
        return FATA_ENOMEM;
    fd = fata__host_bound(SOCK_STREAM, port);
    if (fd < 0) {
        free(l);
        return fd;
    }
    fata__host_configure(fd);
    l->base.host = true;
    l->descriptor = (struct fata_descriptor){fd, on_change};
    fata_list_init(&l->waiter);
    /* Linux keeps one more than it is told. */
    if (listen(fd, backlog < INT32_MAX ? (int)backlog - 1 : INT32_MAX) != 0)
        err = fata__host_error(errno);
    if (err == 0)
        err = fata__host.waits->watch(&l->descriptor);
    if (err != 0) {
        close(fd);
        free(l);
        return err;
    }
    fata_list_push_back(&fata__host.listeners, &l->link);
    *out = &l->base;
    return 0;
}

/* Tells it once. */
static int cannot(struct host_listener *l, int reason)
{
    if (!l->full && reason == 0)
        fata_log_warning(&fata__log_tcp, "not accepted: connections=%u",
                         fata__tcp_alive);
    else if (!l->full)
        fata_log_warning(&fata__log_tcp,
                         "not accepted: connections=%u error=%s",
                         fata__tcp_alive, FATA_LOG_QUOTE(strerror(reason)));
    if (!l->full)
        fata_metric_add(&fata__tcp_full, 1);
    l->full = true;
    return FATA_EBUSY;
}

static bool is_lack(int host_errno)
{
    return host_errno == EMFILE || host_errno == ENFILE ||
           host_errno == ENOBUFS || host_errno == ENOMEM || host_errno == EPERM;
}

/* Returns 0, FATA_EAGAIN (nobody is there) or FATA_EBUSY (not now). */
static int take(struct host_listener *l, struct fata_flow **flow)
{
    union host_address peer;
    socklen_t size = sizeof(peer);
    struct host_flow *f;
    int fd;

    if (!l->readable)
        return FATA_EAGAIN;
    if (fata__tcp_alive >= fata__net_config.connections)
        return cannot(l, 0);
    do /* those that have ended meanwhile are passed over */
        fd = accept4(l->descriptor.number, &peer.any, &size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && errno != EAGAIN && !is_lack(errno));
    if (fd < 0 && errno == EAGAIN) {
        l->readable = l->full = false;
        return FATA_EAGAIN;
    }
    if (fd < 0)
        return cannot(l, errno);
    f = fata__host_flow_new(fd);
    if (f == NULL) {
        close(fd);
        return cannot(l, ENOMEM);
    }
    fata__host_from(&peer, &f->peer, &f->peer_port);
    if (fata__host.waits->watch(&f->descriptor) != 0) {
        fata_flow_abort(&f->flow);
        return cannot(l, ENOMEM);
    }
    fata__host_flow_connected(f, &fata__tcp_accepted);
    *flow = &f->flow;
    return 0;
}

int fata__host_accept(struct fata_listener *base, struct fata_flow **flow,
                      fata_time_t deadline)
{
    struct host_listener *l = FATA_CONTAINER(base, struct host_listener, base);
    struct fata_waiter waiter;
    int err;

    fata_assert(fata_list_empty(&l->waiter)); /* one at a time */
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (l->accepted == AT_ONCE) {
        l->accepted = 0;
        err = fata_yield();
        if (err != 0)
            return err;
    }
    while ((err = take(l, flow)) != 0) {
        fata_time_t until = deadline;
        if (err == FATA_EBUSY && fata_now() + AGAIN < until)
            until = fata_now() + AGAIN;
        l->accepted = 0;
        err = fata_waiter_wait(&waiter, &l->waiter, until, "accept");
        if (err == FATA_EPIPE || err == FATA_ECANCELED ||
            (err != 0 && until == deadline))
            return err;
    }
    l->accepted++;
    return 0;
}

void fata__host_listener_close(struct fata_listener *base)
{
    struct host_listener *l = FATA_CONTAINER(base, struct host_listener, base);
    wake(l, FATA_EPIPE);
    fata_list_remove(&l->link);
    close(l->descriptor.number); /* resets those that nobody has accepted */
    free(l);
}
