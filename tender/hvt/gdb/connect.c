/* SPDX-License-Identifier: ISC */
/* --gdb=WHERE: a TCP port of this machine, or @FD, a socket that listens. */
#include "gdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool parse(const char *text, uint64_t most, int *number)
{
    uint64_t n = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (uint64_t)(*text - '0');
        if (n > most)
            return false;
    }
    *number = (int)n;
    return true;
}

static int listen_at(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(fd, 1) < 0)
        return -1;
    dprintf(2, HVT_NAME ": in gdb: target remote :%d\n", port);
    return fd;
}

int gdb_connect(const char *where, struct message *why)
{
    int number, listener, fd, one = 1;

    if (where[0] == '@' && parse(where + 1, INT32_MAX, &number))
        listener = number;
    else if (parse(where, 65535, &number) && number != 0)
        listener = listen_at(number);
    else
        return fail(why, "--gdb=%.100s: a port, or @ and a descriptor", where);
    do
        fd = listener < 0 ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return fail(why, "--gdb=%.100s: %s", where, strerror(errno));
    close(listener);
    /* Not for a Unix socket, and no matter if it fails. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}
