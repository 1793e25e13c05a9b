/* SPDX-License-Identifier: ISC */
/* Fuzz harness of replies: any bytes from a name server.  The first byte says
 * what was asked for; the rest is a message, once as it is, and once with the
 * query's id and question put where they belong, so that it is read.
 * libFuzzer's entry; with -DREPLAY a program that runs the files it is given.
 */
#include <fata/dns_lookup.h>
#include <fata/dns_records.h>
#include <fata/panic.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void fata_panic(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    abort();
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_answer(const struct fata_dns_answer *a)
{
    char name[FATA_DNS_NAME];
    require(a->ttl <= FATA_DNS_TTL_MAX);
    require(a->count <= FATA_DNS_ADDRESSES);
    if (a->outcome == FATA_DNS_ALIAS)
        require(fata_dns_name(name, a->alias) == 0);
    for (unsigned i = 0; i < a->count; i++)
        require(a->addresses[i].family == 4 || a->addresses[i].family == 6);
}

static void read_records(const uint8_t *reply, size_t size)
{
    static const uint16_t types[] = {FATA_DNS_SRV, FATA_DNS_MX};
    struct fata_dns_place places[2];
    char text[64], name[FATA_DNS_NAME];

    for (int i = 0; i < 2; i++) {
        int n = fata_dns_read_places(reply, size, types[i], places, 2);
        for (int j = 0; j < n && j < 2; j++)
            require(strlen(places[j].host) < FATA_DNS_NAME);
        require(n < 2 || places[0].priority <= places[1].priority);
    }
    memset(text, 'x', sizeof(text));
    int n = fata_dns_read_text(reply, size, text, sizeof(text));
    require(n <= 0 || memchr(text, '\0', sizeof(text)) != NULL);
    if (fata_dns_read_name(reply, size, name) == 0)
        require(strlen(name) < FATA_DNS_NAME);
}

/* A lookup to which a server always says the same; it must end. */
static void look_up(const uint8_t *reply, size_t size, const uint16_t types[2],
                    bool ours)
{
    struct fata_address server = fata_address_ipv4(10, 0, 0, 1);
    uint8_t entropy[FATA_DNS_ENTROPY] = {0};
    struct fata_dns_lookup l;
    struct fata_dns_step step;
    fata_time_t now = 0;
    int steps = 0;

    require(fata_dns_lookup_start(&l, "www.example.test", types, 2, &server, 1,
                                  0, now) == 0);
    for (;;) {
        uint8_t *copy = malloc(size); /* its end is one */
        require((copy != NULL || size == 0) && ++steps < 500);
        if (size > 0)
            memcpy(copy, reply, size);
        enum fata_dns_next next = fata_dns_lookup_next(&l, now, entropy, &step);
        const struct fata_dns_question *q = &l.question[steps % 2];
        size_t whole = FATA_DNS_HEADER + (size_t)q->query.question;
        if (ours && size >= whole) {
            memcpy(copy, q->query.bytes, 2);
            memcpy(copy + 12, q->query.bytes + 12, q->query.question);
        }
        if (next == FATA_DNS_CONNECT)
            q = fata_dns_lookup_message(&l, copy, size, now);
        else if (next == FATA_DNS_RECEIVE)
            q = fata_dns_lookup_datagram(&l, &server, FATA_DNS_PORT, copy, size,
                                         now);
        if (next == FATA_DNS_RECEIVE && q == NULL)
            now = step.deadline;
        free(copy);
        if (next == FATA_DNS_END)
            break;
    }
    for (int i = 0; i < 2; i++)
        if (l.question[i].error == 0)
            check_answer(&l.question[i].answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t types[][2] = {{FATA_DNS_AAAA, FATA_DNS_A},
                                        {FATA_DNS_SRV, FATA_DNS_MX},
                                        {FATA_DNS_TXT, FATA_DNS_PTR}};
    if (size == 0 || size > FATA_DNS_STREAM)
        return 0;
    const uint16_t *pair = types[data[0] % 3];
    data++;
    size--;
    look_up(data, size, pair, false);
    look_up(data, size, pair, true);
    read_records(data, size);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];

    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        size_t size;

        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        size = fread(data, 1, sizeof data, f);
        fclose(f);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("ok dns-corpus (%d inputs)\n1 passed, 0 failed\n", argc - 1);
    return 0;
}
#endif
