/* SPDX-License-Identifier: ISC */
/* What POLL waits for: net devices, its time limit, and the shutdown event,
 * which a signal handler makes so that it is never missed. */
#include "hvt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TIMER_DATA UINT64_C(0xfffffffe)
#define SECOND     UINT64_C(1000000000)
#define LONGEST    (SECOND << 32) /* longer is forever, for a guest */
#define EVENTS_MAX (SOLO5_MANIFEST_MAX + 2)

static int shutdown_event = -1;
static volatile sig_atomic_t shutdown_asked;

/* The ring's event has a net device's bit in what POLL returns for our images,
 * which have their frames from the ring: their devices are not watched. */
static int watch_ring(const struct hvt *h, struct message *why)
{
    const struct image_manifest *m = &h->image.manifest;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET,
                                .data.u64 = TIMER_DATA};

    for (uint32_t i = 1; i < m->entries && h->ring3; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET) {
            event.data.u64 = i;
            epoll_ctl(h->events.epoll, EPOLL_CTL_DEL,
                      m->device[i].host.descriptor, NULL);
        }
    /* ET: nobody takes the event back. */
    if (epoll_ctl(h->events.epoll, EPOLL_CTL_ADD, h->wake, &event) < 0)
        return fail(why, "cannot make the ring's event: %s", strerror(errno));
    return 0;
}

int hvt_events_open(struct hvt *h, struct message *why)
{
    if (events_open(&h->events, &h->image.manifest, TIMER_DATA, why) < 0)
        return -1;
    if (h->ring != 0 && watch_ring(h, why) < 0)
        return -1;
    if (!h->ring3 || (h->image.note.wants & FATA_FEATURE_SHUTDOWN) == 0)
        return 0;
    /* Bit 0 of the ready set. */
    if (events_open_shutdown(&h->events, 0, why) < 0)
        return -1;
    shutdown_event = h->events.shutdown;
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

int hvt_events_signals(struct message *why)
{
    return events_signals(on_shutdown, 0, why);
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
    if (timeout != 0 && timerfd_settime(h->events.timer, 0, &limit, NULL) < 0)
        timeout = 0;
    do
        n = epoll_pwait(h->events.epoll, events, EVENTS_MAX,
                        timeout == 0 ? 0 : -1, NULL);
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
