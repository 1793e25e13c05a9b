/* SPDX-License-Identifier: ISC */
/* A lookup as a state machine: whom to ask next, and when to give up. */
#include <fata/dns_lookup.h>

#include <fata/panic.h>
#include <string.h>

#define FIRST_WAIT FATA_S(1)
#define TCP_WAIT   FATA_S(5)

/* When there are addresses of one family the other one is not worth more. */
enum { ENOUGH = 2 /* attempts */ };

static void begin_attempt(struct fata_dns_lookup *l, fata_time_t now)
{
    l->server = (l->server + (l->attempt > 0)) % l->server_count;
    l->deadline =
        fata_time_add(now, FIRST_WAIT << (l->attempt / l->server_count));
    l->fresh = true;
}

int fata_dns_lookup_start(struct fata_dns_lookup *l, const char *name,
                          const uint16_t *types, unsigned count,
                          const struct fata_address *servers,
                          unsigned server_count, unsigned first,
                          fata_time_t now)
{
    fata_assert(count >= 1 && count <= FATA_COUNT(l->question));
    fata_assert(server_count >= 1 && server_count <= FATA_DNS_SERVERS);
    memset(l, 0, sizeof(*l));
    for (unsigned i = 0; i < count; i++) {
        struct fata_dns_question *q = &l->question[i];
        int err = fata_dns_query_make(&q->query, name, types[i]);
        if (err != 0)
            return err;
        q->alias_ttl = FATA_DNS_TTL_MAX;
    }
    l->questions = count;
    memcpy(l->servers, servers, server_count * sizeof(*servers));
    l->server_count = server_count;
    l->server = l->answered = first % server_count;
    begin_attempt(l, now);
    return 0;
}

/* --- what comes next --- */

static struct fata_dns_question *in_state(struct fata_dns_lookup *l, int state)
{
    for (unsigned i = 0; i < l->questions; i++)
        if (!l->question[i].done && (int)l->question[i].state == state)
            return &l->question[i];
    return NULL;
}

static void finish(struct fata_dns_question *q, int error)
{
    q->done = true;
    q->error = error;
}

static bool found_one(const struct fata_dns_lookup *l)
{
    for (unsigned i = 0; i < l->questions; i++)
        if (l->question[i].done && l->question[i].error == 0)
            return true;
    return false;
}

/* The attempt is over: those without an answer ask the next server, or give
 * up. */
static void end_attempt(struct fata_dns_lookup *l, fata_time_t now)
{
    l->attempt++;
    bool last = l->attempt >= FATA_DNS_ROUNDS * l->server_count ||
                (l->attempt >= ENOUGH && found_one(l));
    for (unsigned i = 0; i < l->questions; i++) {
        struct fata_dns_question *q = &l->question[i];
        if (q->done)
            continue;
        if (last || q->refusals >= l->server_count)
            finish(q, q->refusals > 0 ? FATA_EIO : FATA_ETIMEDOUT);
        q->state = FATA__DNS_TO_ASK;
    }
    begin_attempt(l, now);
}

static bool all_done(const struct fata_dns_lookup *l)
{
    return l->question[0].done && (l->questions < 2 || l->question[1].done);
}

static bool all_refused(struct fata_dns_lookup *l)
{
    return in_state(l, FATA__DNS_TO_ASK) == NULL &&
           in_state(l, FATA__DNS_ASKED) == NULL &&
           in_state(l, FATA__DNS_BY_TCP) == NULL;
}

static void dressed(struct fata_dns_lookup *l, struct fata_dns_question *q,
                    const uint8_t entropy[FATA_DNS_ENTROPY],
                    struct fata_dns_step *step)
{
    uint8_t bits[FATA_DNS_ENTROPY];

    memset(bits, 0xff, sizeof(bits)); /* small letters */
    memcpy(bits, entropy, q->small ? 2 : sizeof(bits));
    fata_dns_query_dress(&q->query, bits);
    step->data = q->query.bytes;
    step->length = q->query.length;
    l->sent++;
}

enum fata_dns_next fata_dns_lookup_next(struct fata_dns_lookup *l,
                                        fata_time_t now,
                                        const uint8_t entropy[FATA_DNS_ENTROPY],
                                        struct fata_dns_step *step)
{
    struct fata_dns_question *q;

    if (!all_done(l) && (now >= l->deadline || all_refused(l)))
        end_attempt(l, now);
    if (all_done(l))
        return FATA_DNS_END;
    step->server = &l->servers[l->server];
    q = in_state(l, FATA__DNS_TO_ASK);
    if (q != NULL) {
        dressed(l, q, entropy, step);
        q->state = FATA__DNS_ASKED;
        step->fresh = l->fresh;
        l->fresh = false;
        return FATA_DNS_SEND;
    }
    q = in_state(l, FATA__DNS_BY_TCP);
    if (q != NULL) {
        dressed(l, q, entropy, step);
        l->by_tcp = q;
        step->deadline = fata_time_add(now, TCP_WAIT);
        return FATA_DNS_CONNECT;
    }
    step->deadline = l->deadline;
    return FATA_DNS_RECEIVE;
}

/* --- what came --- */

static void refuse(struct fata_dns_question *q)
{
    q->refusals++;
    q->state = FATA__DNS_NO;
}

/* The name is another one for `alias`: that is asked for, of this server. */
static void follow(struct fata_dns_question *q)
{
    char alias[FATA_DNS_NAME];

    memcpy(alias, q->answer.alias, sizeof(alias));
    q->alias_ttl = q->answer.ttl;
    q->state = FATA__DNS_TO_ASK;
    if (++q->aliases > FATA_DNS_ALIASES ||
        fata_dns_query_make(&q->query, alias, q->query.type) != 0)
        finish(q, FATA_EPROTO);
}

static void hear(struct fata_dns_lookup *l, struct fata_dns_question *q,
                 const void *data, size_t length, fata_time_t now)
{
    l->answered = l->server;
    fata_dns_reply_read(&q->query, data, length, &q->answer);
    if (q->answer.ttl > q->alias_ttl)
        q->answer.ttl = q->alias_ttl;
    switch (q->answer.outcome) {
    case FATA_DNS_FOUND:
        finish(q, 0);
        break;
    case FATA_DNS_NONE:
        finish(q, FATA_ENOENT);
        break;
    case FATA_DNS_ALIAS:
        follow(q);
        break;
    case FATA_DNS_TRUNCATED:
        if (l->by_tcp == q)
            refuse(q);
        else
            q->state = FATA__DNS_BY_TCP;
        break;
    case FATA_DNS_NO_EDNS:
        fata_dns_query_plain(&q->query);
        q->state = FATA__DNS_TO_ASK;
        break;
    case FATA_DNS_REFUSED:
    case FATA_DNS_BAD:
        refuse(q);
        break;
    }
    /* The server is there: what else it was asked gets its time anew. */
    l->deadline =
        fata_time_add(now, FIRST_WAIT << (l->attempt / l->server_count));
}

struct fata_dns_question *
fata_dns_lookup_datagram(struct fata_dns_lookup *l,
                         const struct fata_address *from, uint16_t port,
                         const void *data, size_t length, fata_time_t now)
{
    if (port != FATA_DNS_PORT ||
        !fata_address_equal(from, &l->servers[l->server]))
        return NULL;
    l->by_tcp = NULL;
    for (unsigned i = 0; i < l->questions; i++) {
        struct fata_dns_question *q = &l->question[i];
        if (q->done || q->state != FATA__DNS_ASKED)
            continue;
        switch (fata_dns_reply_match(&q->query, data, length)) {
        case FATA_DNS_FOREIGN:
            break;
        case FATA_DNS_OTHER_CASE:
            if (q->small)
                refuse(q);
            else
                q->state = FATA__DNS_BY_TCP;
            q->other_case = true;
            return q;
        case FATA_DNS_OURS:
            hear(l, q, data, length, now);
            return q;
        }
    }
    return NULL;
}

struct fata_dns_question *fata_dns_lookup_message(struct fata_dns_lookup *l,
                                                  const void *data,
                                                  size_t length,
                                                  fata_time_t now)
{
    struct fata_dns_question *q = l->by_tcp;

    if (fata_dns_reply_match(&q->query, data, length) == FATA_DNS_FOREIGN)
        fata_dns_lookup_broken(l, now);
    else
        hear(l, q, data, length, now);
    l->by_tcp = NULL;
    return q;
}

void fata_dns_lookup_broken(struct fata_dns_lookup *l, fata_time_t now)
{
    struct fata_dns_question *q = l->by_tcp;

    if (q == NULL)
        q = in_state(l, FATA__DNS_ASKED);
    if (q != NULL && q->other_case && !q->small) {
        /* It changes letters and knows no TCP: who forged that reply has to
         * guess id and port once more. */
        q->small = true;
        q->state = FATA__DNS_TO_ASK;
    } else if (q != NULL) {
        refuse(q);
    }
    l->by_tcp = NULL;
    l->deadline =
        fata_time_add(now, FIRST_WAIT << (l->attempt / l->server_count));
}
