/* SPDX-License-Identifier: ISC */
/* client ADDRESS COUNT: COUNT connections, 64 at a time, that end in every way:
 * each sends the letter of how, hears it again, and does its part. */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 64, PORT = 7, PATIENCE_MS = 1000, PATIENCE = 15 };

/* close, reset and half close by us; close and reset by the image; unread:
 * we close while something is on its way to us */
static const char ways[] = "crsauhrsausa"; /* few that cost the host a port */

struct peer {
    int fd;
    char how;
    int heard;
};

static struct peer peers[AT_ONCE];
static struct sockaddr_in to = {.sin_family = AF_INET};
static int poller;
static long begun, ended, count, by_way[128];

static void fail(const char *what, char how)
{
    printf("client: connection %ld (%c): %s: %s\n", ended, how, what,
           strerror(errno));
    exit(1);
}

static void begin(struct peer *p)
{
    struct epoll_event e = {.events = EPOLLOUT, .data.ptr = p};
    p->how = ways[begun++ % (long)(sizeof(ways) - 1)];
    p->heard = 0;
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (p->fd < 0)
        fail("socket", p->how);
    if (connect(p->fd, (void *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)
        fail("connect", p->how);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, p->fd, &e) != 0)
        fail("epoll_ctl", p->how);
}

static void end(struct peer *p)
{
    close(p->fd);
    p->fd = -1;
    ended++;
    by_way[(int)p->how]++;
    if (begun < count)
        begin(p);
}

static void say(struct peer *p)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};
    char letters[1000];
    memset(letters, p->how, sizeof(letters));
    if (send(p->fd, letters, p->how == 'u' ? sizeof(letters) : 1, 0) < 0)
        fail("send", p->how);
    epoll_ctl(poller, EPOLL_CTL_MOD, p->fd, &e);
}

static void reset(int fd)
{
    struct linger none = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

/* Our part, once the letter has come back. */
static void heard(struct peer *p)
{
    p->heard = 1;
    if (p->how == 'r')
        reset(p->fd);
    if (p->how == 'h')
        shutdown(p->fd, SHUT_WR);
    if (p->how == 'c' || p->how == 'r' || p->how == 'u')
        end(p);
}

static void ready(struct peer *p, unsigned events)
{
    char c;
    if ((events & EPOLLOUT) != 0) {
        say(p);
        return;
    }
    if (p->how == 'u') { /* unread: our close is a reset */
        heard(p);
        return;
    }
    ssize_t n = recv(p->fd, &c, 1, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n == 1 && c == p->how && !p->heard)
        heard(p);
    else if (n == 0 && p->heard && (p->how == 's' || p->how == 'h'))
        end(p);
    else if (n < 0 && errno == ECONNRESET && p->how == 'a')
        end(p);
    else
        fail(n == 0 ? "closed" : n == 1 ? "another letter" : "receive", p->how);
}

/* A reset may be lost, and nobody sends it again unless it is asked for. */
static void remind(void)
{
    for (int i = 0; i < AT_ONCE; i++)
        if (peers[i].fd >= 0 && peers[i].how == 'a')
            (void)!send(peers[i].fd, "a", 1, MSG_NOSIGNAL);
}

int main(int argc, char **argv)
{
    struct epoll_event events[AT_ONCE];
    if (argc != 3 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
        return 2;
    to.sin_port = htons(PORT);
    count = atol(argv[2]);
    poller = epoll_create1(0);

    int s = -1; /* until somebody listens */
    for (int i = 0; i < 200; i++) {
        s = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(s, (void *)&to, sizeof(to)) == 0)
            break;
        close(s);
        s = -1;
        usleep(50000);
    }
    if (s < 0)
        fail("connect", '-');
    close(s);
    for (int i = 0; i < AT_ONCE && begun < count; i++)
        begin(&peers[i]);
    for (int silent = 0; ended < count;) {
        int n = epoll_wait(poller, events, AT_ONCE, PATIENCE_MS);
        silent = n > 0 ? 0 : silent + 1;
        if (silent > PATIENCE)
            fail("nothing for 15 s", '-');
        if (silent > 0)
            remind();
        for (int i = 0; i < n; i++)
            ready(events[i].data.ptr, events[i].events);
    }
    printf("client: %ld connections\n", ended);
    return 0;
}
