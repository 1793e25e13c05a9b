/* SPDX-License-Identifier: ISC */
/* DNS messages (RFC 1035): a query with one question, and what a reply says to
 * it.  Bytes in, bytes out; whom to ask, and when, is fata/dns_lookup.h.
 *
 * Context: any; nothing suspends.  Allocation: c-ares allocates names while a
 * call lasts; nothing stays. */
#ifndef FATA_DNS_MESSAGE_H
#define FATA_DNS_MESSAGE_H

#include <fata/address.h>
#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types of records. */
enum {
    FATA_DNS_A = 1,
    FATA_DNS_CNAME = 5,
    FATA_DNS_SOA = 6,
    FATA_DNS_PTR = 12,
    FATA_DNS_MX = 15,
    FATA_DNS_TXT = 16,
    FATA_DNS_AAAA = 28,
    FATA_DNS_SRV = 33,
};

enum {
    FATA_DNS_NAME = 254,    /* the longest name as text, with the NUL */
    FATA_DNS_HEADER = 12,   /* bytes */
    FATA_DNS_QUERY = 282,   /* the longest: header, name, type, class, EDNS */
    FATA_DNS_UDP = 1232,    /* the largest reply in a datagram: it fits into any
                               packet of IPv6 */
    FATA_DNS_STREAM = 8192, /* the largest by TCP; it bounds the work, too */
    FATA_DNS_ENTROPY = 34,
    FATA_DNS_ADDRESSES = 8,       /* kept of one type; more are left out */
    FATA_DNS_ALIASES = 8,         /* CNAMEs that are followed */
    FATA_DNS_TTL_MAX = 86400,     /* seconds; longer ones are cut */
    FATA_DNS_TTL_NONE_MAX = 3600, /* the same of "no such name", RFC 2308 5 */
};

/* The form in which names are compared: small letters, no dot at the end.
 * to  FATA_DNS_NAME bytes
 * Returns 0, or FATA_EINVAL: no name - empty, longer than 253 characters, an
 * empty label or one longer than 63, other characters than printable ones of
 * ASCII without space and backslash. */
FATA_NODISCARD int fata_dns_name(char to[FATA_DNS_NAME], const char *name);

/* Fields may be read. */
struct fata_dns_query {
    uint8_t bytes[FATA_DNS_QUERY];
    uint16_t length;   /* bytes of it */
    uint16_t question; /* bytes behind the header: name, type, class */
    uint16_t type;
};

/* Makes a query: recursion desired, EDNS0 with FATA_DNS_UDP (RFC 6891).
 * Returns 0, FATA_EINVAL (no name), FATA_ENOENT (never asked: .onion, RFC 7686)
 * or FATA_ENOMEM. */
FATA_NODISCARD int fata_dns_query_make(struct fata_dns_query *query,
                                       const char *name, uint16_t type);

/* Takes EDNS out, for servers that do not know it. */
void fata_dns_query_plain(struct fata_dns_query *query);

/* Gives it a random id and each letter of the name a random case ("0x20"),
 * which servers copy into their reply: one more thing that who forges one does
 * not know, some ten bits of it. */
void fata_dns_query_dress(struct fata_dns_query *query,
                          const uint8_t entropy[FATA_DNS_ENTROPY]);

enum fata_dns_match {
    FATA_DNS_FOREIGN,    /* to be ignored */
    FATA_DNS_OTHER_CASE, /* ours but for the letters' case: a server that does
                            not copy them, or a forger; TCP will tell */
    FATA_DNS_OURS,
};

/* Is it a reply to this query: id, kind, and the question byte by byte? */
enum fata_dns_match fata_dns_reply_match(const struct fata_dns_query *query,
                                         const void *reply, size_t length);

enum fata_dns_outcome {
    FATA_DNS_FOUND,     /* addresses; of other types: there are records */
    FATA_DNS_NONE,      /* no such name, or none of the type */
    FATA_DNS_ALIAS,     /* it is another name for `alias`, to be asked for */
    FATA_DNS_TRUNCATED, /* to be asked by TCP */
    FATA_DNS_NO_EDNS,   /* to be asked without it */
    FATA_DNS_REFUSED,   /* the server cannot say; ask another */
    FATA_DNS_BAD,       /* malformed, CNAMEs in a circle */
};

struct fata_dns_answer {
    enum fata_dns_outcome outcome;
    uint32_t ttl; /* seconds for which it may be kept, CNAMEs included */
    unsigned count;
    struct fata_address addresses[FATA_DNS_ADDRESSES];
    char alias[FATA_DNS_NAME];
};

/* Reads a reply that is ours.
 * answer  written: outcome always; ttl for found, none and alias; addresses
 *         where they were asked for and found; alias */
void fata_dns_reply_read(const struct fata_dns_query *query, const void *reply,
                         size_t length, struct fata_dns_answer *answer);

#endif
