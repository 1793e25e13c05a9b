/* SPDX-License-Identifier: ISC */
/* What the stack logs.  Debug: each connection.  Info: addresses.  Warning:
 * what a key can mend. */
#include "internal.h"

#include <lwip/dhcp.h>
#include <lwip/prot/dhcp.h>
#include <string.h>

FATA_LOG_SOURCE(fata__log_net, "net", "addresses and memory of the stack");
FATA_LOG_SOURCE(fata__log_dhcp, "dhcp", "the address that DHCP gives");
FATA_LOG_SOURCE(fata__log_tcp, "tcp", "connections");

void fata__tell_flow(const struct tcp_flow *f, const char *what)
{
    char peer[FATA_ENDPOINT_TEXT];
    fata_log_debug(&fata__log_tcp, "%s peer=%s port=%u", what,
                   fata_endpoint_print(&f->peer, f->peer_port, peer),
                   f->local_port);
}

static void tell_ipv4(const struct netif *netif)
{
    ip4_addr_t *told = &fata__net->told_ipv4;
    char text[FATA_ADDRESS_TEXT], gateway[FATA_ADDRESS_TEXT];
    struct fata_address address = fata__net_address(netif_ip_addr4(netif));
    struct fata_address via = fata__net_address(netif_ip_gw4(netif));

    if (ip4_addr_cmp(told, netif_ip4_addr(netif)))
        return;
    *told = *netif_ip4_addr(netif);
    bool bound = dhcp_supplied_address(netif) != 0;
    if (ip4_addr_isany_val(*told))
        fata_log_warning(&fata__log_net, "lost IPv4 address");
    else
        fata_log_info(bound ? &fata__log_dhcp : &fata__log_net,
                      "address=%s gateway=%s",
                      fata_address_print(&address, text),
                      fata_address_print(&via, gateway));
}

/* lwIP does not say which one has changed. */
static void tell_ipv6(const struct netif *netif)
{
    unsigned told = fata__net->told_ipv6;
    for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        u8_t state = netif_ip6_addr_state(netif, i);
        bool valid = ip6_addr_isvalid(state) && !ip6_addr_istentative(state);
        bool was = (told >> i & 1) != 0;
        char text[FATA_ADDRESS_TEXT];
        struct fata_address address =
            fata__net_address(netif_ip_addr6(netif, i));

        if (valid && !was)
            fata_log_info(&fata__log_net, "address=%s",
                          fata_address_print(&address, text));
        if (ip6_addr_isduplicated(state))
            fata_log_error(&fata__log_net, "somebody else has address=%s",
                           fata_address_print(&address, text));
        told = (told & ~(1u << i)) | (unsigned)valid << i;
    }
    fata__net->told_ipv6 = told;
}

void fata__tell_addresses(const struct netif *netif)
{
    tell_ipv4(netif);
    tell_ipv6(netif);
}
