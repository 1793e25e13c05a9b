/* SPDX-License-Identifier: ISC */
/* Network devices are existing TAP interfaces, or descriptors that somebody
 * else has opened: one read or write is one frame.  Or the host's network,
 * which is none: host.c. */
#include "../frame_net.h"
#include "unix.h"
#include <errno.h>
#include <fata/solo5.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MTU_DEFAULT 1500
#define OFFLOADS    (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)

struct unix_net {
    struct frame_net frame;
    struct unix_watch watch;
    const char *name;
    struct unix_net *next;
};

static struct unix_net *devices;

static long result(ssize_t n)
{
    return n < 0 ? -errno : n;
}

static long read_frame(struct frame_net *d, void *data, size_t size)
{
    return result(read(d->descriptor, data, size));
}

static long write_frame(struct frame_net *d, const void *data, size_t size)
{
    return result(write(d->descriptor, data, size));
}

/* On a socket whose other end has gone write would raise SIGPIPE. */
static long send_frame(struct frame_net *d, const void *data, size_t size)
{
    return result(send(d->descriptor, data, size, MSG_NOSIGNAL));
}

static long read_pieces(struct frame_net *d, const struct frame_piece *piece,
                        unsigned count)
{
    return result(readv(d->descriptor, (const void *)piece, (int)count));
}

static long write_pieces(struct frame_net *d, const struct frame_piece *piece,
                         unsigned count)
{
    return result(writev(d->descriptor, (const void *)piece, (int)count));
}

_Static_assert(sizeof(struct frame_piece) == sizeof(struct iovec), "iovec");
_Static_assert(offsetof(struct frame_piece, size) ==
                   offsetof(struct iovec, iov_len),
               "iovec");

static void ready(struct unix_watch *watch)
{
    frame_net_ready(&FATA_CONTAINER(watch, struct unix_net, watch)->frame);
}

/* Returns the MTU of a TAP interface, or a code. */
static int read_mtu(struct ifreq *ifr)
{
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error = s < 0 || ioctl(s, SIOCGIFMTU, ifr) != 0 ? unix_error(errno) : 0;
    if (s >= 0)
        close(s);
    if (error != 0)
        return error;
    return ifr->ifr_mtu < UINT16_MAX ? ifr->ifr_mtu : UINT16_MAX;
}

/* Returns the descriptor of the interface, or a code; *mtu is set.
 * offload  in: offloads are welcome; out: it has them */
static int open_tap(const char *interface, int *mtu, bool *offload)
{
    struct ifreq ifr = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI |
                                             (*offload ? IFF_VNET_HDR : 0))};
    int fd, error = 0;
    if (strlen(interface) >= sizeof(ifr.ifr_name))
        return FATA_EINVAL;
    strcpy(ifr.ifr_name, interface);
    if (if_nametoindex(interface) == 0)
        return FATA_ENODEV; /* the kernel would make a new one */
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return unix_error(errno);
    if (ioctl(fd, TUNSETIFF, &ifr) != 0)
        error = unix_error(errno);
    if (error == 0 && (*mtu = read_mtu(&ifr)) < 0)
        error = *mtu;
    /* Without: what somebody else has left on the interface ends. */
    if (error == 0 && ioctl(fd, TUNSETOFFLOAD, *offload ? OFFLOADS : 0) != 0 &&
        *offload) {
        close(fd);
        *offload = false;
        return open_tap(interface, mtu, offload);
    }
    if (error != 0) {
        close(fd);
        return error;
    }
    return fd;
}

/* Whether the program understands offloads of the device. */
static bool wants_offload(const char *name)
{
    const struct solo5_manifest *m = fata_start_manifest;
    for (uint32_t i = 1; unix_offload && i < m->entries; i++)
        if (m->device[i].type == SOLO5_DEVICE_NET &&
            strcmp(m->device[i].name, name) == 0)
            return (fata_start_net_offload >> i & 1) != 0;
    return false;
}

/* The same for the descriptor that `number` names. */
static int use_descriptor(const char *number, int *mtu, bool *offload)
{
    struct ifreq ifr = {0};
    char *end;
    long fd = strtol(number, &end, 10);
    if (number[0] < '0' || number[0] > '9' || *end != '\0' || fd > INT_MAX)
        return FATA_EINVAL;
    int flags = fcntl((int)fd, F_GETFL);
    if (flags < 0 || fcntl((int)fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return FATA_ENODEV;
    bool tap = ioctl((int)fd, TUNGETIFF, &ifr) == 0;
    bool header = tap && (ifr.ifr_flags & IFF_VNET_HDR) != 0;
    if (header && (!*offload || ioctl((int)fd, TUNSETOFFLOAD, OFFLOADS) != 0))
        return FATA_EINVAL; /* a header that cannot be left out */
    *offload = header;
    *mtu = tap ? read_mtu(&ifr) : MTU_DEFAULT;
    return *mtu < 0 ? *mtu : (int)fd;
}

int fata_net_open(struct fata_net **net, const char *name)
{
    const char *interface = unix_attached(name, SOLO5_DEVICE_NET);
    struct unix_net *d;
    struct stat st;
    int mtu = MTU_DEFAULT, fd;
    bool offload = wants_offload(name);
    if (interface == NULL)
        return FATA_ENODEV;
    if (strcmp(interface, "host") == 0) {
        *net = unix_host_net();
        return 0;
    }
    for (d = devices; d != NULL; d = d->next)
        if (d->name == interface)
            return FATA_EBUSY;
    d = calloc(1, sizeof(*d));
    if (d == NULL)
        return FATA_ENOMEM;
    if (getrandom(d->frame.net.mac, 6, 0) != 6) {
        free(d);
        return FATA_EIO;
    }
    /* Locally administered, unicast. */
    d->frame.net.mac[0] = (uint8_t)((d->frame.net.mac[0] & 0xfc) | 2);
    fd = interface[0] == '@' ? use_descriptor(interface + 1, &mtu, &offload)
                             : open_tap(interface, &mtu, &offload);
    if (fd < 0) {
        free(d);
        return fd;
    }
    d->frame.net.mtu = (uint16_t)mtu;
    d->frame.read = read_frame;
    d->frame.write =
        fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? send_frame : write_frame;
    if (offload) {
        d->frame.read_pieces = read_pieces;
        d->frame.write_pieces = write_pieces;
    }
    d->frame.descriptor = fd;
    frame_net_init(&d->frame);
    d->name = interface;
    d->watch = (struct unix_watch){.descriptor = fd, .ready = ready};
    unix_watch_add(&d->watch);
    d->next = devices;
    devices = d;
    *net = &d->frame.net;
    return 0;
}
