/* SPDX-License-Identifier: ISC */
/* Process and image file. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_file(void *context, uint64_t offset, void *buffer, size_t size)
{
    const int *fd = context;
    uint8_t *to = buffer;

    while (size > 0) {
        ssize_t got = pread(*fd, to, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

static int prepare_descriptors(struct message *why)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0)
            return fail(why, "cannot open /dev/null: %s", strerror(errno));
    } while (fd <= 2);
    close(fd);
    return 0;
}

static int prepare_process(struct message *why)
{
    sigset_t none;
    int persona = personality(0xffffffff);

    if (persona >= 0 && (persona & READ_IMPLIES_EXEC) != 0)
        return fail(why,
                    "the personality READ_IMPLIES_EXEC would make all memory "
                    "executable: run without it (setarch -X sets it)");
    sigemptyset(&none);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return fail(why, "cannot set up signals: %s", strerror(errno));
    return 0;
}

int host_prepare(struct message *why)
{
    return prepare_descriptors(why) < 0 ? -1 : prepare_process(why);
}

int host_open(const char *path, struct image_source *source, int *fd,
              struct message *why)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, &st) < 0)
        return fail(why, "cannot open %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fail(why, "%s is not a regular file", path);
    source->read = read_file;
    source->context = fd;
    source->size = (uint64_t)st.st_size;
    return 0;
}
