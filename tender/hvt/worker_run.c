/* SPDX-License-Identifier: ISC */
/* The worker: a process that has guest memory, the net devices and two
 * eventfds, and nothing else: it moves frames between ring and devices. */
#include "../filter.h"
#include "ring.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define STATUS_UNABLE RING_MISTAKES /* as no mistake of the guest's */
#define RUNG          0u            /* epoll data; else a device's handle */

static void require(bool condition)
{
    if (!condition)
        _exit(STATUS_UNABLE);
}

static bool is_net(const struct hvt *h, uint32_t handle)
{
    return h->image.manifest.device[handle].type == SOLO5_DEVICE_NET;
}

static bool needed(const struct hvt *h, int epoll, int fd)
{
    const struct image_manifest *m = &h->image.manifest;

    for (uint32_t i = 1; i < m->entries; i++)
        if (is_net(h, i) && m->device[i].host.descriptor == fd)
            return true;
    return fd == h->doorbell || fd == h->wake || fd == epoll ||
           (FATA_ASAN && fd == 2);
}

/* Each event is told once: a frame for which there is no receive stays where
 * it is. */
static void watch(int epoll, int fd, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = data};

    require(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

/* Forgets everything that the tender has beside what is needed here. */
static int prepare(const struct hvt *h)
{
    const struct image_manifest *m = &h->image.manifest;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int last = epoll > h->wake ? epoll : h->wake;

    require(epoll >= 0);
    if (h->doorbell > last)
        last = h->doorbell;
    watch(epoll, h->doorbell, RUNG);
    for (uint32_t i = 1; i < m->entries; i++)
        if (is_net(h, i)) {
            int fd = m->device[i].host.descriptor;

            if (h->ring3) /* Solo5's reads do not wait */
                watch(epoll, fd, i);
            if (fd > last)
                last = fd;
        }
    for (int fd = 0; fd <= last; fd++)
        if (!needed(h, epoll, fd))
            close(fd);
    require(close_range((unsigned)last + 1, ~0u, 0) == 0);
    munmap(h->run, h->run_size);
    if (h->system != NULL)
        munmap(h->system, h->system_size);
    return epoll;
}

static void confine(const struct hvt *h, int epoll)
{
    const struct image_manifest *m = &h->image.manifest;
    struct message why;
    struct filter f;

    filter_begin(&f);
    for (uint32_t i = 1; i < m->entries; i++)
        if (is_net(h, i)) {
            bool pieces = hvt_has_offload(h, i);
            int fd = m->device[i].host.descriptor;

            filter_fd(&f, pieces ? SCMP_SYS(readv) : SCMP_SYS(read), fd);
            filter_fd(&f, pieces ? SCMP_SYS(writev) : SCMP_SYS(write), fd);
        }
    filter_fd(&f, SCMP_SYS(epoll_pwait), epoll);
    filter_fd(&f, SCMP_SYS(write), h->wake);
    filter_allow(&f, SCMP_SYS(exit_group), 0, NULL);
    if (FATA_ASAN) { /* asks before a function that does not return; reports */
        filter_allow(&f, SCMP_SYS(sigaltstack), 0, NULL);
        filter_fd(&f, SCMP_SYS(write), 2);
    }
    require(filter_install(&f, &why) == 0);
}

/* One round: the guest's entries, the devices' frames; then what has happened,
 * which is waited for if there was nothing to do. */
static void turn(struct ring *r, int epoll)
{
    static const uint64_t one = 1;
    struct epoll_event event[16];
    uint32_t before = r->completion_tail;
    int mistake = ring_serve(r), n;
    bool sleep;

    if (mistake != 0)
        _exit(mistake);
    if (r->completion_tail != before && ring_guest_sleeps(r)) {
        r->stats->woke++;
        require(write(r->h->wake, &one, sizeof one) > 0);
    }
    sleep = ring_sleep(r);
    n = epoll_pwait(epoll, event, FATA_COUNT(event), sleep ? -1 : 0, NULL);
    ring_awake(r);
    for (int i = 0; i < n; i++)
        if (event[i].data.u64 == RUNG)
            r->stats->rung++;
        else
            r->device[event[i].data.u64].readable = true;
}

void hvt_worker_run(const struct hvt *h, pid_t tender)
{
    static struct ring ring;
    int epoll;

    /* A tender that is gone before this line is seen by the next. */
    require(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == tender);
    prctl(PR_SET_NAME, HVT_NAME "-net");
    /* It goes on until the tender has ended. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    epoll = prepare(h);
    confine(h, epoll);
    ring = (struct ring){.h = h,
                         .shared =
                             (struct fata_ring *)(void *)(h->memory + h->ring),
                         .entries = h->ring_entries,
                         .plain = !h->ring3,
                         .stats = h->ring_stats};
    ring_init(&ring);
    for (;;)
        turn(&ring, epoll);
}
