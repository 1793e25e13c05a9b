/* SPDX-License-Identifier: ISC */
/* Waiting: one epoll set with the devices' descriptors, the sockets of the
 * host's network, the shutdown signals, and a timer. */
#include "unix.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Taken from the kernel at a time; what is left comes with the next wait. */
enum { EVENTS = 256 };

static struct {
    int set; /* of epoll */
    bool opened;
    struct fata_descriptor timer;
    fata_time_t alarm; /* for when the timer is set; 0: it is not */
} waiting;

/* --- the set --- */

static void on_timer(struct fata_descriptor *d, unsigned what)
{
    (void)d;
    (void)what;
    waiting.alarm = 0;
}

static int add(struct fata_descriptor *d, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = d};
    return epoll_ctl(waiting.set, EPOLL_CTL_ADD, d->number, &event) == 0
               ? 0
               : -errno;
}

/* Without the set nothing works. */
static void open_set(void)
{
    if (waiting.opened)
        return;
    waiting.opened = true;
    waiting.set = epoll_create1(EPOLL_CLOEXEC);
    waiting.timer = (struct fata_descriptor){
        .number = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
        .ready = on_timer};
    /* Told once an alarm, so that nobody needs to read it. */
    if (add(&waiting.timer, EPOLLIN | EPOLLET) != 0)
        fata_panic("unix", "no epoll");
}

static void on_level(struct fata_descriptor *d, unsigned what)
{
    struct unix_watch *watch = FATA_CONTAINER(d, struct unix_watch, waits);
    (void)what;
    watch->ready(watch);
}

void unix_watch_add(struct unix_watch *watch)
{
    open_set();
    watch->waits = (struct fata_descriptor){.number = watch->descriptor,
                                            .ready = on_level};
    if (add(&watch->waits, EPOLLIN) != 0)
        fata_panic("unix", "a descriptor cannot be waited for");
}

int unix_watch_changes(struct fata_descriptor *d)
{
    uint32_t events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    struct epoll_event event = {.events = events, .data.ptr = d};
    int err;

    open_set();
    err = add(d, events);
    if (err == -EEXIST)
        err = epoll_ctl(waiting.set, EPOLL_CTL_MOD, d->number, &event);
    return err == 0 ? 0 : FATA_ENOMEM;
}

/* --- shutdown --- */

static struct unix_watch shutdown_watch;

/* SA_RESETHAND: a second signal kills. */
static void on_signal(int number)
{
    uint64_t one = 1;
    (void)number;
    if (write(shutdown_watch.descriptor, &one, sizeof(one)) < 0)
        abort(); /* cannot happen: an eventfd takes 2^64 - 2 of them */
}

static void on_shutdown(struct unix_watch *watch)
{
    uint64_t count;
    if (read(watch->descriptor, &count, sizeof(count)) > 0)
        fata__shutdown_requested();
}

void unix_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)SA_RESETHAND};
    shutdown_watch.ready = on_shutdown;
    shutdown_watch.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (shutdown_watch.descriptor < 0)
        return;
    unix_watch_add(&shutdown_watch);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* --- the wait --- */

/* The timer is set only to earlier times.  Where it is set to one before the
 * deadline the wait ends then, early, and the next one sets it right: a server
 * whose deadlines move on with every request does not set it for each. */
static void set_alarm(fata_time_t deadline)
{
    struct itimerspec when = {0};
    if (waiting.alarm != 0 && waiting.alarm <= deadline)
        return;
    when.it_value.tv_sec = (time_t)(deadline / FATA_S(1));
    when.it_value.tv_nsec = (long)(deadline % FATA_S(1));
    waiting.alarm = deadline;
    if (timerfd_settime(waiting.timer.number, TFD_TIMER_ABSTIME, &when, NULL) !=
        0)
        fata_panic("unix", "no timer");
}

static unsigned what_is(uint32_t events)
{
    unsigned what = 0;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0)
        what |= FATA_READABLE;
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
        what |= FATA_WRITABLE;
    if ((events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0)
        what |= FATA_OVER;
    return what;
}

void fata_platform_wait(fata_time_t deadline)
{
    struct epoll_event events[EVENTS];
    int timeout = -1;

    open_set();
    fflush(stdout);
    if (fata__complete_pending() || deadline <= fata_now())
        timeout = 0;
    else if (deadline != FATA_NEVER)
        set_alarm(deadline);
    int n = epoll_wait(waiting.set, events, EVENTS, timeout);
    for (int i = 0; i < n; i++) {
        struct fata_descriptor *d = events[i].data.ptr;
        d->ready(d, what_is(events[i].events));
    }
    fata__complete_run();
}
