/* SPDX-License-Identifier: ISC */
/* The peer of a server, in an ordinary process:
 *
 *     client ADDRESS PORT check [N]          what is sent comes back: 8 MB / N
 *     client ADDRESS PORT load N SECONDS     round trips of 64 bytes, N at once
 *     client ADDRESS PORT idle N             N silent ones are served again
 *     client ADDRESS PORT send SECONDS       as much as it takes (discard)
 *     client ADDRESS PORT receive SECONDS    as much as it gives (chargen)
 *
 * Instead of SECONDS there may be an amount, 1GiB.
 * It tries for ten seconds until somebody listens. */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, BLOCK = 256 * 1024, CONNECTIONS_MAX = 10000 };

static const char *address, *port;
static char block[BLOCK];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
    printf("client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int try_connect(void)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct timeval limit = {.tv_usec = 300000}, none = {0};
    int yes = 1, six = strchr(address, ':') != NULL;
    int s = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    uint16_t number = htons((uint16_t)atoi(port));
    if (s < 0)
        fail("socket");
    in4.sin_port = number;
    in6.sin6_port = number;
    if (six ? inet_pton(AF_INET6, address, &in6.sin6_addr) != 1
            : inet_pton(AF_INET, address, &in4.sin_addr) != 1)
        fail(address);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (connect(s, six ? (void *)&in6 : (void *)&in4,
                six ? sizeof(in6) : sizeof(in4)) != 0) {
        close(s);
        return -1;
    }
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
    return s;
}

static int join(void)
{
    double end = now() + 10;
    int s;
    while ((s = try_connect()) < 0) {
        if (now() > end)
            fail("connect");
        usleep(50000);
    }
    return s;
}

static uint8_t byte_at(size_t at)
{
    return (uint8_t)((at * 2654435761u) >> 13);
}

/* Sends `size` bytes on each of `n` connections, everything under way at once,
 * then closes for writing; all must come back, and then the end. */
static void check(int n, size_t size)
{
    struct pollfd p[64];
    size_t sent[64] = {0}, got[64] = {0};
    int open = n;
    for (int i = 0; i < n; i++)
        p[i] = (struct pollfd){.fd = join(), .events = POLLIN | POLLOUT};
    while (open > 0) {
        if (poll(p, (nfds_t)n, 20000) <= 0)
            fail("nothing for 20 s");
        for (int i = 0; i < n; i++) {
            uint8_t data[16384];
            if (p[i].revents & POLLOUT) {
                size_t k = size - sent[i] < sizeof(data) ? size - sent[i]
                                                         : sizeof(data);
                for (size_t j = 0; j < k; j++)
                    data[j] = byte_at(sent[i] + j);
                ssize_t r = send(p[i].fd, data, k, MSG_DONTWAIT);
                if (r < 0 && errno != EAGAIN)
                    fail("send");
                sent[i] += r > 0 ? (size_t)r : 0;
                if (sent[i] == size) {
                    shutdown(p[i].fd, SHUT_WR);
                    p[i].events = POLLIN;
                }
            }
            if (p[i].revents & (POLLIN | POLLHUP | POLLERR)) {
                ssize_t r = recv(p[i].fd, data, sizeof(data), MSG_DONTWAIT);
                if (r < 0 && errno != EAGAIN)
                    fail("receive");
                for (ssize_t j = 0; j < r; j++)
                    if (data[j] != byte_at(got[i] + (size_t)j)) {
                        printf("client: byte %zu is wrong\n",
                               got[i] + (size_t)j);
                        exit(1);
                    }
                got[i] += r > 0 ? (size_t)r : 0;
                if (r == 0) {
                    if (got[i] != size) {
                        printf("client: %zu bytes of %zu\n", got[i], size);
                        exit(1);
                    }
                    close(p[i].fd);
                    p[i].fd = -1;
                    open--;
                }
            }
        }
    }
}

static void load(int n, double seconds)
{
    static int s[CONNECTIONS_MAX], left[CONNECTIONS_MAX];
    struct epoll_event e, events[256];
    char message[MESSAGE] = "64 bytes";
    unsigned long rounds = 0;
    int poller = epoll_create1(0);
    if (n < 1 || n > CONNECTIONS_MAX)
        exit(2);
    for (int i = 0; i < n; i++) {
        s[i] = join();
        e = (struct epoll_event){.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poller, EPOLL_CTL_ADD, s[i], &e);
    }
    double begin = now(), end = begin + seconds;
    for (int i = 0; i < n; i++) {
        left[i] = MESSAGE;
        if (send(s[i], message, MESSAGE, 0) != MESSAGE)
            fail("send");
    }
    while (now() < end) {
        int ready = epoll_wait(poller, events, 256, 5000);
        if (ready <= 0)
            fail("no answer for 5 s");
        for (int k = 0; k < ready; k++) {
            uint32_t i = events[k].data.u32;
            ssize_t r = recv(s[i], message, (size_t)left[i], 0);
            if (r <= 0)
                fail("receive");
            left[i] -= (int)r;
            if (left[i] != 0)
                continue;
            rounds++;
            left[i] = MESSAGE;
            if (send(s[i], message, MESSAGE, 0) != MESSAGE)
                fail("send");
        }
    }
    printf("%.0f round trips/s\n", (double)rounds / (now() - begin));
}

static void round_trip(int s)
{
    char message[MESSAGE] = "64 bytes";
    if (send(s, message, MESSAGE, 0) != MESSAGE)
        fail("send");
    if (recv(s, message, MESSAGE, MSG_WAITALL) != MESSAGE)
        fail("receive");
}

static void idle(int n)
{
    static int s[CONNECTIONS_MAX];
    struct rlimit most = {CONNECTIONS_MAX + 100, CONNECTIONS_MAX + 100};
    if (n < 1 || n > CONNECTIONS_MAX)
        exit(2);
    if (setrlimit(RLIMIT_NOFILE, &most) != 0)
        fail("descriptors");
    for (int i = 0; i < n; i++) {
        s[i] = join();
        round_trip(s[i]);
    }
    printf("client: %d are connected\n", n);
    sleep(2);
    for (int i = 0; i < n; i++)
        round_trip(s[i]);
    printf("client: %d were served again\n", n);
}

static void bulk(int receive, const char *text)
{
    char *unit;
    double amount = strtod(text, &unit), bytes = 0;
    int s = join(), in_bytes = strcmp(unit, "GiB") == 0;
    if (unit == text || (*unit != '\0' && !in_bytes)) {
        errno = EINVAL;
        fail("an amount is a number of seconds, or like 0.5GiB");
    }
    double begin = now();
    amount *= in_bytes ? 1 << 30 : 1;
    while ((in_bytes ? bytes : now() - begin) < amount) {
        ssize_t r =
            receive ? recv(s, block, BLOCK, 0) : send(s, block, BLOCK, 0);
        if (r <= 0)
            fail("transfer");
        bytes += (double)r;
    }
    printf("%.0f MB/s\n", bytes / (now() - begin) / 1e6);
}

int main(int argc, char **argv)
{
    const char *what = argc > 3 ? argv[3] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 4)
        return 2;
    address = argv[1];
    port = argv[2];
    if (strcmp(what, "check") == 0) {
        check(1, 0);
        check(1, 1);
        size_t part = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
        check(1, 3000000 / part);
        check(50, 100000 / part);
        puts("client: all came back");
    } else if (strcmp(what, "load") == 0 && argc == 6) {
        load(atoi(argv[4]), atof(argv[5]));
    } else if (strcmp(what, "idle") == 0 && argc == 5) {
        idle(atoi(argv[4]));
    } else if (strcmp(what, "send") == 0 && argc == 5) {
        bulk(0, argv[4]);
    } else if (strcmp(what, "receive") == 0 && argc == 5) {
        bulk(1, argv[4]);
    } else {
        return 2;
    }
    return 0;
}
