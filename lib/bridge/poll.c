/* SPDX-License-Identifier: ISC */
/* The bridge to poll(2). */
#define _GNU_SOURCE 1 /* ppoll */
#include <fata/poll.h>

#include <fata/error.h>
#include <fata/panic.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* In the frame of the fiber that waits. */
struct waiting {
    struct fata_list link;
    int fd;
    short events, ready;
    struct fata_event event;
};

static fata_time_t now(struct fata_time_source *source)
{
    struct timespec t;
    (void)source;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

static void wake(void *arg)
{
    const struct fata_poll *poll = arg;
    uint64_t one = 1;
    (void)!write(poll->wake, &one, sizeof(one)); /* full is awake, too */
}

static bool wait_until(struct fata_time_source *source, fata_time_t deadline)
{
    struct fata_poll *p = FATA_CONTAINER(source, struct fata_poll, source);
    struct pollfd fds[FATA_POLL_MAX + 1] = {{.fd = p->wake, .events = POLLIN}};
    struct waiting *who[FATA_POLL_MAX + 1];
    fata_time_t begin = now(source);
    fata_time_t span = deadline > begin ? deadline - begin : 0;
    struct timespec timeout = {.tv_sec = (time_t)(span / FATA_S(1)),
                               .tv_nsec = (long)(span % FATA_S(1))};
    nfds_t count = 1;
    uint64_t woken;

    FATA_LIST_FOREACH (link, &p->waits) {
        who[count] = FATA_CONTAINER(link, struct waiting, link);
        fds[count] = (struct pollfd){who[count]->fd, who[count]->events, 0};
        count++;
    }
    if (ppoll(fds, count, deadline == FATA_NEVER ? NULL : &timeout, NULL) <= 0)
        return true; /* a signal's handler may have posted */
    if (fds[0].revents != 0)
        (void)!read(p->wake, &woken, sizeof(woken));
    for (nfds_t i = 1; i < count; i++) {
        if (fds[i].revents == 0)
            continue;
        who[i]->ready = fds[i].revents;
        fata_event_set(&who[i]->event);
    }
    return true;
}

int fata_poll_init(struct fata_poll *poll, struct fata_sched *s)
{
    *poll = (struct fata_poll){.source = {now, wait_until}, .sched = s};
    poll->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (poll->wake < 0)
        return FATA_ENOMEM;
    fata_list_init(&poll->waits);
    s->wake = wake;
    s->wake_arg = poll;
    return 0;
}

void fata_poll_fini(struct fata_poll *poll)
{
    fata_assert(fata_list_empty(&poll->waits));
    poll->sched->wake = NULL;
    close(poll->wake);
}

int fata_poll_wait(struct fata_poll *poll, int fd, short events,
                   fata_time_t deadline)
{
    struct waiting w = {.fd = fd, .events = events};

    if (poll->count == FATA_POLL_MAX)
        return FATA_ENOMEM;
    fata_event_init(&w.event);
    poll->count++;
    fata_list_push_back(&poll->waits, &w.link);
    int err = fata_event_wait(&w.event, deadline);
    fata_list_remove(&w.link);
    poll->count--;
    return err < 0 ? err : w.ready;
}
