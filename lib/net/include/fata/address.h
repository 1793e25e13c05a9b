/* SPDX-License-Identifier: ISC */
/* Internet addresses of both families, as values.  Context: any; nothing here
 * suspends or allocates. */
#ifndef FATA_ADDRESS_H
#define FATA_ADDRESS_H

#include <fata/cc.h>
#include <fata/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fata_address {
    uint8_t family;    /* 4, 6, or 0: none */
    uint8_t bytes[16]; /* in the order of the wire; IPv4: the first four */
};

/* The longest text, its NUL included: of an address, of one with a port. */
enum { FATA_ADDRESS_TEXT = 46, FATA_ENDPOINT_TEXT = FATA_ADDRESS_TEXT + 8 };

static inline struct fata_address fata_address_ipv4(uint8_t a, uint8_t b,
                                                    uint8_t c, uint8_t d)
{
    struct fata_address address = {.family = 4, .bytes = {a, b, c, d}};
    return address;
}

bool fata_address_equal(const struct fata_address *a,
                        const struct fata_address *b);

/* Reads "10.0.0.2" (four decimal numbers without leading zeros) or "fe80::1"
 * (RFC 4291 2.2, the form with an IPv4 tail included; no zone).
 * Returns 0, or FATA_EINVAL: *address is unchanged. */
FATA_NODISCARD int fata_address_parse(struct fata_address *address,
                                      const char *text);

/* The same with "/24"; *prefix is then in bits, at most 32 or 128. */
FATA_NODISCARD int fata_address_parse_prefix(struct fata_address *address,
                                             unsigned *prefix,
                                             const char *text);

/* Writes the text (IPv6: as RFC 5952 recommends), "none" without a family.
 * text  FATA_ADDRESS_TEXT bytes
 * Returns text. */
char *fata_address_print(const struct fata_address *address,
                         char text[FATA_ADDRESS_TEXT]);

/* The same with a port: "10.0.0.2:80", "[fe80::1]:80". */
char *fata_endpoint_print(const struct fata_address *address, uint16_t port,
                          char text[FATA_ENDPOINT_TEXT]);

#endif
