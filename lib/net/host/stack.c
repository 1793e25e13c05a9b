/* SPDX-License-Identifier: ISC */
/* Opening, addresses, and what all sockets have in common. */
#include "internal.h"

#include <errno.h>
#include <fata/run.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/* As on lwIP: a peer that has gone is noticed after four minutes. */
enum { KEEP_IDLE_S = 120, KEEP_INTERVAL_S = 30, KEEP_COUNT = 4 };

/* Bytes of a connection that the kernel has not sent yet: enough to keep a fast
 * line busy between two turns.  What is on its way comes on top. */
enum { UNSENT = 256 * 1024 };

struct host fata__host;

/* --- forms --- */

void fata__host_from(const union host_address *from,
                     struct fata_address *address, uint16_t *port)
{
    memset(address, 0, sizeof(*address));
    if (from->any.sa_family == AF_INET) {
        address->family = 4;
        memcpy(address->bytes, &from->in4.sin_addr, 4);
        *port = ntohs(from->in4.sin_port);
        return;
    }
    *port = ntohs(from->in6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&from->in6.sin6_addr)) {
        address->family = 4;
        memcpy(address->bytes, from->in6.sin6_addr.s6_addr + 12, 4);
    } else {
        address->family = 6;
        memcpy(address->bytes, from->in6.sin6_addr.s6_addr, 16);
    }
}

socklen_t fata__host_to(const struct fata_address *address, uint16_t port,
                        int family, union host_address *to)
{
    memset(to, 0, sizeof(*to));
    if (address->family == 4 && family == AF_INET) {
        to->in4.sin_family = AF_INET;
        to->in4.sin_port = htons(port);
        memcpy(&to->in4.sin_addr, address->bytes, 4);
        return sizeof(to->in4);
    }
    if (address->family == 0 || family == AF_INET)
        return 0;
    to->in6.sin6_family = AF_INET6;
    to->in6.sin6_port = htons(port);
    if (address->family == 4) {
        memset(to->in6.sin6_addr.s6_addr + 10, 0xff, 2);
        memcpy(to->in6.sin6_addr.s6_addr + 12, address->bytes, 4);
    } else {
        memcpy(to->in6.sin6_addr.s6_addr, address->bytes, 16);
    }
    return sizeof(to->in6);
}

int fata__host_error(int host_errno)
{
    switch (host_errno) {
    case EADDRINUSE:
        return FATA_EBUSY;
    case ECONNREFUSED:
        return FATA_ECONNREFUSED;
    case ECONNRESET:
    case EPIPE:
        return FATA_ECONNRESET;
    case ETIMEDOUT:
        return FATA_ETIMEDOUT;
    case EMSGSIZE:
        return FATA_EMSGSIZE;
    case EADDRNOTAVAIL: /* a family that the host does not use */
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
        return FATA_ENETDOWN;
    case EACCES:
    case EPERM:
        return FATA_EPERM;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN: /* no port is free, or no room */
        return FATA_ENOMEM;
    default:
        return FATA_EIO;
    }
}

/* --- sockets --- */

static void set(int descriptor, int level, int option, int value)
{
    /* One that a kernel lacks is done without. */
    (void)setsockopt(descriptor, level, option, &value, sizeof(value));
}

void fata__host_configure(int descriptor)
{
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT);
}

int fata__host_bound(int type, uint16_t port)
{
    union host_address any;
    socklen_t size = sizeof(any.in6);
    int flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(AF_INET6, flags, 0);

    memset(&any, 0, sizeof(any));
    any.in6.sin6_family = AF_INET6;
    any.in6.sin6_port = htons(port);
    if (fd < 0 && errno == EAFNOSUPPORT) {
        fd = socket(AF_INET, flags, 0);
        any.in4.sin_family = AF_INET; /* the port lies at the same place */
        size = sizeof(any.in4);
    }
    if (fd < 0)
        return fata__host_error(errno);
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    /* While connections of before are in TIME-WAIT. */
    if (type == SOCK_STREAM)
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(fd, &any.any, size) == 0)
        return fd;
    int err = fata__host_error(errno);
    close(fd);
    if (err == FATA_EPERM)
        fata_log_error(&fata__log_net,
                       "not permitted to this user port=%u: the host keeps "
                       "those below 1024",
                       port);
    return err;
}

/* --- the interface --- */

static bool usable(const struct ifaddrs *a, bool loopback)
{
    const struct sockaddr_in6 *in6 = (const void *)a->ifa_addr;
    if (a->ifa_addr == NULL || (a->ifa_flags & IFF_UP) == 0 ||
        ((a->ifa_flags & IFF_LOOPBACK) != 0) != loopback)
        return false;
    if (a->ifa_addr->sa_family == AF_INET6) /* else it needs an interface */
        return !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
    return a->ifa_addr->sa_family == AF_INET;
}

size_t fata__host_addresses(struct fata_address *addresses, size_t room)
{
    struct ifaddrs *all;
    size_t count = 0;

    if (getifaddrs(&all) != 0)
        return 0;
    /* Those of the loopback interface where there are no others. */
    for (int loopback = 0; loopback < 2 && count == 0; loopback++) {
        for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
            uint16_t port;
            if (!usable(a, loopback == 1))
                continue;
            if (count < room)
                fata__host_from((const void *)a->ifa_addr, &addresses[count],
                                &port);
            count++;
        }
    }
    freeifaddrs(all);
    return count;
}

int fata__host_open(const struct fata_net *net)
{
    if (fata__host.waits != NULL)
        return FATA_EBUSY;
    fata__host.waits = net->host;
    fata__host.sched = fata_run_sched();
    fata_list_init(&fata__host.listeners);
    if (fata__net_config.ipv4[0] != '\0' || fata__net_config.ipv6[0] != '\0')
        fata_log_warning(&fata__log_net,
                         "sockets of the host: it has its own addresses, "
                         "--ipv4 and --ipv6 mean nothing");
    return 0;
}
