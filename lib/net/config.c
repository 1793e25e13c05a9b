/* SPDX-License-Identifier: ISC */
/* The keys of the stack: checked here, used when it is opened. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct fata__net_config fata__net_config = {.connections = 1024,
                                            .memory = 8 << 20};

/* Called by the generated start-up code. */
int fata_stack_key_ipv4(const char *value);
int fata_stack_key_ipv4_gateway(const char *value);
int fata_stack_key_ipv6(const char *value);
int fata_stack_key_ipv6_gateway(const char *value);
int fata_stack_key_dhcp(const char *value);
int fata_stack_key_connections(const char *value);
int fata_stack_key_memory(const char *value);

static int address(const char *value, int family, struct fata_address *to)
{
    struct fata_address a;
    if (value[0] == '\0')
        return 0;
    if (fata_address_parse(&a, value) != 0 || a.family != family)
        return FATA_EINVAL;
    *to = a;
    return 0;
}

int fata_stack_key_ipv4(const char *value)
{
    struct fata_address a;
    unsigned prefix;
    if (value[0] == '\0')
        return 0;
    if (fata_address_parse_prefix(&a, &prefix, value) != 0 || a.family != 4)
        return FATA_EINVAL;
    fata__net_config.ipv4 = a;
    fata__net_config.ipv4_prefix = prefix;
    return 0;
}

int fata_stack_key_ipv4_gateway(const char *value)
{
    return address(value, 4, &fata__net_config.ipv4_gateway);
}

int fata_stack_key_ipv6(const char *value)
{
    struct fata_address a;
    unsigned prefix;
    if (value[0] == '\0')
        return 0;
    if (fata_address_parse_prefix(&a, &prefix, value) != 0 || a.family != 6)
        return FATA_EINVAL;
    if (prefix != 64)
        return FATA_ENOTSUP; /* lwIP takes its own addresses' /64 as on link */
    fata__net_config.ipv6 = a;
    return 0;
}

int fata_stack_key_ipv6_gateway(const char *value)
{
    return address(value, 6, &fata__net_config.ipv6_gateway);
}

/* The three that follow have been checked by their type. */
int fata_stack_key_dhcp(const char *value)
{
    fata__net_config.no_dhcp = strcmp(value, "false") == 0 ||
                               strcmp(value, "no") == 0 ||
                               strcmp(value, "0") == 0;
    return 0;
}

int fata_stack_key_connections(const char *value)
{
    fata__net_config.connections = (unsigned)strtoul(value, NULL, 0);
    return 0;
}

int fata_stack_key_memory(const char *value)
{
    char *unit;
    unsigned long long size = strtoull(value, &unit, 10);
    int shift = *unit == 'K' ? 10 : *unit == 'M' ? 20 : *unit == 'G' ? 30 : 0;
    if (size > SIZE_MAX >> shift || (size_t)size << shift < 65536)
        return FATA_ERANGE;
    fata__net_config.memory = (size_t)size << shift;
    return 0;
}
