/* SPDX-License-Identifier: ISC */
/* Addresses of names: from the name itself, from the cache, or from a lookup
 * that all who ask for the name share. */
#include "internal.h"

#include <fata/run.h>
#include <stdlib.h>
#include <string.h>

enum {
    CACHED = 128, /* names */
    /* Seconds for which addresses of one family are kept where nothing is
     * known of the other one. */
    PARTIAL_TTL = 60,
};

int fata_dns_open(struct fata_dns **out, const char *name,
                  struct fata_stack *stack)
{
    struct fata_dns *dns = malloc(sizeof(*dns));
    struct fata_dns_entry *entries = malloc(CACHED * sizeof(*entries));
    (void)name;

    if (dns == NULL || entries == NULL) {
        free(dns);
        free(entries);
        return FATA_ENOMEM;
    }
    dns->stack = stack;
    dns->preferred = 0;
    fata_list_init(&dns->running);
    fata_dns_cache_init(&dns->cache, entries, CACHED);
    *out = dns;
    return 0;
}

void fata_dns_forget(struct fata_dns *dns)
{
    fata_dns_cache_clear(&dns->cache);
}

/* --- names that are not asked for --- */

static bool is_below(const char *name, const char *domain)
{
    size_t n = strlen(name), d = strlen(domain);
    return n >= d && strcmp(name + n - d, domain) == 0 &&
           (n == d || name[n - d - 1] == '.');
}

/* RFC 6761: localhost is here, and invalid is nowhere.
 * Returns false: it is to be asked for. */
static bool special(const char *name, struct fata_dns_entry *known)
{
    known->error = 0;
    known->count = 0;
    if (fata_address_parse(&known->addresses[0], name) == 0) {
        known->count = 1;
    } else if (is_below(name, "localhost")) {
        known->addresses[0] =
            (struct fata_address){.family = 6, .bytes = {[15] = 1}};
        known->addresses[1] = fata_address_ipv4(127, 0, 0, 1);
        known->count = 2;
    } else if (is_below(name, "invalid")) {
        known->error = FATA_ENOENT;
    } else {
        return false;
    }
    return true;
}

/* --- the others --- */

static struct fata__running *find(const struct fata_dns *dns, const char *name)
{
    FATA_LIST_FOREACH (node, &dns->running) {
        struct fata__running *r =
            FATA_CONTAINER(node, struct fata__running, link);
        if (strcmp(r->name, name) == 0)
            return r;
    }
    return NULL;
}

static const uint16_t types[] = {FATA_DNS_AAAA, FATA_DNS_A};

int fata__ask(struct fata_dns *dns, const char *name, struct fata__asked *asked,
              fata_time_t deadline)
{
    char normal[FATA_DNS_NAME];
    const struct fata_dns_entry *entry;

    asked->running = NULL;
    int err = fata_dns_name(normal, name);
    if (err != 0 || special(normal, &asked->known))
        return err;
    if (strchr(normal, ':') != NULL)
        return FATA_EINVAL; /* an address with a mistake */
    entry = fata_dns_cache_find(&dns->cache, normal, fata_now());
    if (entry != NULL) {
        fata_metric_add(&fata__dns_cached, 1);
        asked->known.error = entry->error;
        asked->known.count = entry->count;
        memcpy(asked->known.addresses, entry->addresses,
               entry->count * sizeof(entry->addresses[0]));
        return 0;
    }
    err = fata_stack_ready(dns->stack, deadline);
    if (err != 0)
        return err;
    asked->running = find(dns, normal);
    if (asked->running != NULL) {
        asked->running->askers++;
        fata_metric_add(&fata__dns_shared, 1);
        return 0;
    }
    err = fata__running_begin(dns, normal, types, FATA_COUNT(types),
                              &asked->running);
    if (err == 0)
        fata_list_push_back(&dns->running, &asked->running->link);
    return err;
}

static const struct fata_dns_question *question(const struct fata__asked *asked,
                                                int family)
{
    return &asked->running->lookup.question[family == 6 ? 0 : 1];
}

/* Of what is known the IPv6 addresses come first. */
static unsigned first_ipv4(const struct fata__asked *asked)
{
    unsigned i = 0;
    while (i < asked->known.count && asked->known.addresses[i].family == 6)
        i++;
    return i;
}

unsigned fata__asked_count(const struct fata__asked *asked, int family)
{
    if (asked->running != NULL) {
        const struct fata_dns_question *q = question(asked, family);
        return q->done && q->error == 0 ? q->answer.count : 0;
    }
    unsigned ipv4 = first_ipv4(asked);
    return family == 6 ? ipv4 : asked->known.count - ipv4;
}

const struct fata_address *fata__asked_address(const struct fata__asked *asked,
                                               int family, unsigned i)
{
    if (asked->running != NULL)
        return &question(asked, family)->answer.addresses[i];
    return &asked->known.addresses[family == 6 ? i : first_ipv4(asked) + i];
}

bool fata__asked_done(const struct fata__asked *asked, int family)
{
    return asked->running == NULL || question(asked, family)->done;
}

int fata__asked_error(const struct fata__asked *asked)
{
    if (asked->running == NULL)
        return asked->known.error;
    int error = question(asked, 4)->error;
    return error != FATA_ENOENT ? error : question(asked, 6)->error;
}

void fata__asked_keep(struct fata__running *r)
{
    uint32_t ttl = FATA_DNS_TTL_MAX;
    bool found = false, unknown = false;

    for (unsigned i = 0; i < r->lookup.questions; i++) {
        const struct fata_dns_question *q = &r->lookup.question[i];
        found = found || q->error == 0;
        /* A "no" of 0 seconds is one without an SOA record, as simple servers
         * say it. */
        if (q->error != 0 && (q->error != FATA_ENOENT || q->answer.ttl == 0))
            unknown = true;
        else if (q->answer.ttl < ttl)
            ttl = q->answer.ttl;
    }
    if (unknown && !found)
        return;
    if (unknown && ttl > PARTIAL_TTL)
        ttl = PARTIAL_TTL;
    struct fata_dns_entry *e =
        fata_dns_cache_put(&r->dns->cache, r->name, ttl, fata_now());
    if (e == NULL)
        return;
    e->error = found ? 0 : FATA_ENOENT;
    for (unsigned i = 0; i < r->lookup.questions; i++) {
        const struct fata_dns_question *q = &r->lookup.question[i];
        if (q->error != 0)
            continue;
        memcpy(e->addresses + e->count, q->answer.addresses,
               q->answer.count * sizeof(e->addresses[0]));
        e->count += q->answer.count;
    }
}

/* --- resolving --- */

/* A simple form of RFC 6724: IPv6 where we have an address that goes further
 * than the link. */
int fata__dns_first_family(const struct fata_dns *dns)
{
    struct fata_address own[8];
    size_t n = fata_stack_addresses(dns->stack, own, FATA_COUNT(own));

    for (size_t i = 0; i < n && i < FATA_COUNT(own); i++)
        if (own[i].family == 6 &&
            !(own[i].bytes[0] == 0xfe && (own[i].bytes[1] & 0xc0) == 0x80))
            return 6;
    return 4;
}

static int list(const struct fata_dns *dns, const struct fata__asked *asked,
                struct fata_address *addresses, size_t room)
{
    int family = fata__dns_first_family(dns);
    unsigned count = 0,
             of[2] = {fata__asked_count(asked, 4), fata__asked_count(asked, 6)};
    unsigned all = of[0] + of[1], taken[2] = {0, 0};

    while (count < all && count < room) {
        int i = family == 6;
        if (taken[i] < of[i])
            addresses[count++] =
                *fata__asked_address(asked, family, taken[i]++);
        family = 10 - family;
    }
    return all > 0 ? (int)all : fata__asked_error(asked);
}

int fata_dns_resolve(struct fata_dns *dns, const char *name,
                     struct fata_address *addresses, size_t room,
                     fata_time_t deadline)
{
    struct fata__asked asked;
    int err;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    err = fata__ask(dns, name, &asked, deadline);
    if (err != 0)
        return err;
    while (err == 0 &&
           !(fata__asked_done(&asked, 4) && fata__asked_done(&asked, 6)))
        err = fata__running_advance(asked.running, deadline);
    if (err == 0)
        err = list(dns, &asked, addresses, room);
    if (asked.running != NULL)
        fata__running_leave(asked.running);
    return err;
}
