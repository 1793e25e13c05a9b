/* SPDX-License-Identifier: ISC */
/* What POLL waits for: net devices, its time limit, and the shutdown event,
 * which a signal handler makes so that it is never missed. */
#include "hvt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TIMER_DATA UINT64_C(0xfffffffe)
#define SECOND     UINT64_C(1000000000)
#define LONGEST    (SECOND << 32) /* longer is forever, for a guest */
#define EVENTS_MAX (SOLO5_MANIFEST_MAX + 2)

static int shutdown_event = -1;
static volatile sig_atomic_t shutdown_asked;

static int watch(const struct hvt *h, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};

    return epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event);
}

int hvt_events_open(struct hvt *h, struct message *why)
{
    const struct image_manifest *m = &h->image.manifest;
    uint64_t woken = TIMER_DATA;

    h->epoll = epoll_create1(EPOLL_CLOEXEC);
    h->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (h->epoll < 0 || h->timer < 0 ||
        watch(h, h->timer, EPOLLIN, TIMER_DATA) < 0)
        return fail(why, "cannot make a timer: %s", strerror(errno));
    for (uint32_t i = 1; i < m->entries; i++) {
        int fd = m->device[i].host.descriptor;

        if (m->device[i].type != SOLO5_DEVICE_NET)
            continue;
        if (watch(h, fd, EPOLLIN, i) < 0)
            return fail(why, "--net:%s: descriptor %d cannot be waited for: %s",
                        m->device[i].name, fd, strerror(errno));
        if (h->ring3)
            woken = i;
    }
    /* Our images have their frames from the ring: POLL returns with a net
     * device's bit when something is there. */
    for (uint32_t i = 1; i < m->entries && h->ring3 && h->ring != 0; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET)
            epoll_ctl(h->epoll, EPOLL_CTL_DEL, m->device[i].host.descriptor,
                      NULL);
    /* ET: nobody takes the event back. */
    if (h->ring != 0 && watch(h, h->wake, EPOLLIN | EPOLLET, woken) < 0)
        return fail(why, "cannot make the ring's event: %s", strerror(errno));
    if (!h->ring3 || (h->image.note.wants & FATA_FEATURE_SHUTDOWN) == 0)
        return 0;
    h->shutdown = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    /* ONESHOT: the event is told once. */
    if (h->shutdown < 0 || watch(h, h->shutdown, EPOLLIN | EPOLLONESHOT, 0) < 0)
        return fail(why, "cannot make the shutdown event: %s", strerror(errno));
    shutdown_event = h->shutdown;
    return 0;
}

/* The first signal is the event.  The second ends the process: by default
 * action if it is the same (SA_RESETHAND), here if it is the other. */
static void on_shutdown(int number)
{
    static const uint64_t one = 1;
    int error = errno;

    if (shutdown_event < 0)
        _exit(1); /* a plain image: as the ABI's tenders do */
    if (shutdown_asked)
        _exit(128 + number);
    shutdown_asked = 1;
    if (write(shutdown_event, &one, sizeof one) < 0)
        _exit(128 + number); /* cannot be */
    errno = error;
}

int hvt_events_signals(struct hvt *h, struct message *why)
{
    static const int stops[] = {SIGINT, SIGTERM};
    struct sigaction stop = {.sa_handler = on_shutdown,
                             .sa_flags = SA_RESTART | (int)SA_RESETHAND};

    (void)h;
    sigaddset(&stop.sa_mask, SIGINT);
    sigaddset(&stop.sa_mask, SIGTERM);
    for (size_t i = 0; i < FATA_COUNT(stops); i++) {
        struct sigaction old;

        /* A background job of a shell ignores SIGINT: so do we. */
        if (sigaction(stops[i], NULL, &old) < 0 ||
            (old.sa_handler != SIG_IGN && sigaction(stops[i], &stop, NULL) < 0))
            return fail(why, "cannot handle signals: %s", strerror(errno));
    }
    return 0;
}

/* Returns how many events came; waits no longer than `timeout` ns. */
static int wait_events(const struct hvt *h, struct epoll_event *events,
                       uint64_t timeout)
{
    struct itimerspec limit = {0};
    int n;

    if (timeout > LONGEST)
        timeout = LONGEST;
    limit.it_value.tv_sec = (time_t)(timeout / SECOND);
    limit.it_value.tv_nsec = (long)(timeout % SECOND);
    /* Setting it also takes back that it has run out before. */
    if (timeout != 0 && timerfd_settime(h->timer, 0, &limit, NULL) < 0)
        timeout = 0;
    do
        n = epoll_pwait(h->epoll, events, EVENTS_MAX, timeout == 0 ? 0 : -1,
                        NULL);
    while (n < 0 && errno == EINTR);
    return n;
}

void hvt_events_wait(struct hvt *h, struct solo5_hvt_poll *poll)
{
    struct epoll_event events[EVENTS_MAX];
    int n = wait_events(h, events, poll->timeout);

    poll->ready = 0;
    poll->count = 0;
    for (int i = 0; i < n; i++) {
        uint64_t data = events[i].data.u64;

        if (data >= SOLO5_MANIFEST_MAX)
            continue; /* the timer */
        poll->ready |= UINT64_C(1) << data;
        poll->count++;
    }
}
