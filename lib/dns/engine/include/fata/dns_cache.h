/* SPDX-License-Identifier: ISC */
/* A cache of names: addresses of both families, or that there are none.  It has
 * a fixed number of entries; the one that was used least recently makes room.
 * Context: any; nothing suspends.  Allocation: none. */
#ifndef FATA_DNS_CACHE_H
#define FATA_DNS_CACHE_H

#include <fata/dns_message.h>
#include <fata/list.h>
#include <fata/time.h>

/* Fields may be read by who found it. */
struct fata_dns_entry {
    int error;      /* 0, or FATA_ENOENT: there are no addresses */
    unsigned count; /* of `addresses` */
    struct fata_address addresses[2 * FATA_DNS_ADDRESSES]; /* IPv6 first */
    /* Private. */
    struct fata_list bucket, recent;
    fata_time_t until;
    uint32_t hash;
    char name[FATA_DNS_NAME];
};

enum { FATA_DNS_BUCKETS = 64 };

/* All fields are private. */
struct fata_dns_cache {
    struct fata_list bucket[FATA_DNS_BUCKETS];
    struct fata_list recent; /* the last used first */
    struct fata_dns_entry *entries;
    size_t size, used; /* entries; of these the ones ever used */
};

/* entries  lent for the cache's life, `size` of them, at least 1; need not be
 *          initialised, and are not touched before they are needed */
void fata_dns_cache_init(struct fata_dns_cache *cache,
                         struct fata_dns_entry *entries, size_t size);

/* name  as fata_dns_name makes it
 * Returns the entry, valid until the next put, or NULL. */
const struct fata_dns_entry *fata_dns_cache_find(struct fata_dns_cache *cache,
                                                 const char *name,
                                                 fata_time_t now);

/* Keeps what is known of `name` for `ttl` seconds, instead of what was known;
 * 0: forgets that.
 * Returns the entry, to be filled with addresses (count is 0), or NULL with
 * ttl 0. */
struct fata_dns_entry *fata_dns_cache_put(struct fata_dns_cache *cache,
                                          const char *name, uint32_t ttl,
                                          fata_time_t now);

/* Forgets everything. */
void fata_dns_cache_clear(struct fata_dns_cache *cache);

#endif
