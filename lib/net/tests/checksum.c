/* SPDX-License-Identifier: ISC */
/* The checksum against the definition of RFC 1071. */
#include <arch/cc.h>
#include <fata/test.h>

static uint16_t plain(const uint8_t *p, int n)
{
    uint32_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += i % 2 == 0 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

FATA_TEST(every_length_and_alignment)
{
    static uint8_t data[1600];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof(data); i++) {
        seed = seed * 1664525 + 1013904223;
        data[i] = (uint8_t)(seed >> 24);
    }
    for (int at = 0; at < 8; at++)
        for (int n = 0; n <= 1514; n += n < 130 ? 1 : 97)
            fata_check_int(fata__lwip_checksum(data + at, n), ==,
                           plain(data + at, n));
}

FATA_TEST(carries_are_not_lost)
{
    static uint8_t data[65535];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = 0xff;
    for (int n = 65500; n <= 65535; n++)
        fata_check_int(fata__lwip_checksum(data, n), ==, plain(data, n));
}

/* RFC 1071, section 3: the example's bytes sum up to ddf2 in network order. */
FATA_TEST(the_example_of_the_rfc)
{
    static const uint8_t data[] = {0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7};
    uint16_t sum = fata__lwip_checksum(data, sizeof(data));
    const uint8_t *p = (const uint8_t *)&sum;
    fata_check_int(p[0], ==, 0xdd);
    fata_check_int(p[1], ==, 0xf2);
}
