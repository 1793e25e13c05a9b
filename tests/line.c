/* SPDX-License-Identifier: ISC */
/* A bad line between a host and an image:
 *
 *     line [delay=MS] [jitter=MS] [loss=%] [twice=%] [damage=%] TAP COMMAND...
 *
 * Frames between the interface TAP, which exists, and descriptor 9 of COMMAND,
 * a datagram socket, arrive after the delay and up to the jitter more, so that
 * they overtake each other; some are lost, arrive twice or with a wrong bit.
 * SIGUSR1 cuts the line and mends it.  SIGTERM is for COMMAND, whose status is
 * the result. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { IMAGE_FD = 9, FRAME_MAX = 1514, QUEUE_MAX = 20000 };

static struct {
    double delay, jitter;       /* seconds */
    double loss, twice, damage; /* 0 .. 1 */
} line;

/* On their way, the next to arrive first. */
struct frame {
    struct frame *next;
    double at;
    int to;
    size_t length;
    uint8_t data[FRAME_MAX];
};

static struct frame *first;
static unsigned queued;
static volatile sig_atomic_t cut, ended;
static pid_t image;

static void die(const char *what)
{
    fprintf(stderr, "line: %s: %s\n", what, strerror(errno));
    exit(2);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* 0 up to 1; the same numbers in each run. */
static double chance(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / (double)(UINT64_C(1) << 53);
}

static void on_signal(int number)
{
    if (number == SIGUSR1)
        cut = !cut;
    else if (number == SIGCHLD)
        ended = 1;
    else
        kill(image, number);
}

static void queue(const uint8_t *data, size_t length, int to)
{
    struct frame *f, **p = &first;
    if (queued == QUEUE_MAX)
        return; /* as a router would */
    if ((f = malloc(sizeof(*f))) == NULL)
        die("memory");
    f->at = now() + line.delay + chance() * line.jitter;
    f->to = to;
    f->length = length;
    memcpy(f->data, data, length);
    if (chance() < line.damage)
        f->data[(size_t)(chance() * (double)length)] ^=
            (uint8_t)(1u << (unsigned)(chance() * 8));
    while (*p != NULL && (*p)->at <= f->at)
        p = &(*p)->next;
    f->next = *p;
    *p = f;
    queued++;
}

static void take(int from, int to)
{
    uint8_t data[FRAME_MAX];
    ssize_t n;
    while ((n = read(from, data, sizeof(data))) > 0) {
        if (cut || chance() < line.loss)
            continue;
        queue(data, (size_t)n, to);
        if (chance() < line.twice)
            queue(data, (size_t)n, to);
    }
}

/* What has arrived; frames for which there is no room are lost. */
static void deliver(void)
{
    double t = now();
    while (first != NULL && first->at <= t) {
        struct frame *f = first;
        first = f->next;
        if (write(f->to, f->data, f->length) < 0 && errno == EIO)
            die("the interface is down");
        free(f);
        queued--;
    }
}

static int open_tap(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
        die(name);
    return fd;
}

static int start(char **command)
{
    int ends[2], size = 4 << 20;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0)
        die("socketpair");
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    if ((image = fork()) < 0)
        die("fork");
    if (image == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], IMAGE_FD);
        execvp(command[0], command);
        die(command[0]);
    }
    close(ends[1]);
    return ends[0];
}

/* Sets a value if the word is NAME=VALUE. */
static int set(const char *word)
{
    static const struct {
        const char *name;
        double *value, unit;
    } all[] = {
        {"delay=", &line.delay, 1e-3},   {"jitter=", &line.jitter, 1e-3},
        {"loss=", &line.loss, 1e-2},     {"twice=", &line.twice, 1e-2},
        {"damage=", &line.damage, 1e-2},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t n = strlen(all[i].name);
        if (strncmp(word, all[i].name, n) != 0)
            continue;
        *all[i].value = atof(word + n) * all[i].unit;
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct sigaction a = {.sa_handler = on_signal};
    int i = 1, status;
    while (i < argc && set(argv[i]))
        i++;
    if (argc - i < 2) {
        fputs("line: see its first lines\n", stderr);
        return 2;
    }
    sigaction(SIGUSR1, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGCHLD, &a, NULL);
    int tap = open_tap(argv[i]), socket = start(argv + i + 1);
    struct pollfd p[2] = {{.fd = tap, .events = POLLIN},
                          {.fd = socket, .events = POLLIN}};
    while (!ended) {
        double left = first == NULL ? 1 : first->at - now();
        struct timespec t = {.tv_sec = left >= 1};
        t.tv_nsec = left > 0 && left < 1 ? (long)(left * 1e9) : 0;
        ppoll(p, 2, &t, NULL);
        take(tap, socket);
        take(socket, tap);
        deliver();
    }
    if (waitpid(image, &status, 0) != image)
        die("wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
