/* SPDX-License-Identifier: ISC */
/* Records other than addresses: c-ares reads them, we keep what is a name. */
#include <fata/dns_records.h>

#include <ares.h>
#include <netdb.h>
#include <string.h>

static int error_of(int status)
{
    return status == ARES_SUCCESS   ? 0
           : status == ARES_ENODATA ? FATA_ENOENT
           : status == ARES_ENOMEM  ? FATA_ENOMEM
                                    : FATA_EIO; /* malformed */
}

/* --- SRV, MX --- */

struct places {
    struct fata_dns_place *place;
    size_t room, count; /* count: also those without room */
};

/* Puts one behind those of its priority.  A host that is no name - the root:
 * "there is no such service" - does not count. */
static void add(struct places *p, struct fata_dns_place place, const char *host)
{
    size_t at = p->count < p->room ? p->count : p->room;

    if (fata_dns_name(place.host, host) != 0)
        return;
    p->count++;
    while (at > 0 && p->place[at - 1].priority > place.priority) {
        if (at < p->room)
            p->place[at] = p->place[at - 1];
        at--;
    }
    if (at < p->room)
        p->place[at] = place;
}

static int count_of(const struct places *p, int status)
{
    int err = error_of(status);
    return err != 0 ? err : p->count == 0 ? FATA_ENOENT : (int)p->count;
}

int fata_dns_read_places(const void *reply, size_t length, uint16_t type,
                         struct fata_dns_place *place, size_t room)
{
    struct places places = {place, room, 0};
    struct ares_srv_reply *services = NULL;
    struct ares_mx_reply *mail = NULL;
    int status = type == FATA_DNS_SRV
                     ? ares_parse_srv_reply(reply, (int)length, &services)
                     : ares_parse_mx_reply(reply, (int)length, &mail);

    for (const struct ares_srv_reply *s = services; s != NULL; s = s->next)
        add(&places,
            (struct fata_dns_place){.priority = s->priority,
                                    .weight = s->weight,
                                    .port = s->port},
            s->host);
    for (const struct ares_mx_reply *m = mail; m != NULL; m = m->next)
        add(&places, (struct fata_dns_place){.priority = m->priority}, m->host);
    ares_free_data(services);
    ares_free_data(mail);
    return count_of(&places, status);
}

/* --- TXT --- */

/* A record is several pieces; what does not fit is left out. */
static int join(const struct ares_txt_ext *all, char *text, size_t size)
{
    size_t at = 0;
    for (const struct ares_txt_ext *t = all; t != NULL; t = t->next) {
        size_t end = t->next == NULL || t->next->record_start;
        if (at < size) {
            size_t n = t->length < size - at ? t->length : size - at;
            memcpy(text + at, t->txt, n);
        }
        at += t->length + end;
        if (end && size > 0)
            text[at <= size ? at - 1 : size - 1] = '\0';
    }
    return (int)at; /* the message's size bounds it */
}

int fata_dns_read_text(const void *reply, size_t length, char *text,
                       size_t size)
{
    struct ares_txt_ext *all = NULL;
    int err = error_of(ares_parse_txt_reply_ext(reply, (int)length, &all));

    if (err == 0)
        err = all == NULL ? FATA_ENOENT : join(all, text, size);
    ares_free_data(all);
    return err;
}

/* --- PTR --- */

int fata_dns_read_name(const void *reply, size_t length,
                       char name[FATA_DNS_NAME])
{
    struct hostent *host = NULL;
    int err = error_of(
        ares_parse_ptr_reply(reply, (int)length, NULL, 0, AF_UNSPEC, &host));

    if (err == 0 && fata_dns_name(name, host->h_name) != 0)
        err = FATA_EIO;
    ares_free_hostent(host);
    return err;
}

void fata_dns_reverse_name(const struct fata_address *a,
                           char name[FATA_DNS_NAME])
{
    char *p = name;
    if (a->family == 4) {
        for (int i = 3; i >= 0; i--) {
            uint8_t b = a->bytes[i];
            if (b >= 100)
                *p++ = (char)('0' + b / 100);
            if (b >= 10)
                *p++ = (char)('0' + b / 10 % 10);
            *p++ = (char)('0' + b % 10);
            *p++ = '.';
        }
        memcpy(p, "in-addr.arpa", 13);
        return;
    }
    for (int i = 15; i >= 0; i--) {
        *p++ = "0123456789abcdef"[a->bytes[i] & 15];
        *p++ = '.';
        *p++ = "0123456789abcdef"[a->bytes[i] >> 4];
        *p++ = '.';
    }
    memcpy(p, "ip6.arpa", 9);
}
