/* SPDX-License-Identifier: ISC */
/* The engine in a bare poll loop.  Prints its port; ends with its input. */
#include "loop.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64 };

static struct pollfd fds[2 + MOST];
static struct peer *peers[2 + MOST];

static fata_time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return FATA_S(t.tv_sec) + (fata_time_t)t.tv_nsec;
}

static void drop(int i)
{
    close(fds[i].fd);
    free(peers[i]);
    fds[i].fd = -1;
    peers[i] = NULL;
}

static void serve(int i)
{
    struct peer *p = peers[i];
    if (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) {
        ssize_t n = recv(fds[i].fd, p->in + p->in_size,
                         sizeof(p->in) - p->in_size, MSG_DONTWAIT);
        if (n <= 0) {
            drop(i);
            return;
        }
        p->in_size += (size_t)n;
        peer_go_on(p, now());
    }
    peer_late(p, now());
    if (p->out_size > 0) {
        ssize_t n =
            send(fds[i].fd, p->out, p->out_size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            memmove(p->out, p->out + n, p->out_size - (size_t)n);
            p->out_size -= (size_t)n;
        }
        peer_go_on(p, now());
    }
    if (p->ends && p->out_size == 0) {
        shutdown(fds[i].fd, SHUT_WR);
        drop(i);
        return;
    }
    fds[i].events = p->out_size > 0 ? POLLOUT : POLLIN;
}

static void accept_one(int listener)
{
    int fd = accept(listener, NULL, NULL);
    for (int i = 2; fd >= 0 && i < 2 + MOST; i++) {
        if (fds[i].fd >= 0)
            continue;
        peers[i] = malloc(sizeof(*peers[i]));
        peer_open(peers[i], now());
        fds[i] = (struct pollfd){.fd = fd, .events = POLLIN};
        return;
    }
    close(fd);
}

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&at, size) != 0 ||
        listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &size) != 0)
        return 1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (int i = 0; i < 2 + MOST; i++)
        fds[i].fd = -1;
    fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = 0, .events = POLLIN};
    while (fds[1].revents == 0) {
        fata_time_t first = FATA_NEVER, t = now();
        for (int i = 2; i < 2 + MOST; i++)
            if (peers[i] != NULL && peers[i]->h.deadline < first)
                first = peers[i]->h.deadline;
        int wait = first == FATA_NEVER ? -1
                   : first <= t        ? 0
                                       : (int)((first - t) / FATA_MS(1)) + 1;
        if (poll(fds, 2 + MOST, wait) < 0)
            return 1;
        if (fds[0].revents != 0)
            accept_one(listener);
        for (int i = 2; i < 2 + MOST; i++)
            if (peers[i] != NULL)
                serve(i);
    }
    for (int i = 2; i < 2 + MOST; i++)
        if (peers[i] != NULL)
            drop(i);
    return 0;
}
