/* SPDX-License-Identifier: ISC */
/* Cases of tests of a tender, and what surrounds a guest in them. */
#include "cases.h"
#include "unit.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

const char *tender, *guests;

struct run r;
int net_pair[2] = {-1, -1}; /* [0] ours, [1] the guest's */

static int lines(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

void expect(const char *name, int status, const char *output,
            const char *errors)
{
    int got = run(&r);

    UNIT(name,
         got == status && (output == NULL || strstr(r.output, output)) &&
             (errors == NULL || strstr(r.errors, errors)),
         "status %d, not %d; output \"%.300s\", errors \"%.200s\"", got, status,
         r.output, r.errors);
    memset(&r, 0, offsetof(struct run, output));
}

void test(const char *name, const char *options, const char *image,
          const char *arguments, int status, const char *output)
{
    r.options = options;
    r.image = image;
    r.arguments = arguments;
    expect(name, status, output, NULL);
}

/* A mistake: status 1 and exactly one line. */
void refused(const char *name, const char *options, const char *image,
             const char *says)
{
    r.options = options;
    r.image = image;
    r.arguments = "";
    int status = run(&r);

    UNIT(name,
         status == 1 && lines(r.errors) == 1 && r.output[0] == '\0' &&
             strstr(r.errors, says) != NULL,
         "status %d; output \"%.200s\", errors \"%.300s\"", status, r.output,
         r.errors);
    memset(&r, 0, offsetof(struct run, output));
}

bool with_net(void)
{
    return dup2(net_pair[1], NET_FD) == NET_FD;
}

bool file_size_limit(void)
{
    struct rlimit limit = {4096, 4096};

    return setrlimit(RLIMIT_FSIZE, &limit) == 0 && with_net();
}

bool full_console(void)
{
    return dup2(open("/dev/full", O_WRONLY), 1) == 1;
}

bool closed_console(void)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0 || dup2(ends[1], 1) != 1)
        return false;
    close(ends[0]);
    return true;
}

void close_ours(struct run *unused)
{
    (void)unused;
    close(net_pair[0]);
}

static void echo(void)
{
    char frame[2048];
    ssize_t n;

    while ((n = recv(net_pair[0], frame, sizeof frame, 0)) > 0)
        send(net_pair[0], frame, (size_t)n, 0);
}

void make_pair(int type)
{
    if (net_pair[0] >= 0) {
        close(net_pair[0]);
        close(net_pair[1]);
    }
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, net_pair) < 0)
        abort();
}

/* A socket whose other end sends back what it gets. */
void test_net(const char *name, const char *image, const char *arguments,
              int type)
{
    pid_t peer;

    make_pair(type);
    fflush(stdout);
    peer = fork();
    if (peer == 0) {
        echo();
        _exit(0);
    }
    r.prepare = with_net;
    test(name, DEVICES, image, arguments, 0, "SUCCESS");
    kill(peer, SIGKILL);
}

/* Makes a tap, up with MTU 1400; it is gone when its descriptor is closed. */
int make_tap(struct ifreq *request)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good;

    memset(request, 0, sizeof *request);
    strcpy(request->ifr_name, "fatatest%d");
    request->ifr_flags = IFF_TAP | IFF_NO_PI;
    good = fd >= 0 && ioctl(fd, TUNSETIFF, request) == 0;
    request->ifr_mtu = 1400;
    good = good && ioctl(control, SIOCSIFMTU, request) == 0;
    request->ifr_flags = IFF_UP;
    good = good && ioctl(control, SIOCSIFFLAGS, request) == 0;
    close(control);
    if (!good && fd >= 0)
        close(fd);
    return good ? fd : -1;
}

void set_link(const char *name, bool up)
{
    struct ifreq request = {.ifr_flags = up ? IFF_UP : 0};
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    strcpy(request.ifr_name, name);
    if (ioctl(control, SIOCSIFFLAGS, &request) < 0)
        abort();
    close(control);
}

void make_file(const char *name, off_t size, mode_t mode)
{
    char path[512];
    int fd;

    snprintf(path, sizeof path, "%s/%s", guests, name);
    fd = open(path, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0 || ftruncate(fd, size) < 0)
        abort();
    close(fd);
}

int cases_failed(void)
{
    return unit_failures;
}
