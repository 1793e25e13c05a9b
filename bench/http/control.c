/* SPDX-License-Identifier: ISC */
/* The least that one could write: 13 bytes for whatever ends in an empty line.
 *     control ADDRESS PORT */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char reply[] = "HTTP/1.1 200 OK\r\n"
                            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                            "Content-Type: text/plain\r\n"
                            "Content-Length: 13\r\n\r\nHello, World!";

static int answer(int fd)
{
    char request[4096];
    ssize_t n = recv(fd, request, sizeof(request), 0);
    if (n <= 0)
        return -1;
    if (n < 4 || memcmp(request + n - 4, "\r\n\r\n", 4) != 0)
        return 0;
    return (int)send(fd, reply, sizeof(reply) - 1, MSG_NOSIGNAL);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct epoll_event e = {.events = EPOLLIN}, events[64];
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    int poller = epoll_create1(0);

    if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
        return 2;
    at.sin_port = htons((uint16_t)atoi(argv[2]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(listener, 512) != 0)
        return 1;
    e.data.fd = listener;
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                fd = e.data.fd = accept(listener, NULL, NULL);
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
                epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
            } else if (answer(fd) < 0) {
                close(fd);
            }
        }
    }
}
