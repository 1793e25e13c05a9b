/* SPDX-License-Identifier: ISC */
/* A lookup: one or two questions about a name, asked of one server after the
 * other until they are answered.  It does no I/O; who drives it does what it
 * says, and tells it what came of it:
 *
 *     for (;;)
 *         switch (fata_dns_lookup_next(&lookup, now, entropy, &step)) {
 *         case FATA_DNS_SEND:     (a datagram, from a new port if step.fresh)
 *         case FATA_DNS_RECEIVE:  (wait for a datagram until step.deadline)
 *             ... fata_dns_lookup_datagram(&lookup, ...) ...
 *         case FATA_DNS_CONNECT:  (one exchange by TCP)
 *             ... fata_dns_lookup_message or fata_dns_lookup_broken ...
 *         case FATA_DNS_END:      (look at lookup.question[i])
 *         }
 *
 * Each attempt asks one server what is not answered yet, from a new port, with
 * new ids; the next one comes when that server has refused, or after 1 s - 2 s
 * in the second round through the servers, 4 s in the third and last.
 *
 * Context: any; nothing suspends.  Allocation: as fata/dns_message.h. */
#ifndef FATA_DNS_LOOKUP_H
#define FATA_DNS_LOOKUP_H

#include <fata/dns_message.h>
#include <fata/time.h>

enum {
    FATA_DNS_SERVERS = 4, /* used of those that are known */
    FATA_DNS_PORT = 53,
    FATA_DNS_ROUNDS = 3,
};

struct fata_dns_question {
    /* May be read. */
    bool done;
    int error; /* when done: 0 (records: `answer`), FATA_ENOENT (there are
                  none), FATA_EIO (all servers refused), FATA_ETIMEDOUT, or
                  FATA_EPROTO (aliases in a circle) */
    struct fata_dns_answer answer; /* ttl also with FATA_ENOENT */
    /* Private. */
    struct fata_dns_query query;
    enum {
        FATA__DNS_TO_ASK,
        FATA__DNS_ASKED,
        FATA__DNS_BY_TCP,
        FATA__DNS_NO
    } state;
    unsigned aliases, refusals;
    uint32_t alias_ttl;
    bool other_case, small; /* the server changes letters; it gets small ones */
};

struct fata_dns_lookup {
    /* May be read. */
    struct fata_dns_question question[2];
    unsigned questions;
    unsigned server;   /* the number of the one that is asked now */
    unsigned answered; /* of the one that answered last; at first, `first` */
    unsigned sent;     /* queries */
    /* Private. */
    struct fata_address servers[FATA_DNS_SERVERS];
    unsigned server_count, attempt;
    fata_time_t deadline; /* of the attempt */
    bool fresh;
    struct fata_dns_question *by_tcp;
};

/* name     borrowed
 * types    one, or two
 * servers  1 .. FATA_DNS_SERVERS of them, copied
 * first    the number of the one to be asked first
 * Returns 0 or what fata_dns_query_make returns. */
FATA_NODISCARD int fata_dns_lookup_start(struct fata_dns_lookup *lookup,
                                         const char *name,
                                         const uint16_t *types, unsigned count,
                                         const struct fata_address *servers,
                                         unsigned server_count, unsigned first,
                                         fata_time_t now);

enum fata_dns_next {
    FATA_DNS_SEND,
    FATA_DNS_RECEIVE,
    FATA_DNS_CONNECT,
    FATA_DNS_END,
};

struct fata_dns_step {
    const struct fata_address *server;
    const void *data; /* to be sent; valid until the next call */
    size_t length;
    bool fresh;           /* send it from a new random port; what comes to the
                             old one is not wanted any more */
    fata_time_t deadline; /* of a wait: then call again */
};

/* What is to be done next.
 * now      monotonic ns
 * entropy  random, for each call anew
 * step     returned: server always but at the end; data with send and connect,
 *          deadline with receive and connect */
enum fata_dns_next fata_dns_lookup_next(struct fata_dns_lookup *lookup,
                                        fata_time_t now,
                                        const uint8_t entropy[FATA_DNS_ENTROPY],
                                        struct fata_dns_step *step);

/* A datagram came to the port.
 * Returns the question that it belongs to, which may be done now, or NULL: it
 * is not a reply to what was asked. */
struct fata_dns_question *
fata_dns_lookup_datagram(struct fata_dns_lookup *lookup,
                         const struct fata_address *from, uint16_t port,
                         const void *data, size_t length, fata_time_t now);

/* The reply by TCP, without its length in front. */
struct fata_dns_question *
fata_dns_lookup_message(struct fata_dns_lookup *lookup, const void *data,
                        size_t length, fata_time_t now);

/* The exchange by TCP, or the send, has failed. */
void fata_dns_lookup_broken(struct fata_dns_lookup *lookup, fata_time_t now);

#endif
