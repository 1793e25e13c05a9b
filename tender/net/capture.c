/* SPDX-License-Identifier: ISC */
/* Writes every frame, in both directions, to a file that tcpdump and Wireshark
 * read: the classic pcap format (draft-ietf-opsawg-pcap). */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct file_header {
    uint32_t magic; /* in the writer's byte order */
    uint16_t major, minor;
    uint32_t zone, accuracy;
    uint32_t longest; /* bytes kept of a frame */
    uint32_t link;    /* 1: Ethernet */
};

struct frame_header {
    uint32_t seconds, microseconds;
    uint32_t kept, size;
};

int capture_open(struct net *n, const char *path, struct message *why)
{
    static const struct file_header header = {.magic = 0xa1b2c3d4u,
                                              .major = 2,
                                              .minor = 4,
                                              .longest = NET_FRAME,
                                              .link = 1};

    n->capture = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (n->capture < 0)
        return fail(why, "--pcap=%.200s: %s", path, strerror(errno));
    if (write(n->capture, &header, sizeof header) != sizeof header)
        return fail(why, "--pcap=%.200s: cannot write", path);
    return 0;
}

void capture_frame(struct net *n, const void *frame, size_t size)
{
    struct timespec now;
    struct frame_header header = {.kept = (uint32_t)size,
                                  .size = (uint32_t)size};
    /* writev only reads it. */
    struct iovec parts[2] = {{&header, sizeof header},
                             {(void *)(uintptr_t)frame, size}};

    if (n->capture < 0)
        return;
    if (n->dropped.capture == 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        header.seconds = (uint32_t)now.tv_sec;
        header.microseconds = (uint32_t)(now.tv_nsec / 1000);
        if (writev(n->capture, parts, 2) == (ssize_t)(sizeof header + size))
            return;
    }
    /* What follows half a record could not be read. */
    n->dropped.capture++;
}
