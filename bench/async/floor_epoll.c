/* SPDX-License-Identifier: ISC */
/* W8 on the floor, with epoll: for each message one recv and one send. */
#include "echo.h"

#include <sys/epoll.h>

static char buffer[ECHO_BUFFER];

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        echo_fail("epoll_ctl");
}

static void serve(int connection)
{
    ssize_t n = recv(connection, buffer, sizeof(buffer), 0);
    if (n <= 0)
        close(connection);
    else if (send(connection, buffer, (size_t)n, MSG_NOSIGNAL) != n)
        echo_fail("send");
}

int main(int argc, char **argv)
{
    int listener = echo_listen(argc, argv), epoll = epoll_create1(0);
    watch(epoll, listener);
    for (;;) {
        struct epoll_event events[ECHO_CONNECTIONS];
        int count = epoll_wait(epoll, events, ECHO_CONNECTIONS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd != listener) {
                serve(events[i].data.fd);
                continue;
            }
            int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (connection >= 0) {
                echo_no_delay(connection);
                watch(epoll, connection);
            }
        }
    }
}
