/* SPDX-License-Identifier: ISC */
/* The control: echo (7), discard (9) and chargen (19) as an ordinary process on
 * the kernel's TCP, one thread, epoll. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char block[256 * 1024];
static int poller;

static void watch(int fd, uint16_t port, int listens)
{
    struct epoll_event e = {
        .events = listens || port != 19 ? EPOLLIN : EPOLLOUT | EPOLLIN,
        .data.u64 = (uint64_t)fd << 32 | (uint64_t)listens << 16 | port};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    int yes = 1, s = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(s, (void *)&in, sizeof(in)) != 0 || listen(s, 128) != 0) {
        perror("listen");
        return -1;
    }
    watch(s, port, 1);
    return 0;
}

/* Returns false when the connection has ended. */
static int talk(int fd, uint16_t port)
{
    ssize_t n;
    if (port == 19) {
        n = send(fd, block, sizeof(block), MSG_DONTWAIT | MSG_NOSIGNAL);
        return n > 0 || errno == EAGAIN;
    }
    n = recv(fd, block, port == 7 ? 16384 : sizeof(block), MSG_DONTWAIT);
    if (n > 0 && port == 7)
        return send(fd, block, (size_t)n, MSG_NOSIGNAL) == n;
    return n > 0 || (n < 0 && errno == EAGAIN);
}

int main(void)
{
    struct epoll_event events[256];
    int yes = 1;
    poller = epoll_create1(0);
    if (listen_on(7) != 0 || listen_on(9) != 0 || listen_on(19) != 0)
        return 1;
    for (;;) {
        int n = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < n; i++) {
            uint64_t data = events[i].data.u64;
            int fd = (int)(data >> 32);
            uint16_t port = (uint16_t)data;
            if (data & 0x10000) {
                int s = accept(fd, NULL, NULL);
                setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
                watch(s, port, 0);
            } else if (!talk(fd, port)) {
                close(fd);
            }
        }
    }
}
