/* SPDX-License-Identifier: ISC */
/* Waiting: poll on the watched descriptors and the shutdown signals. */
#include "unix.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define WATCHES_MAX 64

static struct unix_watch *watches;

void unix_watch_add(struct unix_watch *watch)
{
    watch->next = watches;
    watches = watch;
}

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

/* A program that never waits never sees the event; it is killed at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)SA_RESETHAND};
    if (shutdown_watch.ready != NULL)
        return;
    shutdown_watch.ready = on_shutdown;
    shutdown_watch.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (shutdown_watch.descriptor < 0)
        return;
    unix_watch_add(&shutdown_watch);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void fata_platform_wait(fata_time_t deadline)
{
    struct pollfd fds[WATCHES_MAX];
    struct unix_watch *polled[WATCHES_MAX];
    nfds_t count = 0;
    struct timespec span = {0}, *timeout = &span;
    catch_signals();
    fflush(stdout);
    if (fata__complete_pending()) {
        /* only look */
    } else if (deadline == FATA_NEVER) {
        timeout = NULL;
    } else {
        fata_time_t now = fata_now();
        fata_time_t rest = deadline > now ? deadline - now : 0;
        span.tv_sec = (time_t)(rest / FATA_S(1));
        span.tv_nsec = (long)(rest % FATA_S(1));
    }
    for (struct unix_watch *w = watches; w != NULL && count < WATCHES_MAX;
         w = w->next) {
        polled[count] = w;
        fds[count++] = (struct pollfd){.fd = w->descriptor, .events = POLLIN};
    }
    int n = ppoll(fds, count, timeout, NULL);
    for (nfds_t i = 0; n > 0 && i < count; i++)
        if (fds[i].revents != 0)
            polled[i]->ready(polled[i]);
    fata__complete_run();
}
