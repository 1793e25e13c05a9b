/* SPDX-License-Identifier: ISC */
/* Addresses as text.  Knows nothing of the stack. */
#include <fata/address.h>

#include <string.h>

bool fata_address_equal(const struct fata_address *a,
                        const struct fata_address *b)
{
    size_t size = a->family == 4 ? 4 : a->family == 6 ? 16 : 0;
    return a->family == b->family && memcmp(a->bytes, b->bytes, size) == 0;
}

/* A decimal number without leading zeros; returns what follows, or NULL. */
static const char *number(const char *p, unsigned most, unsigned *value)
{
    const char *begin = p;
    *value = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        *value = *value * 10 + (unsigned)(*p - '0');
        if (*value > most)
            return NULL;
    }
    return p == begin || (*begin == '0' && p - begin > 1) ? NULL : p;
}

static const char *dotted(const char *p, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        unsigned value;
        if (i > 0 && *p++ != '.')
            return NULL;
        p = number(p, 255, &value);
        if (p == NULL)
            return NULL;
        out[i] = (uint8_t)value;
    }
    return p;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Groups of four digits; `gap` is where "::" stands. */
static const char *colons(const char *p, uint8_t out[16])
{
    uint8_t bytes[16] = {0};
    int n = 0, gap = -1;

    if (p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }
    while (n < 16 && hex(*p) >= 0) {
        unsigned value = 0;
        const char *begin = p;
        for (; p - begin < 4 && hex(*p) >= 0; p++)
            value = value << 4 | (unsigned)hex(*p);
        if (*p == '.') {
            p = n <= 12 ? dotted(begin, bytes + n) : NULL;
            if (p == NULL)
                return NULL;
            n += 4;
            break;
        }
        bytes[n++] = (uint8_t)(value >> 8);
        bytes[n++] = (uint8_t)value;
        if (p[0] != ':' || n == 16)
            break;
        if (p[1] == ':') {
            if (gap >= 0)
                return NULL;
            gap = n;
            p += 2;
        } else if (hex(p[1]) >= 0) {
            p++;
        } else {
            return NULL;
        }
    }
    if (gap < 0 ? n != 16 : n > 14)
        return NULL;
    memset(out, 0, 16);
    if (gap < 0)
        gap = n;
    memcpy(out, bytes, (size_t)gap);
    memcpy(out + 16 - (n - gap), bytes + gap, (size_t)(n - gap));
    return p;
}

static const char *parse(struct fata_address *address, const char *text)
{
    const char *end;
    memset(address, 0, sizeof(*address));
    address->family = strchr(text, ':') != NULL ? 6 : 4;
    end = address->family == 6 ? colons(text, address->bytes)
                               : dotted(text, address->bytes);
    return end;
}

int fata_address_parse(struct fata_address *address, const char *text)
{
    struct fata_address a;
    const char *end = parse(&a, text);
    if (end == NULL || *end != '\0')
        return FATA_EINVAL;
    *address = a;
    return 0;
}

int fata_address_parse_prefix(struct fata_address *address, unsigned *prefix,
                              const char *text)
{
    struct fata_address a;
    unsigned bits;
    const char *end = parse(&a, text);
    if (end == NULL || *end != '/')
        return FATA_EINVAL;
    end = number(end + 1, a.family == 4 ? 32 : 128, &bits);
    if (end == NULL || *end != '\0')
        return FATA_EINVAL;
    *address = a;
    *prefix = bits;
    return 0;
}

static char *put_number(char *p, unsigned value)
{
    char digits[5];
    int n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (n > 0)
        *p++ = digits[--n];
    return p;
}

static unsigned group(const struct fata_address *a, int i)
{
    return (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
}

static char *put_group(char *p, unsigned value)
{
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15;
        begun = begun || digit != 0 || shift == 0;
        if (begun)
            *p++ = "0123456789abcdef"[digit];
    }
    return p;
}

/* RFC 5952: the longest run of zero groups, the first of equals, is "::", if
 * it has two groups at least. */
static char *put_ipv6(char *p, const struct fata_address *a)
{
    int best = 8, length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && group(a, i + n) == 0)
            n++;
        if (n > length) {
            best = i;
            length = n;
        }
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            *p++ = ':';
            *p++ = ':';
            i += length - 1;
            continue;
        }
        if (i > 0 && i != best + length)
            *p++ = ':';
        p = put_group(p, group(a, i));
    }
    return p;
}

static char *put(char *p, const struct fata_address *a)
{
    if (a->family == 6)
        return put_ipv6(p, a);
    if (a->family != 4) {
        memcpy(p, "none", 4);
        return p + 4;
    }
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *p++ = '.';
        p = put_number(p, a->bytes[i]);
    }
    return p;
}

char *fata_address_print(const struct fata_address *address,
                         char text[FATA_ADDRESS_TEXT])
{
    *put(text, address) = '\0';
    return text;
}

char *fata_endpoint_print(const struct fata_address *address, uint16_t port,
                          char text[FATA_ENDPOINT_TEXT])
{
    char *p = text;
    if (address->family == 6)
        *p++ = '[';
    p = put(p, address);
    if (address->family == 6)
        *p++ = ']';
    *p++ = ':';
    p = put_number(p, port);
    *p = '\0';
    return text;
}
