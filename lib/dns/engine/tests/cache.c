/* SPDX-License-Identifier: ISC */
/* The cache of names. */
#include <fata/dns_cache.h>
#include <fata/test.h>
#include <string.h>

enum { ENTRIES = 100 };

static struct fata_dns_entry entries[ENTRIES];
static struct fata_dns_cache cache;

static const char *name_of(int i)
{
    static char name[16] = "nXYZ.test";
    name[1] = (char)('0' + i / 100 % 10);
    name[2] = (char)('0' + i / 10 % 10);
    name[3] = (char)('0' + i % 10);
    return name;
}

static void put(int i, uint32_t ttl, fata_time_t now)
{
    struct fata_dns_entry *e = fata_dns_cache_put(&cache, name_of(i), ttl, now);
    if (e == NULL)
        return;
    e->count = 1;
    e->addresses[0] = fata_address_ipv4(10, 0, 0, (uint8_t)i);
}

static int find(int i, fata_time_t now)
{
    const struct fata_dns_entry *e =
        fata_dns_cache_find(&cache, name_of(i), now);
    return e == NULL ? -1 : e->addresses[0].bytes[3];
}

FATA_TEST(what_is_kept_is_found_until_its_time)
{
    fata_dns_cache_init(&cache, entries, ENTRIES);
    fata_check_int(find(1, 0), ==, -1);
    put(1, 10, FATA_S(100));
    fata_check_int(find(1, FATA_S(100)), ==, 1);
    fata_check_int(find(1, FATA_S(110) - 1), ==, 1);
    fata_check_int(find(1, FATA_S(110)), ==, -1);
    put(1, 10, FATA_S(200));
    fata_check_int(find(1, FATA_S(201)), ==, 1);
}

FATA_TEST(a_time_of_0_forgets)
{
    fata_dns_cache_init(&cache, entries, ENTRIES);
    put(1, 0, 0);
    fata_check_int(find(1, 0), ==, -1);
    put(1, 10, 0);
    put(1, 0, 0);
    fata_check_int(find(1, 0), ==, -1);
}

FATA_TEST(the_longest_unused_makes_room)
{
    fata_dns_cache_init(&cache, entries, ENTRIES);
    for (int i = 0; i < ENTRIES; i++)
        put(i, 1000, 0);
    for (int i = 0; i < ENTRIES; i++)
        fata_check_int(find(i, 0), ==, i);
    fata_check_int(find(0, 0), ==, 0); /* used: 1 is the oldest now */
    put(ENTRIES, 1000, 0);
    fata_check_int(find(0, 0), ==, 0);
    fata_check_int(find(1, 0), ==, -1);
    for (int i = 2; i <= ENTRIES; i++)
        fata_check_int(find(i, 0), ==, i);
    put(50, 1000, 0); /* known: nobody has to go */
    fata_check_int(find(2, 0), ==, 2);
}

FATA_TEST(everything_can_be_forgotten)
{
    fata_dns_cache_init(&cache, entries, ENTRIES);
    for (int i = 0; i < 3 * ENTRIES; i++)
        put(i, 1000, 0);
    fata_dns_cache_clear(&cache);
    for (int i = 0; i < 3 * ENTRIES; i++)
        fata_check_int(find(i, 0), ==, -1);
    put(7, 10, 0);
    fata_check_int(find(7, 0), ==, 7);
}
