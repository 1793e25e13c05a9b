/* SPDX-License-Identifier: ISC */
/* The tender's side of the network ring: whether there is one, its doorbell,
 * and the life of the process that serves it.  The two end together. */
#include "../filter.h"
#include "ring.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLAIN_ENTRIES  1024u
#define PLAIN_DOORBELL 0x600u /* port */

/* Of the worker's end, told by a signal; for its handler. */
static struct {
    pid_t pid;
    int wake;
    struct kvm_run *run;
    volatile sig_atomic_t ended, status; /* < 0: of a signal */
} child;

/* Section 4.4 of the ABI: where there is memory for it, above the guest's. */
static bool plain_fits(const struct hvt *h)
{
    return h->memory_size >= 2 * HVT_LARGE_PAGE &&
           h->memory_size + HVT_LARGE_PAGE <= (uint64_t)HVT_MEMORY_MOST << 20;
}

static bool has_net(const struct hvt *h)
{
    const struct image_manifest *m = &h->image.manifest;

    for (uint32_t i = 1; i < m->entries; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET)
            return true;
    return false;
}

int hvt_ring_open(struct hvt *h, struct message *why)
{
    const struct fata_note *n = &h->image.note;
    void *stats;

    if (h->image.net_offload != 0 && n->ring == 0)
        return fail(why, "Fata note: offloads of a ring, and no ring");
    if (h->no_ring || !has_net(h))
        return 0;
    if (!h->ring3 && plain_fits(h)) {
        h->ring = h->memory_size;
        h->ring_entries = PLAIN_ENTRIES;
    } else if (h->ring3 && (n->wants & FATA_FEATURE_NET_RING) != 0) {
        h->ring = n->ring;
        h->ring_entries = (uint32_t)n->ring_entries;
    }
    if (h->ring == 0)
        return 0;
    stats = mmap(NULL, HVT_PAGE, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    h->doorbell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    h->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (stats == MAP_FAILED || h->doorbell < 0 || h->wake < 0)
        return fail(why, "cannot make the network ring: %s", strerror(errno));
    h->ring_stats = stats;
    return 0;
}

uint64_t hvt_ring_above(const struct hvt *h)
{
    return h->ring != 0 && !h->ring3 ? HVT_LARGE_PAGE : 0;
}

int hvt_ring_connect(const struct hvt *h, struct message *why)
{
    struct kvm_ioeventfd doorbell = {
        .addr = h->ring3 ? HVT_DOORBELL : PLAIN_DOORBELL,
        .len = h->ring3 ? 0 : 4, /* 0: any */
        .flags = h->ring3 ? 0 : KVM_IOEVENTFD_FLAG_PIO,
        .fd = h->doorbell,
    };

    if (h->ring != 0 && ioctl(h->vm, KVM_IOEVENTFD, &doorbell) < 0)
        return fail(why, "KVM makes no doorbell (%s): give --no-ring",
                    strerror(errno));
    return 0;
}

/* The guest computes, or sleeps in POLL, or is about to do either. */
static void on_child(int number, siginfo_t *info, void *context)
{
    static const uint64_t one = 1;
    int error = errno;

    (void)number, (void)context;
    if (info->si_pid == child.pid) {
        child.status =
            info->si_code == CLD_EXITED ? info->si_status : -info->si_status;
        child.ended = 1;
        child.run->immediate_exit = 1;
        if (write(child.wake, &one, sizeof one) < 0)
            _exit(1); /* cannot be */
    }
    errno = error;
}

int hvt_worker_start(struct hvt *h, struct message *why)
{
    struct sigaction action = {.sa_sigaction = on_child,
                               .sa_flags = SA_SIGINFO | SA_NOCLDSTOP};
    pid_t tender = getpid();
    sigset_t hold, before;

    if (h->ring == 0)
        return 0;
    child.wake = h->wake;
    child.run = h->run;
    sigemptyset(&hold);
    sigaddset(&hold, SIGCHLD);
    /* Held until we know who it is. */
    if (sigaction(SIGCHLD, &action, NULL) < 0 ||
        sigprocmask(SIG_BLOCK, &hold, &before) < 0)
        return fail(why, "cannot handle signals: %s", strerror(errno));
    h->worker = fork();
    if (h->worker == 0)
        hvt_worker_run(h, tender);
    child.pid = h->worker;
    if (h->worker < 0 || sigprocmask(SIG_SETMASK, &before, NULL) < 0)
        return fail(why, "cannot start the network worker (%s): give --no-ring",
                    strerror(errno));
    return 0;
}

const char *hvt_worker_ended(const struct hvt *h)
{
    struct message why;
    const char *mistake;

    if (!child.ended)
        return NULL;
    mistake = ring_mistake(child.status);
    if (mistake != NULL)
        return mistake;
    (void)fail(&why,
               "the network worker has ended (%s %d): was it killed? "
               "--no-ring does without",
               child.status < 0 ? "signal" : "status",
               child.status < 0 ? -child.status : child.status);
    message_print(HVT_NAME, &why);
    hvt_exit(h, 1);
}

void hvt_worker_stop(const struct hvt *h)
{
    if (h->worker <= 0)
        return;
    kill(h->worker, SIGKILL);
    while (wait4(h->worker, NULL, 0, NULL) < 0 && errno == EINTR)
        continue;
}

void hvt_worker_rules(const struct hvt *h, struct filter *f)
{
    if (h->worker <= 0)
        return;
    filter_fd(f, SCMP_SYS(write), h->wake);
    filter_fd(f, SCMP_SYS(kill), h->worker);
    filter_fd(f, SCMP_SYS(wait4), h->worker);
}
