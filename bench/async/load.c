/* SPDX-License-Identifier: ISC */
/* The load of W8: `load REQUESTS SERVER...` starts the server on the second
 * core with a port as its last argument, keeps a 64-byte message in flight on
 * each of 50 connections from the first core, and prints what bench.h says.
 * The first laps, in which connections are made, do not count. */
#include "bench.h"
#include "echo.h"

#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CLIENTS = 50, MESSAGE = 64, WARM = CLIENTS * 20, WORDS_MAX = 16 };

static void run_on(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        perror("sched_setaffinity"); /* one core: slower, not wrong */
}

static pid_t start(char **words, const char *port)
{
    char *argv[WORDS_MAX + 2] = {NULL};
    for (int i = 0; words[i] != NULL && i < WORDS_MAX; i++) {
        argv[i] = words[i];
        argv[i + 1] = strdup(port);
    }
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives the load */
        run_on(1);
        execvp(argv[0], argv);
        echo_fail(argv[0]);
    }
    return pid;
}

/* Tries for 20 s: the server may run under valgrind. */
static int connect_to(const char *port, pid_t server)
{
    struct sockaddr_in address = echo_address(port);
    for (int i = 0; i < 10000 && waitpid(server, NULL, WNOHANG) == 0; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
            echo_no_delay(fd);
            return fd;
        }
        close(fd);
        usleep(2000);
    }
    fprintf(stderr, "load: the server does not answer\n");
    exit(1);
}

/* `requests` messages in all; each connection has one in flight. */
static void lap(int epoll, const int *clients, size_t requests)
{
    static const char message[MESSAGE] = "an echo";
    char answer[MESSAGE];
    size_t sent = 0, answered = 0;

    for (; sent < CLIENTS && sent < requests; sent++)
        if (send(clients[sent], message, MESSAGE, 0) != MESSAGE)
            echo_fail("send");
    while (answered < requests) {
        struct epoll_event events[CLIENTS];
        int count = epoll_wait(epoll, events, CLIENTS, 20000);
        if (count <= 0)
            echo_fail("no answer");
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (recv(fd, answer, MESSAGE, MSG_WAITALL) != MESSAGE ||
                memcmp(answer, message, MESSAGE) != 0)
                echo_fail("wrong answer");
            answered++;
            if (sent < requests) {
                sent++;
                if (send(fd, message, MESSAGE, 0) != MESSAGE)
                    echo_fail("send");
            }
        }
    }
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    size_t requests = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    int clients[CLIENTS], epoll = epoll_create1(0);
    char port[8];
    struct rusage usage;
    clockid_t clock;

    if (requests == 0) {
        fprintf(stderr, "usage: load REQUESTS SERVER...\n");
        return 2;
    }
    snprintf(port, sizeof(port), "%d", 20000 + (int)(getpid() % 10000));
    pid_t server = start(argv + 2, port);
    run_on(0);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = connect_to(port, server);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = clients[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i], &event);
    }
    lap(epoll, clients, WARM);
    if (clock_getcpuclockid(server, &clock) != 0)
        echo_fail("clock_getcpuclockid");
    uint64_t cpu = bench_clock(clock), wall = bench_clock(CLOCK_MONOTONIC);
    lap(epoll, clients, requests);
    cpu = bench_clock(clock) - cpu;
    wall = bench_clock(CLOCK_MONOTONIC) - wall;
    kill(server, SIGTERM);
    wait4(server, NULL, 0, &usage);

    double user = seconds(usage.ru_utime), kernel = seconds(usage.ru_stime);
    double request = (double)cpu / (double)requests;
    printf("W8 %.5g\nW8-user %.4g\nW8-wall %.5g\n", request,
           request * user / (user + kernel), (double)wall / (double)requests);
    return 0;
}
