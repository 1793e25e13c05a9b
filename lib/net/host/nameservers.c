/* SPDX-License-Identifier: ISC */
/* The name servers of the host: resolv.conf(5). */
#include "host.h"

#include <stdio.h>
#include <string.h>

size_t fata__host_nameservers(struct fata_address *addresses, size_t room)
{
    FILE *file = fopen("/etc/resolv.conf", "re");
    char line[256], text[FATA_ADDRESS_TEXT];
    struct fata_address address;
    size_t count = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "nameserver %45s", text) != 1 ||
            fata_address_parse(&address, text) != 0)
            continue;
        if (count < room)
            addresses[count] = address;
        count++;
    }
    if (file != NULL)
        fclose(file);
    return count;
}
