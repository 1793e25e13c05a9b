/* SPDX-License-Identifier: ISC */
/* The cache: a hash table of entries that are also in a list by last use. */
#include <fata/dns_cache.h>

#include <string.h>

/* FNV-1a.  Who can choose names may fill one bucket with all entries: that
 * makes a search of as many steps as there are entries, no more. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = UINT32_C(2166136261);
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
    return hash;
}

void fata_dns_cache_init(struct fata_dns_cache *cache,
                         struct fata_dns_entry *entries, size_t size)
{
    cache->entries = entries;
    cache->size = size;
    fata_dns_cache_clear(cache);
}

void fata_dns_cache_clear(struct fata_dns_cache *cache)
{
    for (int i = 0; i < FATA_DNS_BUCKETS; i++)
        fata_list_init(&cache->bucket[i]);
    fata_list_init(&cache->recent);
    cache->used = 0;
}

static struct fata_dns_entry *search(struct fata_dns_cache *cache,
                                     const char *name, uint32_t hash)
{
    FATA_LIST_FOREACH (node, &cache->bucket[hash % FATA_DNS_BUCKETS]) {
        struct fata_dns_entry *e =
            FATA_CONTAINER(node, struct fata_dns_entry, bucket);
        if (e->hash == hash && strcmp(e->name, name) == 0)
            return e;
    }
    return NULL;
}

const struct fata_dns_entry *fata_dns_cache_find(struct fata_dns_cache *cache,
                                                 const char *name,
                                                 fata_time_t now)
{
    struct fata_dns_entry *e = search(cache, name, hash_of(name));

    if (e == NULL || e->until <= now)
        return NULL;
    fata_list_remove(&e->recent);
    fata_list_push_front(&cache->recent, &e->recent);
    return e;
}

static struct fata_dns_entry *take(struct fata_dns_cache *cache)
{
    struct fata_dns_entry *e;

    if (cache->used < cache->size) {
        e = &cache->entries[cache->used++];
        fata_list_init(&e->bucket);
        fata_list_init(&e->recent);
        return e;
    }
    e = FATA_CONTAINER(cache->recent.prev, struct fata_dns_entry, recent);
    fata_list_remove(&e->bucket);
    return e;
}

struct fata_dns_entry *fata_dns_cache_put(struct fata_dns_cache *cache,
                                          const char *name, uint32_t ttl,
                                          fata_time_t now)
{
    uint32_t hash = hash_of(name);
    struct fata_dns_entry *e = search(cache, name, hash);

    if (ttl == 0) {
        if (e != NULL)
            e->until = 0;
        return NULL;
    }
    if (e == NULL) {
        e = take(cache);
        e->hash = hash;
        memcpy(e->name, name, strlen(name) + 1);
        fata_list_push_front(&cache->bucket[hash % FATA_DNS_BUCKETS],
                             &e->bucket);
    }
    fata_list_remove(&e->recent);
    fata_list_push_front(&cache->recent, &e->recent);
    e->until = fata_time_add(now, FATA_S(ttl));
    e->error = 0;
    e->count = 0;
    return e;
}
