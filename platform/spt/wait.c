/* SPDX-License-Identifier: ISC */
/* Waiting: epoll on the timer, the network devices and the shutdown event.
 * The timer takes an absolute time, so that no clock is read here. */
#include "spt.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#define EVENTS_MAX 16

/* Overridden in net.c, which is linked where an image has a network device. */
FATA_WEAK void spt_net_ready(uint64_t handle)
{
    (void)handle;
}

static void set_timer(fata_time_t deadline)
{
    /* What the timer is set to; a timer that has fired stays readable until it
     * is set again. */
    static fata_time_t set = FATA_NEVER;
    struct itimerspec at = {0};
    if (deadline == set && deadline == FATA_NEVER)
        return;
    if (deadline != FATA_NEVER) {
        at.it_value.tv_sec = (time_t)(deadline / FATA_S(1));
        at.it_value.tv_nsec = (long)(deadline % FATA_S(1));
        if (at.it_value.tv_sec < 0 || at.it_value.tv_sec > INT64_MAX / 2)
            at.it_value.tv_sec = INT64_MAX / 2;
        /* Zero would disarm it. */
        if (at.it_value.tv_sec == 0 && at.it_value.tv_nsec == 0)
            at.it_value.tv_nsec = 1;
    }
    spt_call(__NR_timerfd_settime, spt.timer, TFD_TIMER_ABSTIME,
             (long)(uintptr_t)&at, 0, 0, 0);
    set = deadline;
}

void fata_platform_wait(fata_time_t deadline)
{
    struct epoll_event events[EVENTS_MAX];
    bool poll = fata__complete_pending() || deadline == 0;
    if (!poll)
        set_timer(deadline);
    long n = spt_call(__NR_epoll_pwait, spt.epoll, (long)(uintptr_t)events,
                      EVENTS_MAX, poll ? 0 : -1, 0, 8);
    for (long i = 0; i < n; i++) {
        uint64_t data = events[i].data.u64;
        if (data == SOLO5_SPT_TIMER_DATA)
            continue;
        if ((fata_start_offer.features & FATA_FEATURE_SHUTDOWN) &&
            data == fata_start_offer.shutdown_data)
            fata__shutdown_requested();
        else
            spt_net_ready(data);
    }
    fata__complete_run();
}
