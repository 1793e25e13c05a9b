/* SPDX-License-Identifier: ISC */
/* Replies by hand, right and wrong ones. */
#ifndef FORGE_H
#define FORGE_H

#include <fata/dns_message.h>
#include <stdlib.h>
#include <string.h>

struct forge {
    uint8_t bytes[2048];
    size_t length;
};

enum { IN = 1, FORGE_TC = 0x0200, FORGE_QR = 0x8180 /* and RD, RA */ };

static inline void forge_put(struct forge *f, const void *data, size_t size)
{
    memcpy(f->bytes + f->length, data, size);
    f->length += size;
}

static inline void forge_put16(struct forge *f, unsigned value)
{
    uint8_t b[] = {(uint8_t)(value >> 8), (uint8_t)value};
    forge_put(f, b, 2);
}

static inline void forge_put32(struct forge *f, uint32_t value)
{
    forge_put16(f, value >> 16);
    forge_put16(f, value & 0xffff);
}

/* "www.example.test" in labels; "" is the root; "@N" a pointer to byte N. */
static inline void forge_name(struct forge *f, const char *name)
{
    if (*name == '@') {
        forge_put16(f, 0xc000u | (unsigned)atoi(name + 1));
        return;
    }
    while (*name != '\0') {
        size_t n = strcspn(name, ".");
        uint8_t size = (uint8_t)n;
        forge_put(f, &size, 1);
        forge_put(f, name, n);
        name += n + (name[n] == '.');
    }
    forge_put(f, "", 1);
}

/* The header and question of a reply; flags with the rcode. */
static inline void forge_reply(struct forge *f, const struct fata_dns_query *q,
                               unsigned flags)
{
    f->length = 0;
    forge_put(f, q->bytes, 2);
    forge_put16(f, FORGE_QR | flags);
    forge_put16(f, 1);
    forge_put32(f, 0);
    forge_put16(f, 0);
    forge_put(f, q->bytes + FATA_DNS_HEADER, q->question);
}

/* Begins a record; `section` is the offset of its count: 6 or 8. */
static inline size_t forge_begin(struct forge *f, int section,
                                 const char *owner, unsigned type, uint32_t ttl)
{
    f->bytes[section + 1]++;
    forge_name(f, owner);
    forge_put16(f, type);
    forge_put16(f, IN);
    forge_put32(f, ttl);
    forge_put16(f, 0);
    return f->length;
}

static inline void forge_end(struct forge *f, size_t begin)
{
    f->bytes[begin - 2] = (uint8_t)((f->length - begin) >> 8);
    f->bytes[begin - 1] = (uint8_t)(f->length - begin);
}

/* An answer with these bytes. */
static inline void forge_data(struct forge *f, const char *owner, unsigned type,
                              uint32_t ttl, const void *data, size_t size)
{
    size_t begin = forge_begin(f, 6, owner, type, ttl);
    forge_put(f, data, size);
    forge_end(f, begin);
}

/* 10.0.0.LAST. */
static inline void forge_a(struct forge *f, const char *owner, uint32_t ttl,
                           uint8_t last)
{
    uint8_t address[] = {10, 0, 0, last};
    forge_data(f, owner, FATA_DNS_A, ttl, address, sizeof(address));
}

/* fd00::LAST. */
static inline void forge_aaaa(struct forge *f, const char *owner, uint32_t ttl,
                              uint8_t last)
{
    uint8_t address[16] = {0xfd};
    address[15] = last;
    forge_data(f, owner, FATA_DNS_AAAA, ttl, address, sizeof(address));
}

static inline void forge_cname(struct forge *f, const char *owner, uint32_t ttl,
                               const char *target)
{
    size_t begin = forge_begin(f, 6, owner, FATA_DNS_CNAME, ttl);
    forge_name(f, target);
    forge_end(f, begin);
}

/* In the authority section, which comes after the answers. */
static inline void forge_soa(struct forge *f, uint32_t ttl, uint32_t minimum)
{
    size_t begin = forge_begin(f, 8, "test", FATA_DNS_SOA, ttl);
    forge_name(f, "ns.test");
    forge_name(f, "admin.test");
    for (int i = 0; i < 4; i++)
        forge_put32(f, 1);
    forge_put32(f, minimum);
    forge_end(f, begin);
}

/* A query that needs no luck: "www.example.test". */
static inline struct fata_dns_query forge_query(uint16_t type)
{
    static const uint8_t entropy[FATA_DNS_ENTROPY] = {0x12, 0x34, 0xff, 0xff,
                                                      0xff};
    struct fata_dns_query q;
    if (fata_dns_query_make(&q, "www.example.test", type) != 0)
        abort();
    fata_dns_query_dress(&q, entropy);
    return q;
}

/* Reads the first `length` bytes, alone in memory. */
static inline enum fata_dns_outcome forge_read(const struct forge *f,
                                               const struct fata_dns_query *q,
                                               size_t length,
                                               struct fata_dns_answer *answer)
{
    uint8_t *copy = malloc(length);
    if (copy == NULL)
        abort();
    memcpy(copy, f->bytes, length);
    fata_dns_reply_read(q, copy, length, answer);
    free(copy);
    return answer->outcome;
}

#endif
