/* SPDX-License-Identifier: ISC */
/* TAP interfaces, for runs and for tests, and networks to have them in. */
#define _GNU_SOURCE 1
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int tap_make(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -1;
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (ioctl(fd, TUNSETIFF, &request) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Parses ADDRESS/BITS. */
static bool parse_network(const char *text, struct in_addr *address,
                          struct in_addr *mask)
{
    const char *slash = strchr(text, '/');
    char *end;
    if (slash == NULL || slash[1] < '0' || slash[1] > '9')
        return false;
    unsigned long bits = strtoul(slash + 1, &end, 10);
    if (*end != '\0' || bits < 1 || bits > 30)
        return false;
    mask->s_addr = htonl(UINT32_MAX << (32 - bits));
    return inet_pton(AF_INET, pool_copy(text, (size_t)(slash - text)),
                     address) == 1;
}

static bool set_address(struct ifreq *request, int fd, unsigned long call,
                        struct in_addr address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = address};
    memcpy(&request->ifr_addr, &in, sizeof(in));
    return ioctl(fd, call, request) == 0;
}

const char *tap_up(const char *name, const char *text)
{
    struct ifreq request = {0};
    struct in_addr address, mask;
    if (text != NULL && !parse_network(text, &address, &mask))
        return format("%s,%s: the address of this host's end is like "
                      "10.0.0.1/24",
                      name, text);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    bool good = fd >= 0;
    if (good && text != NULL)
        good = set_address(&request, fd, SIOCSIFADDR, address) &&
               set_address(&request, fd, SIOCSIFNETMASK, mask);
    if (good && ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags |= IFF_UP;
        good = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    return good ? NULL : format("cannot set up %s: %s", name, strerror(error));
}

const char *own_network_enter(struct own_network *n)
{
    if (n->outside != 0)
        return NULL;
    n->outside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (n->outside < 0)
        stop(EXIT_FAILED, "/proc/self/ns/net: %s", strerror(errno));
    if (unshare(CLONE_NEWNET) == 0)
        return tap_up("lo", NULL);
    const char *problem =
        format("no network namespace for its interface: %s", strerror(errno));
    close(n->outside);
    n->outside = 0;
    return problem;
}

void own_network_leave(struct own_network *n)
{
    if (n->outside == 0)
        return;
    if (setns(n->outside, CLONE_NEWNET) != 0)
        stop(EXIT_FAILED, "cannot go back to the network: %s", strerror(errno));
    close(n->outside);
    n->outside = 0;
}
