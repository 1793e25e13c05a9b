/* SPDX-License-Identifier: ISC */
/* Records other than addresses, read out of a reply in which they were found
 * (fata/dns_message.h); and the name under which an address is looked up.
 * Context: any; nothing suspends.  Allocation: c-ares allocates while a call
 * lasts; nothing stays. */
#ifndef FATA_DNS_RECORDS_H
#define FATA_DNS_RECORDS_H

#include <fata/dns_message.h>

/* Where a service is (SRV, RFC 2782), or a domain's mail goes (MX: port 0). */
struct fata_dns_place {
    uint16_t priority; /* the least is to be tried first */
    uint16_t weight;   /* SRV: among those of one priority, how often */
    uint16_t port;
    char host[FATA_DNS_NAME];
};

/* reply   borrowed; at most FATA_DNS_STREAM bytes
 * type    FATA_DNS_SRV or FATA_DNS_MX
 * places  written, at most `room` of them, by priority
 * Returns how many there are, at least 1, FATA_ENOENT (none; also where the
 * record says that there is no such service), FATA_EIO (malformed) or
 * FATA_ENOMEM. */
FATA_NODISCARD int fata_dns_read_places(const void *reply, size_t length,
                                        uint16_t type,
                                        struct fata_dns_place *places,
                                        size_t room);

/* text  written: the TXT records, each with a NUL at its end, as much as fits
 * Returns how many bytes all of them need, or an error as above. */
FATA_NODISCARD int fata_dns_read_text(const void *reply, size_t length,
                                      char *text, size_t size);

/* Reads a PTR record.  Returns 0 or an error as above. */
FATA_NODISCARD int fata_dns_read_name(const void *reply, size_t length,
                                      char name[FATA_DNS_NAME]);

/* "7.0.99.10.in-addr.arpa" (RFC 1035 3.5), "1.0. ... .ip6.arpa" (RFC 3596 2.5).
 * address  not none */
void fata_dns_reverse_name(const struct fata_address *address,
                           char name[FATA_DNS_NAME]);

#endif
