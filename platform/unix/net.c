/* SPDX-License-Identifier: ISC */
/* Network devices are existing TAP interfaces. */
#include "../frame_net.h"
#include "unix.h"
#include <errno.h>
#include <fata/solo5.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void ready(struct unix_watch *watch)
{
    frame_net_ready(&FATA_CONTAINER(watch, struct unix_net, watch)->frame);
}

/* Returns the descriptor of the interface, or a code; *mtu is set. */
static int open_tap(const char *interface, uint16_t *mtu)
{
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd, s, error = 0;
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
    s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (error == 0 && (s < 0 || ioctl(s, SIOCGIFMTU, &ifr) != 0))
        error = unix_error(errno);
    if (s >= 0)
        close(s);
    if (error != 0) {
        close(fd);
        return error;
    }
    *mtu = (uint16_t)(ifr.ifr_mtu < UINT16_MAX ? ifr.ifr_mtu : UINT16_MAX);
    return fd;
}

int fata_net_open(struct fata_net **net, const char *name)
{
    const char *interface = unix_attached(name, SOLO5_DEVICE_NET);
    struct unix_net *d;
    uint16_t mtu = 0;
    int fd;
    if (interface == NULL)
        return FATA_ENODEV;
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
    fd = open_tap(interface, &mtu);
    if (fd < 0) {
        free(d);
        return fd;
    }
    d->frame.net.mtu = mtu;
    d->frame.read = read_frame;
    d->frame.write = write_frame;
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
