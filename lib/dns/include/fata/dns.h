/* SPDX-License-Identifier: ISC */
/* Names: a stub resolver with a cache, and connecting to a name.
 *
 *     devices:
 *       service: { kind: net }
 *       stack: { kind: stack, net: service }
 *       resolver: { kind: dns, stack: stack }
 *
 *     err = fata_dns_connect(app->resolver, "example.org", 80, &flow,
 * deadline);
 *
 * Servers come from the key --nameserver, else from DHCP and IPv6 routers
 * (docs/dns.md).  A name may be an address as text, which is not asked for, nor
 * are localhost, what ends in .localhost (127.0.0.1 and ::1), .invalid and
 * .onion (never found).  There are no search domains: names are complete.
 *
 * Context: fiber; every call here but open and forget suspends.
 * Allocation: the cache, 128 names in 73 KiB; 6 KiB for each lookup that is
 * under way, and up to 8 for a reply by TCP. */
#ifndef FATA_DNS_H
#define FATA_DNS_H

#include <fata/address.h>
#include <fata/cc.h>
#include <fata/dns_records.h>
#include <fata/flow.h>
#include <fata/stack.h>
#include <fata/time.h>

struct fata_dns;

enum { FATA_DNS_ALL_ADDRESSES = 2 * FATA_DNS_ADDRESSES }; /* of a name */

/* Opens a resolver; start-up calls it.
 * dns    returned; lives as long as the image
 * stack  lent for ever
 * Returns 0 or FATA_ENOMEM. */
FATA_NODISCARD int fata_dns_open(struct fata_dns **dns, const char *name,
                                 struct fata_stack *stack);

/* Finds the addresses of a name, IPv4 and IPv6 at once.
 * addresses  written, at most `room` of them: families take turns, first the
 *            one that the stack can rather reach
 * Returns how many there are, at least 1, or
 *     FATA_ENOENT     there is no such name, or it has no address
 *     FATA_EINVAL     that is no name
 *     FATA_EIO        no server could say
 *     FATA_EPROTO     the name is another name for itself
 *     FATA_ENETDOWN   no server is known
 *     FATA_ETIMEDOUT  no server answered, or the deadline
 *     FATA_ECANCELED, FATA_ENOMEM
 * Who asks for a name that is being asked for waits for that answer. */
FATA_NODISCARD int fata_dns_resolve(struct fata_dns *dns, const char *name,
                                    struct fata_address *addresses, size_t room,
                                    fata_time_t deadline);

/* Connects to the first address of a name that answers (RFC 8305): the next one
 * is tried 250 ms after the one before or when that has failed, four at a time,
 * families in turns; the first ones while the other family is still asked for.
 * Each attempt is a fiber, and so is the lookup: where no stack is free they
 * take turns in fewer.
 * flow  returned; the caller's until it is closed
 * Returns 0; what fata_dns_resolve returns; or, where there are addresses, what
 * the first attempt returned (fata_stack_connect) that says more than that
 * there is no way to there. */
FATA_NODISCARD int fata_dns_connect(struct fata_dns *dns, const char *name,
                                    uint16_t port, struct fata_flow **flow,
                                    fata_time_t deadline);

/* The same for hooks that carry a pointer, as fata/http_client.h has one.
 * dns  a struct fata_dns */
FATA_NODISCARD static inline int fata_dns_dial(void *dns, const char *name,
                                               uint16_t port,
                                               struct fata_flow **flow,
                                               fata_time_t deadline)
{
    return fata_dns_connect(dns, name, port, flow, deadline);
}

/* Forgets what is in the cache, for instance because the network is another. */
void fata_dns_forget(struct fata_dns *dns);

/* --- other records; these are not kept in the cache --- */

/* Finds SRV records: "_xmpp-client._tcp.example.org".
 * places  written, at most `room` of them, by priority
 * Returns how many there are, or what fata_dns_resolve returns. */
FATA_NODISCARD int fata_dns_services(struct fata_dns *dns, const char *name,
                                     struct fata_dns_place *places, size_t room,
                                     fata_time_t deadline);

/* The same for MX records. */
FATA_NODISCARD int fata_dns_mail(struct fata_dns *dns, const char *name,
                                 struct fata_dns_place *places, size_t room,
                                 fata_time_t deadline);

/* Finds TXT records: fata_dns_read_text. */
FATA_NODISCARD int fata_dns_text(struct fata_dns *dns, const char *name,
                                 char *text, size_t size, fata_time_t deadline);

/* Finds the name of an address (PTR).
 * name  written, FATA_DNS_NAME bytes
 * Returns 0 or what fata_dns_resolve returns.  Whoever has the address can say
 * what he likes here. */
FATA_NODISCARD int fata_dns_reverse(struct fata_dns *dns,
                                    const struct fata_address *address,
                                    char name[FATA_DNS_NAME],
                                    fata_time_t deadline);

#endif
