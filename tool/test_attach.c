/* SPDX-License-Identifier: ISC */
/* Block files and TAP interfaces of a test, made before and removed after. */
#define _GNU_SOURCE 1
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* Makes an interface that stays, or removes it. */
static const char *set_tap(const char *name, int keep)
{
    int fd = tap_make(name);
    const char *problem = NULL;
    if (fd < 0 || ioctl(fd, TUNSETPERSIST, keep) < 0)
        problem = format("no TAP interface: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return problem;
}

/* The host is TAP_HOST at the other end. */
static void attach_tap(struct job *job, struct launch *l, const char *name)
{
    static unsigned next;
    const char *tap =
        format("ft%u-%u", (unsigned)getpid() % 1000000, next++ % 1000);
    job->skip = set_tap(tap, 1);
    if (job->skip != NULL)
        return;
    push(&job->taps, tap);
    const char *problem = tap_up(tap, TAP_HOST "/24");
    if (problem != NULL)
        stop(EXIT_FAILED, "%s", problem);
    push(&l->net, format("%s=%s", name, tap));
}

static void attach_net(struct job *job, struct launch *l, const char *name)
{
    const char *value =
        job->test_case != NULL ? given(&job->test_case->net, name) : NULL;
    if (value != NULL && strcmp(value, "tap") != 0)
        push(&l->net, format("%s=%s", name, value));
    else
        attach_tap(job, l, name);
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
    const struct build *b = job->build;
    for (size_t i = 0; i < b->device_count && job->skip == NULL; i++) {
        const struct word *attach = &b->device[i].kind->attach;
        const char *name = b->device[i].device->name.text;
        if (attach->text == NULL)
            continue;
        if (strcmp(attach->text, "block") == 0)
            attach_block(job, l, name);
        else
            attach_net(job, l, name);
    }
    if (job->skip == NULL)
        job->skip = network_choose(l, &(struct network_options){0});
    if (job->skip == NULL)
        job->skip =
            network_open(&job->network, l, &(struct network_options){0}, false);
    if (job->skip != NULL && job->skip[0] == '\0')
        job->skip = "the user-mode network does not start";
}

void job_detach(struct job *job)
{
    network_close(&job->network);
    for (size_t i = 0; i < job->taps.count; i++)
        set_tap(job->taps.item[i], 0);
    job->taps.count = 0;
    if (job->folder != NULL)
        remove_tree(job->folder);
    job->folder = NULL;
}
