/* SPDX-License-Identifier: ISC */
/* Block files of a test, made before and removed after, and its networks. */
#define _GNU_SOURCE 1
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* An interface of the job's own network, with the host at its other end. */
static void attach_tap(struct job *job, struct launch *l, const char *name)
{
    job->skip = own_network_enter(&job->own_network);
    if (job->skip == NULL)
        push(&l->net, format("%s=tap%zu," TAP_HOST "/24", name, l->net.count));
}

static void attach_net(struct job *job, struct launch *l, const char *name)
{
    const char *value =
        job->test_case != NULL ? given(&job->test_case->net, name) : NULL;
    /* A host without other users of its ports, where we may make one. */
    if (value != NULL && strcmp(value, "host") == 0)
        (void)own_network_enter(&job->own_network);
    if (value != NULL && strcmp(value, "tap") != 0)
        push(&l->net, format("%s=%s", name, value));
    else
        attach_tap(job, l, name);
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
    if (job->skip != NULL)
        own_network_leave(&job->own_network);
}

void job_detach(struct job *job)
{
    network_close(&job->network);
    if (job->folder != NULL)
        remove_tree(job->folder);
    job->folder = NULL;
}
