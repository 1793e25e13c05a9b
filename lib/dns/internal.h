/* SPDX-License-Identifier: ISC */
/* What the files of lib/dns share. */
#ifndef FATA_DNS_INTERNAL_H
#define FATA_DNS_INTERNAL_H

#include <fata/async.h>
#include <fata/dns.h>
#include <fata/dns_cache.h>
#include <fata/dns_lookup.h>
#include <fata/log.h>
#include <fata/metrics.h>

struct fata_dns {
    struct fata_stack *stack;
    struct fata_list running; /* lookups of addresses */
    unsigned preferred;       /* number of the server that answered last */
    struct fata_dns_cache cache;
};

/* From the key --nameserver. */
struct fata__dns_config {
    struct fata_address servers[FATA_DNS_SERVERS];
    unsigned count;
};
extern struct fata__dns_config fata__dns_config;

/* running.c: a lookup that is under way.  It has no fiber of its own: one of
 * those who wait for it drives it; when that one leaves another does. */
struct fata__running {
    struct fata_dns_lookup lookup;
    struct fata_dns *dns;
    struct fata_list link;         /* in dns->running, until it is done */
    char name[FATA_DNS_NAME];      /* as fata_dns_name makes it */
    unsigned askers;               /* who has it */
    bool driven, done;             /* done: nothing is asked any more */
    struct fata_condition changed; /* something was answered, or nobody
                                      drives it */
    struct fata_udp *socket;       /* or NULL */
    uint8_t *message;              /* the last that was answered, where it is
                                      wanted: FATA_DNS_STREAM bytes; or NULL */
    size_t message_size;
    fata_time_t began;
    uint8_t datagram[FATA_DNS_UDP];
};

/* Begins a lookup that is the caller's, who leaves it; the stack is ready.
 * name  as fata_dns_name makes it
 * Returns 0, FATA_EINVAL, FATA_ENOENT, FATA_ENETDOWN or FATA_ENOMEM. */
int fata__running_begin(struct fata_dns *dns, const char *name,
                        const uint16_t *types, unsigned count,
                        struct fata__running **running);

/* Goes on with it until a question is answered, or it is done.
 * Returns 0, FATA_ETIMEDOUT (the deadline), FATA_ECANCELED or FATA_ENOMEM. */
int fata__running_advance(struct fata__running *running, fata_time_t deadline);

void fata__running_leave(struct fata__running *running);

/* resolver.c: addresses, as they become known. */
struct fata__asked {
    struct fata__running *running; /* NULL: it is known */
    struct fata_dns_entry known;   /* else */
};

/* Begins to find the addresses of a name: known at once, or a lookup to be
 * advanced and left, perhaps one that is under way already.
 * Returns 0, or an error: then nothing is to be left. */
int fata__ask(struct fata_dns *dns, const char *name, struct fata__asked *asked,
              fata_time_t deadline);

/* Those known so far of a family (4 or 6), and whether there may be more. */
unsigned fata__asked_count(const struct fata__asked *asked, int family);
const struct fata_address *fata__asked_address(const struct fata__asked *asked,
                                               int family, unsigned i);
bool fata__asked_done(const struct fata__asked *asked, int family);
/* Why there are none, when both are done. */
int fata__asked_error(const struct fata__asked *asked);

/* A lookup of addresses is done: into the cache with it. */
void fata__asked_keep(struct fata__running *running);

/* The family to be tried first. */
int fata__dns_first_family(const struct fata_dns *dns);

/* counts.c */
extern struct fata_log_source fata__log_dns;
extern struct fata_metric fata__dns_cached, fata__dns_shared, fata__dns_sent,
    fata__dns_found, fata__dns_none, fata__dns_failed, fata__dns_foreign;

#endif
