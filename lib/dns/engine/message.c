/* SPDX-License-Identifier: ISC */
/* DNS messages.  c-ares builds the query and expands names, which is where
 * parsers of DNS go wrong.  Its parsers of whole replies are not used for
 * addresses: they follow a CNAME whomever it belongs to, do not say to where
 * those lead that end in nothing, nor how long a "no" may be kept. */
#include <fata/dns_message.h>

#include <ares.h>
#include <fata/panic.h>
#include <string.h>
#include <strings.h>

enum { CLASS_IN = 1, RECORD = 10 /* type, class, ttl, length */ };

/* Of the header. */
enum { QR = 0x80, OPCODE = 0x78, TC = 0x02 /* byte 2 */, RCODE = 0x0f };
enum { NOERROR, FORMERR, SERVFAIL, NXDOMAIN };

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* --- the query --- */

int fata_dns_name(char to[FATA_DNS_NAME], const char *name)
{
    size_t n = 0, label = 0;
    for (; name[n] != '\0'; n++) {
        uint8_t c = (uint8_t)name[n];
        if (c <= ' ' || c >= 0x7f || c == '\\' || n == FATA_DNS_NAME - 1)
            return FATA_EINVAL;
        label = c == '.' ? 0 : label + 1;
        if (label > 63 || (c == '.' && (n == 0 || to[n - 1] == '.')))
            return FATA_EINVAL;
        to[n] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    if (n > 0 && label == 0)
        n--; /* the dot at the end */
    to[n] = '\0';
    return n > 0 ? 0 : FATA_EINVAL;
}

int fata_dns_query_make(struct fata_dns_query *query, const char *name,
                        uint16_t type)
{
    char checked[FATA_DNS_NAME];
    unsigned char *bytes;
    int length, status;

    if (fata_dns_name(checked, name) != 0)
        return FATA_EINVAL;
    status = ares_create_query(checked, CLASS_IN, type, 0, 1, &bytes, &length,
                               FATA_DNS_UDP);
    if (status != ARES_SUCCESS)
        return status == ARES_ENOMEM      ? FATA_ENOMEM
               : status == ARES_ENOTFOUND ? FATA_ENOENT
                                          : FATA_EINVAL;
    fata_assert((size_t)length <= sizeof(query->bytes));
    memcpy(query->bytes, bytes, (size_t)length);
    ares_free_string(bytes);
    query->length = (uint16_t)length;
    query->question = (uint16_t)(length - FATA_DNS_HEADER - 11);
    query->type = type;
    return 0;
}

void fata_dns_query_plain(struct fata_dns_query *query)
{
    query->bytes[11] = 0; /* additional records */
    query->length = (uint16_t)(FATA_DNS_HEADER + query->question);
}

void fata_dns_query_dress(struct fata_dns_query *query,
                          const uint8_t entropy[FATA_DNS_ENTROPY])
{
    uint8_t *name = query->bytes + FATA_DNS_HEADER;
    memcpy(query->bytes, entropy, 2);
    /* The lengths of labels are below 64, so they are no letters. */
    for (int i = 0; i < query->question - 4; i++)
        if (is_letter(name[i])) {
            int bit = entropy[2 + i / 8] >> (i % 8) & 1;
            name[i] = (uint8_t)((name[i] & ~0x20) | bit << 5);
        }
}

/* --- is it ours? --- */

static bool has_edns(const struct fata_dns_query *query)
{
    return query->length > FATA_DNS_HEADER + query->question;
}

enum fata_dns_match fata_dns_reply_match(const struct fata_dns_query *query,
                                         const void *reply, size_t length)
{
    const uint8_t *r = reply, *q = query->bytes;
    bool same = true;

    if (length < FATA_DNS_HEADER || memcmp(r, q, 2) != 0 || (r[2] & QR) == 0 ||
        (r[2] & OPCODE) != 0)
        return FATA_DNS_FOREIGN;
    /* Servers from before EDNS may not repeat what they do not understand. */
    if (get16(r + 4) == 0 && (r[3] & RCODE) == FORMERR && has_edns(query))
        return FATA_DNS_OURS;
    if (get16(r + 4) != 1 || length - FATA_DNS_HEADER < query->question)
        return FATA_DNS_FOREIGN;
    for (int i = 0; i < query->question; i++) {
        uint8_t a = q[FATA_DNS_HEADER + i], b = r[FATA_DNS_HEADER + i];
        if (a == b)
            continue;
        if (i >= query->question - 4 || (a ^ b) != 0x20 || !is_letter(a))
            return FATA_DNS_FOREIGN;
        same = false;
    }
    return same ? FATA_DNS_OURS : FATA_DNS_OTHER_CASE;
}

/* --- what it says --- */

struct message {
    const uint8_t *bytes;
    size_t length;
    size_t at; /* the next record */
};

struct record {
    char *owner; /* to be freed */
    unsigned type, class;
    uint32_t ttl;
    const uint8_t *data;
    size_t size, at; /* of the data */
};

/* The name at byte `at`; NULL: malformed, or no memory.
 * size  its bytes there */
static char *expand(const struct message *m, size_t at, size_t *size)
{
    char *name;
    long bytes;
    if (at >= m->length ||
        ares_expand_name(m->bytes + at, m->bytes, (int)m->length, &name,
                         &bytes) != ARES_SUCCESS)
        return NULL;
    *size = (size_t)bytes;
    return name;
}

/* Returns false where the message is torn; then nothing is to be freed. */
static bool next(struct message *m, struct record *r)
{
    size_t name;
    r->owner = expand(m, m->at, &name);
    if (r->owner == NULL)
        return false;
    size_t left = m->length - m->at - name;
    const uint8_t *p = m->bytes + m->at + name;
    if (left < RECORD || left - RECORD < get16(p + 8)) {
        ares_free_string(r->owner);
        return false;
    }
    r->type = get16(p);
    r->class = get16(p + 2);
    r->ttl = get32(p + 4);
    if (r->ttl > INT32_MAX) /* RFC 2181 8 */
        r->ttl = 0;
    r->size = get16(p + 8);
    r->data = p + RECORD;
    r->at = (size_t)(r->data - m->bytes);
    m->at = r->at + r->size;
    return true;
}

static void shorten(uint32_t *ttl, uint32_t other)
{
    if (other < *ttl)
        *ttl = other;
}

/* A record of the type asked for, of the right owner.  False: malformed. */
static bool take(const struct record *r, struct fata_dns_answer *answer)
{
    size_t size = r->type == FATA_DNS_A ? 4 : 16;

    shorten(&answer->ttl, r->ttl);
    answer->outcome = FATA_DNS_FOUND;
    if (r->type != FATA_DNS_A && r->type != FATA_DNS_AAAA)
        return true;
    if (r->size != size)
        return false;
    if (answer->count < FATA_DNS_ADDRESSES) {
        struct fata_address *a = &answer->addresses[answer->count++];
        *a = (struct fata_address){.family = size == 4 ? 4 : 6};
        memcpy(a->bytes, r->data, size);
    }
    return true;
}

/* A CNAME of the right owner: where it leads.  False: malformed, or a name that
 * cannot be asked for. */
static bool take_alias(const struct message *m, const struct record *r,
                       struct fata_dns_answer *answer)
{
    size_t size;
    char *target = expand(m, r->at, &size);
    if (target == NULL)
        return false;
    bool ok = size == r->size && fata_dns_name(answer->alias, target) == 0;
    ares_free_string(target);
    shorten(&answer->ttl, r->ttl);
    answer->outcome = FATA_DNS_ALIAS;
    return ok;
}

/* Looks through the answers for records of `owner`: those of the type asked
 * for, else a CNAME.  False: malformed. */
static bool look(struct message m, const char *owner, uint16_t type,
                 struct fata_dns_answer *answer)
{
    bool ok = true;
    answer->outcome = FATA_DNS_NONE;
    for (unsigned n = get16(m.bytes + 6); n > 0 && ok; n--) {
        struct record r;
        if (!next(&m, &r))
            return false;
        if (r.class == CLASS_IN && strcasecmp(r.owner, owner) == 0) {
            if (r.type == type)
                ok = take(&r, answer);
            else if (r.type == FATA_DNS_CNAME &&
                     answer->outcome == FATA_DNS_NONE)
                ok = take_alias(&m, &r, answer);
        }
        ares_free_string(r.owner);
    }
    return ok;
}

/* How long a "no" may be kept: RFC 2308 5.  False: the message has no SOA, so
 * that it is none about names (or it is malformed). */
static bool negative(struct message m, uint32_t *ttl)
{
    unsigned answers = get16(m.bytes + 6), authority = get16(m.bytes + 8);
    for (unsigned n = 0; n < answers + authority; n++) {
        struct record r;
        if (!next(&m, &r))
            return false;
        ares_free_string(r.owner);
        if (n < answers || r.type != FATA_DNS_SOA || r.class != CLASS_IN ||
            r.size < 22)
            continue;
        shorten(ttl, r.ttl);
        shorten(ttl, get32(r.data + r.size - 4)); /* MINIMUM */
        shorten(ttl, FATA_DNS_TTL_NONE_MAX);
        return true;
    }
    return false;
}

/* Follows the CNAMEs, in whatever order they stand. */
static void read_records(const struct fata_dns_query *query, struct message m,
                         bool no_name, struct fata_dns_answer *answer)
{
    char owner[FATA_DNS_NAME];
    size_t size;
    char *name = expand(&m, FATA_DNS_HEADER, &size);
    bool aliased = false;

    answer->outcome = FATA_DNS_BAD;
    if (name == NULL)
        return;
    bool ok = fata_dns_name(owner, name) == 0;
    ares_free_string(name);
    for (int i = 0; ok; i++) {
        ok = i <= FATA_DNS_ALIASES && look(m, owner, query->type, answer);
        if (answer->outcome != FATA_DNS_ALIAS)
            break;
        memcpy(owner, answer->alias, sizeof(owner));
        aliased = true;
    }
    if (!ok) {
        answer->outcome = FATA_DNS_BAD;
    } else if (answer->outcome == FATA_DNS_NONE) {
        bool known = negative(m, &answer->ttl);
        /* Some servers do not follow their own CNAMEs. */
        if (aliased && !known && !no_name)
            answer->outcome = FATA_DNS_ALIAS;
        else if (!known)
            answer->ttl = 0;
    }
}

void fata_dns_reply_read(const struct fata_dns_query *query, const void *reply,
                         size_t length, struct fata_dns_answer *answer)
{
    struct message m = {.bytes = reply,
                        .length =
                            length < FATA_DNS_STREAM ? length : FATA_DNS_STREAM,
                        .at = FATA_DNS_HEADER + query->question};
    unsigned rcode = m.bytes[3] & RCODE;

    answer->ttl = FATA_DNS_TTL_MAX;
    answer->count = 0;
    if (rcode == FORMERR && has_edns(query))
        answer->outcome = FATA_DNS_NO_EDNS;
    else if ((m.bytes[2] & TC) != 0)
        answer->outcome = FATA_DNS_TRUNCATED;
    else if (rcode == NOERROR || rcode == NXDOMAIN)
        read_records(query, m, rcode == NXDOMAIN, answer);
    else
        answer->outcome = FATA_DNS_REFUSED;
}
