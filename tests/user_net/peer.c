/* SPDX-License-Identifier: ISC */
/* The host's side of the tests of the user-mode network.
 *
 *   peer echo PORT            answers datagrams on 127.0.0.1, for ever
 *   peer hold PORT            only listens there, for TCP and for UDP
 *   peer ask ADDRESS PORT TEXT  sends a datagram, prints the answer
 *   peer gone PROGRAM WORD...   runs it with descriptor 9 a datagram socket
 *                               whose other end is closed
 *
 * echo and hold print the port (0 lets the kernel choose) when they are ready.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct sockaddr_in address_of(const char *address, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(port))};

    inet_pton(AF_INET, address, &to.sin_addr);
    return to;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* A bound socket; `at` gets its address. */
static int bound(int type, struct sockaddr_in *at)
{
    socklen_t size = sizeof *at;
    int fd = socket(AF_INET, type, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)at, sizeof *at) < 0 ||
        getsockname(fd, (struct sockaddr *)at, &size) < 0)
        exit(fail("bind"));
    return fd;
}

static int serve(const char *port, int answers)
{
    struct sockaddr_in at = address_of("127.0.0.1", port), from;
    int fd = bound(SOCK_DGRAM, &at);
    char data[2048];

    if (!answers && listen(bound(SOCK_STREAM, &at), 1) < 0)
        return fail("listen");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t got =
            recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &size);

        if (got < 0)
            return fail("recvfrom");
        if (answers && sendto(fd, data, (size_t)got, 0,
                              (struct sockaddr *)&from, size) < 0)
            return fail("sendto");
    }
}

static int ask(const char *address, const char *port, const char *text)
{
    struct sockaddr_in to = address_of(address, port);
    struct timeval limit = {.tv_sec = 1};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    char data[2048];

    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        return fail("connect");
    for (int i = 0; i < 5; i++) {
        ssize_t got;

        if (send(fd, text, strlen(text), 0) < 0)
            return fail("send");
        got = recv(fd, data, sizeof data, 0);
        if (got >= 0) {
            printf("%.*s\n", (int)got, data);
            return 0;
        }
    }
    return fail("no answer");
}

static int gone(char **command)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0 || dup2(ends[0], 9) < 0)
        return fail("socketpair");
    close(ends[0]);
    close(ends[1]);
    execv(command[0], command);
    return fail(command[0]);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "gone") == 0)
        return gone(argv + 2);
    if (argc == 3 && strcmp(argv[1], "echo") == 0)
        return serve(argv[2], 1);
    if (argc == 3 && strcmp(argv[1], "hold") == 0)
        return serve(argv[2], 0);
    if (argc == 5 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], argv[3], argv[4]);
    return 2;
}
