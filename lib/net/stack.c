/* SPDX-License-Identifier: ISC */
/* Opening the stack, and its addresses. */
#include "internal.h"
#include "host/host.h"

#include <fata/run.h>
#include <hooks.h>
#include <lwip/dhcp.h>
#include <lwip/init.h>
#include <lwip/nd6.h>
#include <netif/ethernet.h>
#include <stdlib.h>
#include <string.h>

/* --- addresses --- */

struct fata_address fata__net_address(const ip_addr_t *address)
{
    struct fata_address a = {0};
    if (IP_IS_V4(address)) {
        a.family = 4;
        memcpy(a.bytes, &ip_2_ip4(address)->addr, 4);
    } else {
        a.family = 6;
        memcpy(a.bytes, ip_2_ip6(address)->addr, 16);
    }
    return a;
}

bool fata__net_to_lwip(const struct fata_address *address, ip_addr_t *to)
{
    memset(to, 0, sizeof(*to));
    if (address->family == 4) {
        IP_SET_TYPE(to, IPADDR_TYPE_V4);
        memcpy(&ip_2_ip4(to)->addr, address->bytes, 4);
    } else if (address->family == 6) {
        IP_SET_TYPE(to, IPADDR_TYPE_V6);
        memcpy(ip_2_ip6(to)->addr, address->bytes, 16);
        ip6_addr_assign_zone(ip_2_ip6(to), IP6_UNKNOWN, &fata__net->netif);
    }
    return address->family != 0;
}

bool fata__net_reaches(const ip_addr_t *to)
{
    return IP_IS_V4(to) ? !ip4_addr_isloopback(ip_2_ip4(to))
                        : !ip6_addr_isloopback(ip_2_ip6(to));
}

int fata__net_error(err_t err)
{
    switch (err) {
    case ERR_OK:
        return 0;
    case ERR_MEM:
    case ERR_BUF:
        return FATA_ENOMEM;
    case ERR_USE:
        return FATA_EBUSY;
    case ERR_RTE:
        return FATA_ENETDOWN;
    case ERR_RST:
        return FATA_ECONNRESET;
    case ERR_CONN:
    case ERR_CLSD:
        return FATA_EPIPE;
    case ERR_ABRT: /* lwIP has given up resending */
        return FATA_ETIMEDOUT;
    default:
        return FATA_EIO;
    }
}

static bool usable(const struct netif *netif, int i)
{
    return ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) &&
           !ip6_addr_istentative(netif_ip6_addr_state(netif, i));
}

size_t fata_stack_addresses(const struct fata_stack *stack,
                            struct fata_address *addresses, size_t room)
{
    const struct netif *netif = &stack->netif;
    size_t count = 0;

    if (FATA__IS_HOST(stack))
        return fata__host_addresses(addresses, room);
    if (!ip4_addr_isany(netif_ip4_addr(netif))) {
        if (room > 0)
            addresses[0] = fata__net_address(netif_ip_addr4(netif));
        count++;
    }
    for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (!usable(netif, i))
            continue;
        if (count < room)
            addresses[count] = fata__net_address(netif_ip_addr6(netif, i));
        count++;
    }
    return count;
}

static bool is_ready(const struct netif *netif)
{
    if (!ip4_addr_isany(netif_ip4_addr(netif)))
        return true;
    for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (usable(netif, i) && !ip6_addr_islinklocal(netif_ip6_addr(netif, i)))
            return true;
    return false;
}

static void changed(struct netif *netif)
{
    struct fata_entry *entry;
    fata__tell_addresses(netif);
    if (!is_ready(netif))
        return;
    while ((entry = fata_waiter_first(&fata__net->ready)) != NULL)
        fata_waiter_wake(entry, 0);
}

int fata_stack_ready(struct fata_stack *stack, fata_time_t deadline)
{
    struct fata_waiter waiter;
    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    if (FATA__IS_HOST(stack) || is_ready(&stack->netif))
        return 0;
    return fata_waiter_wait(&waiter, &stack->ready, deadline, "an address");
}

const ip6_addr_t *fata__lwip_gateway(void)
{
    static ip_addr_t gateway;
    if (fata__net->given.ipv6_gateway.family == 0)
        return NULL;
    (void)fata__net_to_lwip(&fata__net->given.ipv6_gateway, &gateway);
    return ip_2_ip6(&gateway);
}

/* --- start --- */

static void configure_ipv6(struct netif *netif)
{
    ip_addr_t address;
    s8_t index;
    netif_set_ip6_autoconfig_enabled(netif, 1);
    netif_create_ip6_linklocal_address(netif, 1);
    if (fata__net_to_lwip(&fata__net->given.ipv6, &address) &&
        netif_add_ip6_address(netif, ip_2_ip6(&address), &index) == ERR_OK)
        netif_ip6_addr_set_state(netif, index, IP6_ADDR_TENTATIVE);
}

static int open_host(struct fata_stack **out, const struct fata_net *net)
{
    static struct fata_stack host = {.host = true};
    *out = &host;
    return fata__host_open(net);
}

/* An address without a name is the only stack's. */
static int check_names(const struct fata_stack *stack)
{
    if (fata__net == NULL ||
        (!stack->given.unnamed && !fata__net->given.unnamed))
        return 0;
    fata_log_error(&fata__log_net, "there are several stacks: addresses need "
                                   "names, as in --ipv4=NAME=10.0.0.2/24");
    return FATA_EINVAL;
}

int fata_stack_open(struct fata_stack **out, const char *name,
                    struct fata_net *net)
{
    static struct fata_stack first;
    struct fata_stack *stack = fata__net == NULL ? &first : NULL;
    struct netif *netif;
    ip_addr_t address, mask, gateway;
    int err;

    if (FATA_FLAVOUR_HOST && net->host != NULL)
        return open_host(out, net);
    if (stack == NULL)
        stack = calloc(1, sizeof(*stack));
    if (stack == NULL)
        return FATA_ENOMEM;
    stack->given = fata__net_addresses(name);
    err = check_names(stack);
    if (err == 0)
        err = fata__net_add(stack);
    if (err != 0)
        return err;
    netif = &stack->netif;
    stack->net = net;
    stack->sched = fata_run_sched();
    fata_list_init(&stack->ready);
    fata__net_timers_init();
    lwip_init();
    stack->ext_arg = tcp_ext_arg_alloc_id();
    err = fata__index_open();
    if (err != 0)
        return err;

    (void)fata__net_to_lwip(&stack->given.ipv4, &address);
    (void)fata__net_to_lwip(&stack->given.ipv4_gateway, &gateway);
    memset(&mask, 0, sizeof(mask));
    if (stack->given.ipv4_prefix > 0)
        ip_2_ip4(&mask)->addr =
            lwip_htonl(UINT32_C(0xffffffff) << (32 - stack->given.ipv4_prefix));
    err = fata__interface_open(stack);
    if (err != 0)
        return err;
    if (netif_add(netif, ip_2_ip4(&address), ip_2_ip4(&mask),
                  ip_2_ip4(&gateway), stack, fata__interface_init,
                  ethernet_input) == NULL)
        return FATA_ENOMEM;
    netif_set_default(netif);
    netif_set_status_callback(netif, changed);
    configure_ipv6(netif);
    netif_set_up(netif);
    fata__tell_addresses(netif);
    if (stack->given.ipv4.family == 0 && !fata__net_config.no_dhcp) {
        fata_log_debug(&fata__log_dhcp, "asks");
        if (dhcp_start(netif) != ERR_OK)
            return FATA_ENOMEM;
    }
    fata__net_enter(stack);
    fata__net_settle();
    *out = stack;
    return 0;
}
