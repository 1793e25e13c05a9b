/* SPDX-License-Identifier: ISC */
/* The name servers that the network tells us.  lwIP thinks it tells its own DNS
 * client, which is not compiled; it numbers those of DHCP and those of routers
 * from 0 each, so that they are kept apart here. */
#include "host/host.h"
#include "internal.h"

#include <lwip/dns.h>

enum { DHCP = 0, ROUTERS = 1, SOURCES = FATA__NAMESERVER_SOURCES };

void dns_init(void)
{
}

void dns_setserver(u8_t number, const ip_addr_t *server)
{
    if (number >= DNS_MAX_SERVERS)
        return;
    if (server == NULL) /* a router takes it back */
        ip_addr_set_zero(&fata__net->nameservers[ROUTERS][number]);
    else
        fata__net->nameservers[IP_IS_V6(server) ? ROUTERS : DHCP][number] =
            *server;
}

/* Called only to find the number of one that a router takes back. */
const ip_addr_t *dns_getserver(u8_t number)
{
    return number < DNS_MAX_SERVERS ? &fata__net->nameservers[ROUTERS][number]
                                    : IP_ADDR_ANY;
}

size_t fata_stack_nameservers(const struct fata_stack *stack,
                              struct fata_address *addresses, size_t room)
{
    size_t count = 0;
    if (FATA__IS_HOST(stack))
        return fata__host_nameservers(addresses, room);
    for (int i = 0; i < SOURCES * DNS_MAX_SERVERS; i++) {
        const ip_addr_t *a =
            &stack->nameservers[i / DNS_MAX_SERVERS][i % DNS_MAX_SERVERS];
        if (ip_addr_isany(a))
            continue;
        if (count < room)
            addresses[count] = fata__net_address(a);
        count++;
    }
    return count;
}
