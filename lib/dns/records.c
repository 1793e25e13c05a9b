/* SPDX-License-Identifier: ISC */
/* Records other than addresses. */
#include "internal.h"

#include <fata/run.h>
#include <stdlib.h>

/* Asks, and waits for the reply.
 * running  returned on success: the reply is its message; to be left */
static int ask(struct fata_dns *dns, const char *name, uint16_t type,
               fata_time_t deadline, struct fata__running **running)
{
    char normal[FATA_DNS_NAME];
    struct fata__running *r;

    if (fata_fiber_cancelled())
        return FATA_ECANCELED;
    int err = fata_dns_name(normal, name);
    if (err == 0)
        err = fata_stack_ready(dns->stack, deadline);
    if (err == 0)
        err = fata__running_begin(dns, normal, &type, 1, &r);
    if (err != 0)
        return err;
    r->message = malloc(FATA_DNS_STREAM);
    if (r->message == NULL)
        err = FATA_ENOMEM;
    while (err == 0 && !r->done)
        err = fata__running_advance(r, deadline);
    if (err == 0)
        err = r->lookup.question[0].error;
    if (err != 0)
        fata__running_leave(r);
    else
        *running = r;
    return err;
}

static int find_places(struct fata_dns *dns, const char *name, uint16_t type,
                       struct fata_dns_place *places, size_t room,
                       fata_time_t deadline)
{
    struct fata__running *r;
    int err = ask(dns, name, type, deadline, &r);
    if (err != 0)
        return err;
    err = fata_dns_read_places(r->message, r->message_size, type, places, room);
    fata__running_leave(r);
    return err;
}

int fata_dns_services(struct fata_dns *dns, const char *name,
                      struct fata_dns_place *places, size_t room,
                      fata_time_t deadline)
{
    return find_places(dns, name, FATA_DNS_SRV, places, room, deadline);
}

int fata_dns_mail(struct fata_dns *dns, const char *name,
                  struct fata_dns_place *places, size_t room,
                  fata_time_t deadline)
{
    return find_places(dns, name, FATA_DNS_MX, places, room, deadline);
}

int fata_dns_text(struct fata_dns *dns, const char *name, char *text,
                  size_t size, fata_time_t deadline)
{
    struct fata__running *r;
    int err = ask(dns, name, FATA_DNS_TXT, deadline, &r);
    if (err != 0)
        return err;
    err = fata_dns_read_text(r->message, r->message_size, text, size);
    fata__running_leave(r);
    return err;
}

int fata_dns_reverse(struct fata_dns *dns, const struct fata_address *address,
                     char name[FATA_DNS_NAME], fata_time_t deadline)
{
    char question[FATA_DNS_NAME];
    struct fata__running *r;

    if (address->family == 0)
        return FATA_EINVAL;
    fata_dns_reverse_name(address, question);
    int err = ask(dns, question, FATA_DNS_PTR, deadline, &r);
    if (err != 0)
        return err;
    err = fata_dns_read_name(r->message, r->message_size, name);
    fata__running_leave(r);
    return err;
}
