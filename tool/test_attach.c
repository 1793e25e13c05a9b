/* SPDX-License-Identifier: ISC */
/* Block files and TAP interfaces of a test, made before and removed after. */
#define _GNU_SOURCE 1
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *given(const struct list *pairs, const char *name)
{
    LIST_FOR(struct pair, p, *pairs)
    {
        if (strcmp(p->name.text, name) == 0)
            return p->value.text;
    }
    return NULL;
}

static const char *temporary_folder(struct job *job)
{
    if (job->folder == NULL) {
        const char *base = getenv("TMPDIR");
        char *path = format("%s/fata-test-XXXXXX",
                            base != NULL && base[0] == '/' ? base : "/tmp");
        if (mkdtemp(path) == NULL)
            stop(EXIT_FAILED, "cannot make %s: %s", path, strerror(errno));
        job->folder = path;
    }
    return job->folder;
}

static void attach_block(struct job *job, struct launch *l, const char *name)
{
    const char *value =
        job->test_case != NULL ? given(&job->test_case->block, name) : NULL;
    const char *path = format("%s/%s", temporary_folder(job), name);
    uint64_t size = 1 << 20;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        stop(EXIT_FAILED, "cannot make %s: %s", path, strerror(errno));
    if (value != NULL && !parse_size(value, &size)) {
        const char *from = path_of(l->b->program->manifest->folder, value);
        size_t bytes;
        const char *data = slurp(from, &bytes);
        if (data == NULL)
            stop(EXIT_FAILED, "case `%s`: cannot read %s: %s", job->what,
                 shown_path(from), strerror(errno));
        if (write(fd, data, bytes) != (ssize_t)bytes)
            stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    } else if (ftruncate(fd, (off_t)size) != 0) {
        stop(EXIT_FAILED, "cannot write %s: %s", path, strerror(errno));
    }
    close(fd);
    push(&l->block, format("%s=%s", name, path));
}

/* Makes the interface, or removes it. */
static const char *set_tap(const char *name, int keep)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return format("/dev/net/tun: %s", strerror(errno));
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    const char *problem = NULL;
    if (ioctl(fd, TUNSETIFF, &request) < 0 ||
        ioctl(fd, TUNSETPERSIST, keep) < 0)
        problem = format("no TAP interface: %s", strerror(errno));
    close(fd);
    return problem;
}

static void set_address(struct ifreq *request, int fd, unsigned long call,
                        const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &in.sin_addr);
    memcpy(&request->ifr_addr, &in, sizeof(in));
    ioctl(fd, call, request);
}

/* The host is TAP_HOST at the other end.  What fails here shows in the test. */
static void set_up(const char *name)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (fd < 0)
        return;
    set_address(&request, fd, SIOCSIFADDR, TAP_HOST);
    set_address(&request, fd, SIOCSIFNETMASK, "255.255.255.0");
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags |= IFF_UP;
        ioctl(fd, SIOCSIFFLAGS, &request);
    }
    close(fd);
}

bool job_uses_net(const struct job *job)
{
    const struct build *b = job->build;
    for (size_t i = 0; i < b->device_count; i++)
        if (b->device[i].kind->attach.text != NULL &&
            strcmp(b->device[i].kind->attach.text, "net") == 0)
            return true;
    return false;
}

void job_attach(struct job *job, struct launch *l)
{
    static unsigned next;
    const struct build *b = job->build;
    for (size_t i = 0; i < b->device_count && job->skip == NULL; i++) {
        const struct word *attach = &b->device[i].kind->attach;
        const char *name = b->device[i].device->name.text;
        if (attach->text == NULL)
            continue;
        if (strcmp(attach->text, "block") == 0) {
            attach_block(job, l, name);
            continue;
        }
        const char *tap =
            format("ft%u-%u", (unsigned)getpid() % 1000000, next++ % 1000);
        job->skip = set_tap(tap, 1);
        if (job->skip != NULL)
            break;
        push(&job->taps, tap);
        set_up(tap);
        push(&l->net, format("%s=%s", name, tap));
    }
}

void job_detach(struct job *job)
{
    for (size_t i = 0; i < job->taps.count; i++)
        set_tap(job->taps.item[i], 0);
    job->taps.count = 0;
    if (job->folder != NULL)
        remove_tree(job->folder);
    job->folder = NULL;
}
