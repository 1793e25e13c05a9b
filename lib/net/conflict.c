/* SPDX-License-Identifier: ISC */
/* Somebody else has our IPv4 address (RFC 5227 2.4): it is told, and defended
 * as (c) says, by an announcement at most every ten seconds; a server does not
 * give its address up.  IPv6 finds out before it uses one (RFC 4862 5.4). */
#include "internal.h"

#include <fata/platform.h>
#include <hooks.h>
#include <lwip/etharp.h>
#include <lwip/prot/etharp.h>
#include <string.h>

#define DEFEND_INTERVAL FATA_S(10)

static FATA_COUNTER(conflicts, "fata_net_address_conflicts_total",
                    "ARP packets of others that claim our IPv4 address.");

struct netif *fata__lwip_arp(const struct pbuf *p, struct netif *netif)
{
    fata_time_t *defended = &fata__net->defended;
    const struct etharp_hdr *arp =
        (const void *)((const char *)p->payload + SIZEOF_ETH_HDR);
    const uint8_t *mac = arp->shwaddr.addr;
    fata_time_t now;

    if (p->len < SIZEOF_ETH_HDR + SIZEOF_ETHARP_HDR ||
        ip4_addr_isany(netif_ip4_addr(netif)) ||
        memcmp(&arp->sipaddr, netif_ip4_addr(netif), 4) != 0 ||
        memcmp(mac, netif->hwaddr, ETH_HWADDR_LEN) == 0)
        return netif;
    fata_metric_add(&conflicts, 1);
    now = fata_now();
    if (*defended != 0 && now < *defended + DEFEND_INTERVAL)
        return netif;
    *defended = now;
    char text[FATA_ADDRESS_TEXT];
    struct fata_address address = fata__net_address(netif_ip_addr4(netif));
    fata_log_error(
        &fata__log_net,
        "somebody else has address=%s mac=%02x:%02x:%02x:%02x:%02x:%02x",
        fata_address_print(&address, text), mac[0], mac[1], mac[2], mac[3],
        mac[4], mac[5]);
    etharp_gratuitous(netif);
    return netif;
}
