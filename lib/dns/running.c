/* SPDX-License-Identifier: ISC */
/* A lookup under way: does for the engine what it says, by UDP and TCP. */
#include "internal.h"

#include <fata/random.h>
#include <fata/run.h>
#include <stdlib.h>
#include <string.h>

/* --- servers --- */

static unsigned find_servers(const struct fata_dns *dns,
                             struct fata_address servers[FATA_DNS_SERVERS])
{
    size_t count = fata__dns_config.count;
    memcpy(servers, fata__dns_config.servers, sizeof(fata__dns_config.servers));
    if (count == 0)
        count = fata_stack_nameservers(dns->stack, servers, FATA_DNS_SERVERS);
    return count < FATA_DNS_SERVERS ? (unsigned)count : FATA_DNS_SERVERS;
}

int fata__running_begin(struct fata_dns *dns, const char *name,
                        const uint16_t *types, unsigned count,
                        struct fata__running **running)
{
    struct fata_address servers[FATA_DNS_SERVERS];
    unsigned server_count = find_servers(dns, servers);
    int err;

    if (server_count == 0) {
        fata_log_warning(&fata__log_dns, "no name server is known; give one "
                                         "with --nameserver=ADDRESS");
        return FATA_ENETDOWN;
    }
    struct fata__running *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return FATA_ENOMEM;
    r->began = fata_now();
    err = fata_dns_lookup_start(&r->lookup, name, types, count, servers,
                                server_count, dns->preferred, r->began);
    if (err != 0) {
        free(r);
        return err;
    }
    r->dns = dns;
    r->askers = 1;
    memcpy(r->name, name, strlen(name) + 1);
    fata_list_init(&r->link);
    fata_condition_init(&r->changed);
    *running = r;
    return 0;
}

static void close_socket(struct fata__running *r)
{
    if (r->socket != NULL)
        fata_udp_close(r->socket);
    r->socket = NULL;
}

void fata__running_leave(struct fata__running *r)
{
    if (--r->askers > 0)
        return;
    fata_list_remove(&r->link);
    close_socket(r);
    free(r->message);
    free(r);
}

/* --- what the engine says --- */

static void keep(struct fata__running *r, const struct fata_dns_question *q,
                 const void *data, size_t size)
{
    if (r->message == NULL || q == NULL || !q->done || q->error != 0)
        return;
    memcpy(r->message, data, size);
    r->message_size = size;
}

static void send_datagram(struct fata__running *r,
                          const struct fata_dns_step *step)
{
    int err = 0;
    if (step->fresh)
        close_socket(r);
    if (r->socket == NULL)
        err = fata_stack_udp(r->dns->stack, 0, &r->socket);
    if (err == 0)
        err = fata_udp_send(r->socket, step->data, step->length, step->server,
                            FATA_DNS_PORT);
    if (err != 0)
        fata_dns_lookup_broken(&r->lookup, fata_now());
}

/* Returns 0 also where only the step's time is over. */
static int receive(struct fata__running *r, const struct fata_dns_step *step,
                   fata_time_t deadline)
{
    fata_time_t until = step->deadline < deadline ? step->deadline : deadline;
    struct fata_address from;
    uint16_t port;
    int n;

    if (r->socket == NULL) /* it could not be opened */
        n = fata_sleep_until(until) != 0 ? FATA_ECANCELED : FATA_ETIMEDOUT;
    else
        n = fata_udp_receive(r->socket, r->datagram, sizeof(r->datagram), &from,
                             &port, until);
    if (n == FATA_ETIMEDOUT)
        return until == deadline ? n : 0;
    if (n < 0)
        return n;
    size_t size =
        (size_t)n < sizeof(r->datagram) ? (size_t)n : sizeof(r->datagram);
    struct fata_dns_question *q = fata_dns_lookup_datagram(
        &r->lookup, &from, port, r->datagram, size, fata_now());
    if (q == NULL)
        fata_metric_add(&fata__dns_foreign, 1);
    keep(r, q, r->datagram, size);
    return 0;
}

/* Reads exactly `size` bytes. */
static int read_all(struct fata_flow *flow, void *to, size_t size,
                    fata_time_t deadline)
{
    for (size_t at = 0; at < size;) {
        const void *data;
        int n = fata_flow_read(flow, &data, deadline);
        if (n <= 0)
            return n == 0 ? FATA_EPIPE : n;
        size_t take = (size_t)n < size - at ? (size_t)n : size - at;
        memcpy((char *)to + at, data, take);
        fata_flow_ack(flow, take);
        at += take;
    }
    return 0;
}

/* A message on a stream has its length in front (RFC 1035 4.2.2).
 * reply  returned, to be freed */
static int talk(struct fata_flow *flow, const struct fata_dns_step *step,
                uint8_t **reply, size_t *size, fata_time_t deadline)
{
    uint8_t length[2] = {(uint8_t)(step->length >> 8), (uint8_t)step->length};
    struct fata_slice slices[] = {{length, 2, false},
                                  {step->data, step->length, false}};
    int err = fata_flow_write(flow, slices, FATA_COUNT(slices), deadline);
    if (err == 0)
        err = read_all(flow, length, 2, deadline);
    if (err != 0)
        return err;
    *size = (size_t)length[0] << 8 | length[1];
    if (*size > FATA_DNS_STREAM)
        return FATA_EMSGSIZE;
    *reply = malloc(*size + 1);
    if (*reply == NULL)
        return FATA_ENOMEM;
    return read_all(flow, *reply, *size, deadline);
}

static int ask_by_tcp(struct fata__running *r, const struct fata_dns_step *step,
                      fata_time_t deadline)
{
    fata_time_t until = step->deadline < deadline ? step->deadline : deadline;
    struct fata_flow *flow;
    uint8_t *reply = NULL;
    size_t size = 0;
    int err = fata_stack_connect(r->dns->stack, step->server, FATA_DNS_PORT,
                                 &flow, until);
    if (err == 0) {
        err = talk(flow, step, &reply, &size, until);
        fata_flow_close(flow);
    }
    if (err == 0) {
        struct fata_dns_question *q =
            fata_dns_lookup_message(&r->lookup, reply, size, fata_now());
        keep(r, q, reply, size);
    }
    free(reply);
    if (err == FATA_ECANCELED || (err == FATA_ETIMEDOUT && until == deadline))
        return err; /* ours, not the server's */
    if (err != 0)
        fata_dns_lookup_broken(&r->lookup, fata_now());
    return 0;
}

/* --- driving --- */

static unsigned done_count(const struct fata_dns_lookup *l)
{
    unsigned count = 0;
    for (unsigned i = 0; i < l->questions; i++)
        count += l->question[i].done;
    return count;
}

static int drive(struct fata__running *r, fata_time_t deadline)
{
    unsigned before = done_count(&r->lookup);
    int err = 0;

    while (err == 0 && done_count(&r->lookup) == before) {
        uint8_t entropy[FATA_DNS_ENTROPY];
        struct fata_dns_step step;
        fata_random_bytes(entropy, sizeof(entropy));
        switch (fata_dns_lookup_next(&r->lookup, fata_now(), entropy, &step)) {
        case FATA_DNS_SEND:
            fata_metric_add(&fata__dns_sent, 1);
            send_datagram(r, &step);
            break;
        case FATA_DNS_RECEIVE:
            err = receive(r, &step, deadline);
            break;
        case FATA_DNS_CONNECT:
            fata_metric_add(&fata__dns_sent, 1);
            err = ask_by_tcp(r, &step, deadline);
            break;
        case FATA_DNS_END:
            break;
        }
    }
    return err;
}

static void tell(const struct fata__running *r)
{
    const struct fata_dns_lookup *l = &r->lookup;
    bool found = false, failed = false;
    int error = 0;

    for (unsigned i = 0; i < l->questions; i++) {
        const struct fata_dns_question *q = &l->question[i];
        found = found || q->error == 0;
        if (q->error != 0 && q->error != FATA_ENOENT) {
            failed = true;
            error = q->error;
        }
    }
    fata_metric_add(found    ? &fata__dns_found
                    : failed ? &fata__dns_failed
                             : &fata__dns_none,
                    1);
    if (failed)
        fata_log_warning(&fata__log_dns,
                         "no answer name=%s error=%s queries=%u",
                         FATA_LOG_QUOTE(r->name),
                         FATA_LOG_QUOTE(fata_strerror(error)), l->sent);
    else
        fata_log_debug(&fata__log_dns, "%s name=%s queries=%u ms=%u",
                       found ? "found" : "not found", FATA_LOG_QUOTE(r->name),
                       l->sent, (unsigned)((fata_now() - r->began) / 1000000));
}

static void end(struct fata__running *r)
{
    r->done = true;
    fata_list_remove(&r->link);
    close_socket(r);
    r->dns->preferred = r->lookup.answered;
    tell(r);
    if (r->lookup.questions == 2)
        fata__asked_keep(r);
}

int fata__running_advance(struct fata__running *r, fata_time_t deadline)
{
    if (r->done)
        return 0;
    if (r->driven)
        return fata_condition_wait(&r->changed, NULL, deadline);
    r->driven = true;
    int err = drive(r, deadline);
    r->driven = false;
    if (done_count(&r->lookup) == r->lookup.questions)
        end(r);
    fata_condition_broadcast(&r->changed);
    return err;
}
