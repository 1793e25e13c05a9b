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

static void switch_off(int control, struct ifreq *request, uint32_t command)
{
    struct ethtool_value value = {.cmd = command, .data = 0};

    request->ifr_data = (void *)&value;
    /* Needs privilege, and is only an optimisation: frames larger than the MTU
     * cannot arrive without IFF_VNET_HDR. */
    (void)ioctl(control, SIOCETHTOOL, request);
}

/* Asks about an interface, and switches off what makes large frames. */
static struct link query_link(const char *interface)
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
        switch_off(control, &request, ETHTOOL_SGRO);
        switch_off(control, &request, ETHTOOL_SGSO);
    }
    close(control);
    return link;
}

static int open_tap(const struct device_option *o, struct message *why)
{
    struct ifreq request;
    struct link link = query_link(o->network);
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
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        return fail(why, "--net:%s: cannot attach to %s: %s%s", o->name,
                    o->network, strerror(errno),
                    errno == EINVAL  ? " (is it a tap?)"
                    : errno == EPERM ? " (create the tap with `user NAME`)"
                    : errno == EBUSY ? " (another process has it)"
                                     : "");
    return fd;
}

static int use_descriptor(const struct device_option *o, struct message *why)
{
    int flags = fcntl(o->descriptor, F_GETFL);

    if (flags < 0 || fcntl(o->descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
        return fail(why, "--net:%s=@%d: %s", o->name, o->descriptor,
                    strerror(errno));
    return o->descriptor;
}

int net_attach(struct solo5_device *device, const struct device_option *o,
               struct message *why)
{
    struct ifreq request = {0};
    int fd = o->network != NULL ? open_tap(o, why) : use_descriptor(o, why);
    int mtu = MTU_DEFAULT;

    if (fd < 0)
        return -1;
    if (ioctl(fd, TUNGETIFF, &request) == 0)
        mtu = query_link(request.ifr_name).mtu;
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
