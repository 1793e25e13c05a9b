/* SPDX-License-Identifier: ISC */
/* Addresses as text, there and back. */
#include <fata/address.h>
#include <fata/test.h>
#include <string.h>

static const char *canonical(const char *text)
{
    static char printed[FATA_ADDRESS_TEXT];
    struct fata_address a = {0};
    if (fata_address_parse(&a, text) != 0)
        return "refused";
    return fata_address_print(&a, printed);
}

FATA_TEST(ipv4_is_read_and_printed)
{
    static const char *const same[] = {"0.0.0.0", "10.0.0.2", "192.168.100.9",
                                       "255.255.255.255"};
    for (size_t i = 0; i < FATA_COUNT(same); i++)
        fata_check(strcmp(canonical(same[i]), same[i]) == 0);
}

FATA_TEST(ipv6_is_printed_as_rfc_5952_says)
{
    static const char *const pairs[][2] = {
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"FE80:0:0:0:0:0:0:1", "fe80::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:db8::0:1", "2001:db8::1"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"::ffff:10.0.0.2", "::ffff:a00:2"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    };
    for (size_t i = 0; i < FATA_COUNT(pairs); i++)
        fata_check(strcmp(canonical(pairs[i][0]), pairs[i][1]) == 0);
}

FATA_TEST(what_is_no_address_is_refused)
{
    static const char *const texts[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.256",
        "01.2.3.4",
        "1..3.4",
        " 1.2.3.4",
        "1.2.3.4 ",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5",
        "12345::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:",
        ":1",
        "::g",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "fe80::1%eth0",
        "::1:",
    };
    for (size_t i = 0; i < FATA_COUNT(texts); i++)
        fata_check(strcmp(canonical(texts[i]), "refused") == 0);
}

FATA_TEST(a_prefix_belongs_to_its_family)
{
    struct fata_address a;
    unsigned bits = 99;
    fata_check_int(fata_address_parse_prefix(&a, &bits, "10.0.0.2/24"), ==, 0);
    fata_check_int(bits, ==, 24);
    fata_check_int(fata_address_parse_prefix(&a, &bits, "::/0"), ==, 0);
    fata_check_int(bits, ==, 0);
    fata_check_int(fata_address_parse_prefix(&a, &bits, "fd00::1/128"), ==, 0);
    fata_check_int(bits, ==, 128);
    bits = 99;
    static const char *const bad[] = {"10.0.0.2",     "10.0.0.2/",
                                      "10.0.0.2/33",  "10.0.0.2/024",
                                      "10.0.0.2/24 ", "::/129"};
    for (size_t i = 0; i < FATA_COUNT(bad); i++)
        fata_check_int(fata_address_parse_prefix(&a, &bits, bad[i]), ==,
                       FATA_EINVAL);
    fata_check_int(bits, ==, 99);
}

FATA_TEST(an_endpoint_is_unambiguous)
{
    char text[FATA_ENDPOINT_TEXT];
    struct fata_address a = fata_address_ipv4(10, 0, 0, 2);
    fata_check(strcmp(fata_endpoint_print(&a, 80, text), "10.0.0.2:80") == 0);
    fata_check_int(
        fata_address_parse(&a, "1111:2222:3333:4444:5555:6666:7777:8888"), ==,
        0);
    fata_endpoint_print(&a, 65535, text);
    fata_check(
        strcmp(text, "[1111:2222:3333:4444:5555:6666:7777:8888]:65535") == 0);
}
