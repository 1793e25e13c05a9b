/* SPDX-License-Identifier: ISC */
/* Network devices: an existing tap interface, or a descriptor that somebody
 * else has opened; one read or write is one Ethernet frame. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define MTU_DEFAULT 1500
#define MTU_LEAST   68 /* RFC 791 */
#define OFFLOADS    (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)

struct link {
    bool exists, up;
    int mtu;
};

static void name_interface(struct ifreq *request, const char *interface)
{
    memset(request, 0, sizeof *request);
    memcpy(request->ifr_name, interface,
           strnlen(interface, sizeof request->ifr_name - 1));
}

static void set_feature(int control, struct ifreq *request, uint32_t command,
                        bool on)
{
    struct ethtool_value value = {.cmd = command, .data = on};

    request->ifr_data = (void *)&value;
    /* Needs privilege, and is only an optimisation: frames larger than the MTU
     * cannot arrive without IFF_VNET_HDR. */
    (void)ioctl(control, SIOCETHTOOL, request);
}

/* Asks about an interface, and sets what makes large frames. */
static struct link query_link(const char *interface, bool large)
{
    struct link link = {0};
    struct ifreq request;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (control < 0)
        return link;
    name_interface(&request, interface);
    if (ioctl(control, SIOCGIFFLAGS, &request) == 0) {
        link.exists = true;
        link.up = (request.ifr_flags & IFF_UP) != 0;
        if (ioctl(control, SIOCGIFMTU, &request) == 0)
            link.mtu = request.ifr_mtu;
        set_feature(control, &request, ETHTOOL_SGRO, large);
        set_feature(control, &request, ETHTOOL_SGSO, large);
    }
    close(control);
    return link;
}

static int open_tap(const struct device_option *o, bool *offload,
                    struct message *why)
{
    struct ifreq request;
    struct link link = query_link(o->network, *offload);
    int fd;

    if (!link.exists)
        return fail(why,
                    "--net:%s: no interface %s: create it with `ip tuntap add "
                    "%s mode tap`",
                    o->name, o->network, o->network);
    if (!link.up)
        return fail(why, "--net:%s: interface %s is down: `ip link set %s up`",
                    o->name, o->network, o->network);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail(why, "--net:%s: cannot open /dev/net/tun: %s", o->name,
                    strerror(errno));
    name_interface(&request, o->network);
    request.ifr_flags =
        (short)(IFF_TAP | IFF_NO_PI | (*offload ? IFF_VNET_HDR : 0));
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        return fail(why, "--net:%s: cannot attach to %s: %s%s", o->name,
                    o->network, strerror(errno),
                    errno == EINVAL  ? " (is it a tap?)"
                    : errno == EPERM ? " (create the tap with `user NAME`)"
                    : errno == EBUSY ? " (another process has it)"
                                     : "");
    /* Without: what somebody else has left on the interface ends. */
    if (ioctl(fd, TUNSETOFFLOAD, *offload ? OFFLOADS : 0) < 0 && *offload) {
        close(fd);
        *offload = false;
        return open_tap(o, offload, why);
    }
    return fd;
}

/* A tap interface that was opened with the header has it for ever: offloads are
 * then not the image's choice. */
static int use_descriptor(const struct device_option *o, bool *offload,
                          struct message *why)
{
    int flags = fcntl(o->descriptor, F_GETFL);
    struct ifreq request = {0};
    bool header = ioctl(o->descriptor, TUNGETIFF, &request) == 0 &&
                  (request.ifr_flags & IFF_VNET_HDR) != 0;

    if (flags < 0 || fcntl(o->descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
        return fail(why, "--net:%s=@%d: %s", o->name, o->descriptor,
                    strerror(errno));
    if (header && !*offload)
        return fail(why,
                    "--net:%s=@%d: the interface was opened with IFF_VNET_HDR, "
                    "which this image does not understand",
                    o->name, o->descriptor);
    if (header && ioctl(o->descriptor, TUNSETOFFLOAD, OFFLOADS) < 0)
        return fail(why, "--net:%s=@%d: cannot set its offloads: %s", o->name,
                    o->descriptor, strerror(errno));
    *offload = header;
    return o->descriptor;
}

int net_attach(struct solo5_device *device, const struct device_option *o,
               bool *offload, struct message *why)
{
    struct ifreq request = {0};
    int mtu = MTU_DEFAULT, fd;

    fd = o->network != NULL ? open_tap(o, offload, why)
                            : use_descriptor(o, offload, why);
    if (fd < 0)
        return -1;
    if (ioctl(fd, TUNGETIFF, &request) == 0)
        mtu = query_link(request.ifr_name, *offload).mtu;
    if (mtu < MTU_LEAST || mtu > UINT16_MAX)
        return fail(why, "--net:%s: cannot use the interface's MTU %d", o->name,
                    mtu);
    device->info.net.mtu = (uint16_t)mtu;
    if (o->has_mac)
        memcpy(device->info.net.mac, o->mac, sizeof o->mac);
    else if (getrandom(device->info.net.mac, sizeof o->mac, 0) != sizeof o->mac)
        return fail(why, "--net:%s: no random MAC address: %s", o->name,
                    strerror(errno));
    else /* locally administered, not a group */
        device->info.net.mac[0] = (device->info.net.mac[0] & 0xfcu) | 0x02u;
    device->host.descriptor = fd;
    return 0;
}
