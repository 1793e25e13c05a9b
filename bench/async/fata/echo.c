/* SPDX-License-Identifier: ISC */
/* W8 on async: a fiber per connection, and a main loop of its own on epoll.
 * Sockets are watched once, for edges: a fiber that has read less than it had
 * room for waits for the next one without asking again. */
#include "../echo.h"
#include "world.h"

#include <sys/epoll.h>

struct connection {
    int fd;
    struct fata_event readable;
};

static char buffer[ECHO_BUFFER]; /* nobody else runs between recv and send */

static int serve(void *arg)
{
    struct connection *self = arg;
    ssize_t n;
    do {
        world_must(fata_event_wait(&self->readable, FATA_NEVER));
        fata_event_init(&self->readable);
        do {
            n = recv(self->fd, buffer, sizeof(buffer), 0);
            if (n > 0 && send(self->fd, buffer, (size_t)n, MSG_NOSIGNAL) != n)
                echo_fail("send");
        } while (n == sizeof(buffer));
    } while (n > 0 || (n < 0 && errno == EAGAIN));
    close(self->fd);
    free(self);
    return 0;
}

static void watch(int epoll, struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET,
                                .data.ptr = connection};
    fata_event_init(&connection->readable);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) < 0)
        echo_fail("epoll_ctl");
}

struct server {
    int epoll;
    struct connection listener;
};

static int accept_all(void *arg)
{
    struct server *server = arg;
    struct fata_scope scope;
    fata_scope_open(&scope);
    do {
        int fd;
        world_must(fata_event_wait(&server->listener.readable, FATA_NEVER));
        fata_event_init(&server->listener.readable);
        while ((fd = accept4(server->listener.fd, NULL, NULL, SOCK_NONBLOCK)) >=
               0) {
            struct connection *connection = malloc(sizeof(*connection));
            if (connection == NULL)
                echo_fail("malloc");
            echo_no_delay(fd);
            connection->fd = fd;
            watch(server->epoll, connection);
            world_must(fata_scope_spawn(&scope, serve, connection));
        }
    } while (errno == EAGAIN);
    echo_fail("accept4");
    return fata_scope_close(&scope);
}

static void never_done(struct fata_root *root, int error)
{
    (void)root, (void)error;
}

int main(int argc, char **argv)
{
    enum { STACK = 16384 };
    static struct fata_stacks stacks;
    static struct fata_fiber fibers[ECHO_CONNECTIONS + 1];
    static struct fata_root root;
    struct server server = {.listener.fd = echo_listen(argc, argv)};

    server.epoll = epoll_create1(0);
    watch(server.epoll, &server.listener);
    fata_stacks_init(&stacks, bench_memory(STACK * (ECHO_CONNECTIONS + 1), 0),
                     STACK, ECHO_CONNECTIONS + 1, fibers, true);
    fata_sched_init(&world_sched, &stacks);
    world_must(fata_root_start(&root, &world_sched, FATA_SPAWN("accept"),
                               accept_all, &server, never_done));
    for (;;) {
        struct epoll_event events[ECHO_CONNECTIONS];
        fata_time_t now = bench_clock(CLOCK_MONOTONIC);
        fata_time_t next = fata_sched_turn(&world_sched, now);
        int wait_ms = next == FATA_NEVER ? -1
                      : next <= now      ? 0
                                         : (int)((next - now) / 1000000 + 1);
        int count = epoll_wait(server.epoll, events, ECHO_CONNECTIONS, wait_ms);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            fata_event_set(&connection->readable);
        }
    }
}
