/* SPDX-License-Identifier: ISC */
/* The key --nameserver. */
#include "internal.h"

#include <string.h>

struct fata__dns_config fata__dns_config;

/* Called by the generated start-up code. */
int fata_dns_key_nameserver(const char *value);

/* Addresses with commas between them. */
int fata_dns_key_nameserver(const char *value)
{
    struct fata__dns_config config = {.count = 0};

    while (*value != '\0') {
        char text[FATA_ADDRESS_TEXT];
        size_t length = strcspn(value, ",");
        if (config.count == FATA_DNS_SERVERS)
            return FATA_E2BIG;
        if (length >= sizeof(text))
            return FATA_EINVAL;
        memcpy(text, value, length);
        text[length] = '\0';
        if (fata_address_parse(&config.servers[config.count++], text) != 0)
            return FATA_EINVAL;
        value += length;
        if (*value == ',' && *++value == '\0')
            return FATA_EINVAL;
    }
    fata__dns_config = config;
    return 0;
}
