/* SPDX-License-Identifier: ISC */
/* SRV, MX, TXT and PTR records of forged replies. */
#include <fata/dns_records.h>
#include <fata/test.h>
#include "forge.h"

static struct forge f;

static void begin(uint16_t type)
{
    struct fata_dns_query q = forge_query(type);
    forge_reply(&f, &q, 0);
}

static void put_place(unsigned type, unsigned priority, const char *host)
{
    size_t begin = forge_begin(&f, 6, "@12", type, 60);
    forge_put16(&f, priority);
    if (type == FATA_DNS_SRV) {
        forge_put16(&f, 5);
        forge_put16(&f, 80);
    }
    forge_name(&f, host);
    forge_end(&f, begin);
}

FATA_TEST(places_come_by_priority)
{
    struct fata_dns_place p[3];
    static const uint16_t types[] = {FATA_DNS_SRV, FATA_DNS_MX};
    for (int i = 0; i < 2; i++) {
        begin(types[i]);
        put_place(types[i], 20, "c.test");
        put_place(types[i], 10, "A.test");
        put_place(types[i], 30, "d.test");
        put_place(types[i], 10, "b.test");
        fata_check_int(fata_dns_read_places(f.bytes, f.length, types[i], p, 3),
                       ==, 4);
        fata_check(strcmp(p[0].host, "a.test") == 0);
        fata_check(strcmp(p[1].host, "b.test") == 0);
        fata_check(strcmp(p[2].host, "c.test") == 0);
        fata_check_int(p[2].priority, ==, 20);
        fata_check_int(p[0].port, ==, i == 0 ? 80 : 0);
        fata_check_int(p[0].weight, ==, i == 0 ? 5 : 0);
        fata_check_int(
            fata_dns_read_places(f.bytes, f.length, types[i], NULL, 0), ==, 4);
    }
}

FATA_TEST(a_service_can_be_said_not_to_be_there)
{
    struct fata_dns_place p;
    begin(FATA_DNS_SRV);
    put_place(FATA_DNS_SRV, 0, "");
    fata_check_int(fata_dns_read_places(f.bytes, f.length, FATA_DNS_SRV, &p, 1),
                   ==, FATA_ENOENT);
}

FATA_TEST(torn_places_are_malformed)
{
    struct fata_dns_place p;
    static const uint16_t types[] = {FATA_DNS_SRV, FATA_DNS_MX};
    for (int i = 0; i < 2; i++) {
        begin(types[i]);
        size_t whole = f.length;
        put_place(types[i], 10, "a.test");
        for (size_t n = whole; n < f.length; n++) {
            uint8_t *copy = malloc(n);
            memcpy(copy, f.bytes, n);
            int got = fata_dns_read_places(copy, n, types[i], &p, 1);
            free(copy);
            fata_check_int(got, ==, FATA_EIO);
        }
    }
}

FATA_TEST(the_pieces_of_a_text_are_joined)
{
    char text[32];
    begin(FATA_DNS_TXT);
    forge_data(&f, "@12", FATA_DNS_TXT, 60, "\5hello\0\6 world", 14);
    forge_data(&f, "@12", FATA_DNS_TXT, 60, "\3two", 4);
    fata_check_int(fata_dns_read_text(f.bytes, f.length, text, sizeof(text)),
                   ==, 16);
    fata_check(memcmp(text, "hello world\0two", 16) == 0);
    memset(text, 'x', sizeof(text));
    for (size_t size = 0; size < 16; size++) {
        fata_check_int(fata_dns_read_text(f.bytes, f.length, text, size), ==,
                       16);
        fata_check(size == 0 || text[size - 1] == '\0');
        fata_check(text[size] == 'x');
    }
}

FATA_TEST(a_text_longer_than_its_record_is_malformed)
{
    char text[32];
    begin(FATA_DNS_TXT);
    forge_data(&f, "@12", FATA_DNS_TXT, 60, "\7hello", 6);
    fata_check_int(fata_dns_read_text(f.bytes, f.length, text, sizeof(text)),
                   ==, FATA_EIO);
}

FATA_TEST(an_address_has_a_name)
{
    char name[FATA_DNS_NAME];
    size_t begun;
    begin(FATA_DNS_PTR);
    begun = forge_begin(&f, 6, "@12", FATA_DNS_PTR, 60);
    forge_name(&f, "Host.Test");
    forge_end(&f, begun);
    fata_check_int(fata_dns_read_name(f.bytes, f.length, name), ==, 0);
    fata_check(strcmp(name, "host.test") == 0);
    begin(FATA_DNS_PTR);
    begun = forge_begin(&f, 6, "@12", FATA_DNS_PTR, 60);
    forge_name(&f, "<script>.test");
    forge_end(&f, begun);
    fata_check_int(fata_dns_read_name(f.bytes, f.length, name), ==, FATA_EIO);
}

FATA_TEST(addresses_are_asked_for_in_reverse)
{
    char name[FATA_DNS_NAME];
    struct fata_address a = fata_address_ipv4(10, 0, 107, 255);
    fata_dns_reverse_name(&a, name);
    fata_check(strcmp(name, "255.107.0.10.in-addr.arpa") == 0);
    fata_check_int(fata_address_parse(&a, "fd00::1:23"), ==, 0);
    fata_dns_reverse_name(&a, name);
    fata_check(strcmp(name, "3.2.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
                            "0.0.0.0.0.d.f.ip6.arpa") == 0);
}
