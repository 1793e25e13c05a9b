/* SPDX-License-Identifier: ISC */
/* The name servers that lwIP tells, as its DHCP and its neighbour discovery
 * number them; tests/dns.sh has the whole way. */
#include <fata/stack.h>
#include <fata/test.h>
#include <lwip/dns.h>
#include <string.h>
#include "../internal.h"

static struct fata_address known[8];
static struct fata_stack stack; /* not opened; lwIP's calls are for it */

static size_t look(size_t room)
{
    memset(known, 0, sizeof(known));
    return fata_stack_nameservers(&stack, known, room);
}

static void tell(u8_t number, bool ipv6, u8_t last)
{
    ip_addr_t a;
    memset(&a, 0, sizeof(a));
    IP_SET_TYPE_VAL(a, ipv6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
    if (ipv6)
        ip_2_ip6(&a)->addr[3] = lwip_htonl(last);
    else
        ip_2_ip4(&a)->addr = lwip_htonl(0x0a000000u | last);
    dns_setserver(number, &a);
}

FATA_TEST(servers_of_both_kinds_are_kept_apart)
{
    fata__net = &stack;
    fata_check_int(look(8), ==, 0);
    tell(0, false, 1);
    tell(0, true, 2);
    tell(1, true, 3);
    tell(1, false, 4);
    fata_check_int(look(8), ==, 4);
    for (int i = 0; i < 4; i++)
        fata_check_int(known[i].family, ==, i < 2 ? 4 : 6);
    fata_check_int(known[0].bytes[3], ==, 1);
    fata_check_int(known[1].bytes[3], ==, 4);
    fata_check_int(known[3].bytes[15], ==, 3);
    fata_check_int(look(1), ==, 4);
    fata_check_int(known[0].family, ==, 4);
    fata_check_int(known[1].family, ==, 0);
    tell(0, false, 9); /* another lease */
    fata_check_int(look(8), ==, 4);
    fata_check_int(known[0].bytes[3], ==, 9);
    tell(DNS_MAX_SERVERS, false, 10); /* there are not so many */
    fata_check_int(look(8), ==, 4);
    /* A router takes its second one back: lwIP looks for its number. */
    fata_check_int(lwip_ntohl(ip_2_ip6(dns_getserver(1))->addr[3]), ==, 3);
    dns_setserver(1, NULL);
    fata_check_int(look(8), ==, 3);
    dns_setserver(0, NULL);
    fata_check_int(look(8), ==, 2);
    fata_check_int(known[1].bytes[3], ==, 4);
}
