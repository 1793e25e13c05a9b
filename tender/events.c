/* SPDX-License-Identifier: ISC */
/* The epoll set, and the two signals that ask an image to end. */
#include "events.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

static int watch(const struct events *e, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};

    return epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event);
}

int events_open(struct events *e, const struct image_manifest *m,
                uint64_t timer_data, struct message *why)
{
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    e->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (e->epoll < 0 || e->timer < 0 ||
        watch(e, e->timer, EPOLLIN, timer_data) < 0)
        return fail(why, "cannot make a timer: %s", strerror(errno));
    for (uint32_t i = 1; i < m->entries; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET &&
            watch(e, m->device[i].host.descriptor, EPOLLIN, i) < 0)
            return fail(why, "--net:%s: descriptor %d cannot be waited for: %s",
                        m->device[i].name, m->device[i].host.descriptor,
                        strerror(errno));
    return 0;
}

int events_open_shutdown(struct events *e, uint64_t data, struct message *why)
{
    e->shutdown = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (e->shutdown < 0 ||
        watch(e, e->shutdown, EPOLLIN | EPOLLONESHOT, data) < 0)
        return fail(why, "cannot make the shutdown event: %s", strerror(errno));
    return 0;
}

int events_signals(void (*handler)(int), int flags, struct message *why)
{
    static const int stops[] = {SIGINT, SIGTERM};
    struct sigaction stop = {.sa_handler = handler,
                             .sa_flags =
                                 SA_RESTART | (int)SA_RESETHAND | flags};

    sigaddset(&stop.sa_mask, SIGINT);
    sigaddset(&stop.sa_mask, SIGTERM);
    for (size_t i = 0; i < FATA_COUNT(stops); i++) {
        struct sigaction old;

        if (sigaction(stops[i], NULL, &old) < 0 ||
            (old.sa_handler != SIG_IGN && sigaction(stops[i], &stop, NULL) < 0))
            return fail(why, "cannot handle signals: %s", strerror(errno));
    }
    return 0;
}
